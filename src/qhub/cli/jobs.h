#pragma once

#include <string>
#include <vector>

#include "qhub/cli/command.h"
#include "qhub/cli/input_file.h"
#include "qhub/quantum/jobs_client.h"

/// What commands about quantum jobs have in common.
namespace qhub::cli {

[[nodiscard]] quantum::JobsClient jobs_client(Arguments const& arguments);

/// The options that describe a job to submit, and those of waiting for one.
std::vector<Option> submit_options();
std::vector<Option> wait_options();

/// Submits a circuit file.
/// \throws Failure that points at the mistakes which the server found in the file.
[[nodiscard]] quantum::Job submit_file(Arguments const& arguments, quantum::JobsClient const& jobs,
                                       std::string const& path);

/// Waits until a job is over, with a line of progress. \throws Failure if it did not end COMPLETED: job_failed with the
/// server's reason, deadline, or interrupted with the job's id.
void wait_for_success(Arguments const& arguments, quantum::JobsClient const& jobs, std::string const& id);

/// Prints what a COMPLETED job computed: counts as histograms unless a form is asked for.
void print_result(Arguments const& arguments, quantum::JobsClient const& jobs, std::string const& id);

/// The same for a job that may be in any state. \throws Failure unless it is COMPLETED.
void print_known_result(Arguments const& arguments, quantum::JobsClient const& jobs, std::string const& id);

}  // namespace qhub::cli
