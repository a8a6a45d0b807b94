#pragma once

#include <string_view>

#include "qhub/quantum/jobs_client.h"
#include "qhub/sdk/wait_options.h"

namespace qhub {

/// Asks for the job's status until it is final, and returns that.
/// \throws TimeoutError when the deadline has passed; CancelledError when it was stopped; what
///         JobsClient::get_job_status throws.
quantum::JobStatus wait_for_job(quantum::JobsClient const& jobs, std::string_view id, WaitOptions const& options = {});

}  // namespace qhub
