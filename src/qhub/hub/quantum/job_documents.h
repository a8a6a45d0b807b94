#pragma once

#include "qhub/hub/store/jobs.h"
#include "qhub/quantum/models.h"

/// Between rows of the database and documents of the API.
namespace qhub::hub {

[[nodiscard]] quantum::Job to_job(JobRow const& row);
[[nodiscard]] quantum::WorkloadResponse to_workload(JobRow const& row);

/// The circuits in OpenQASM. Errors: unsupported if the job brought another format and no OpenQASM beside it.
[[nodiscard]] Result<quantum::NormalizedJobInput> to_normalized_input(JobInput const& input);

}  // namespace qhub::hub
