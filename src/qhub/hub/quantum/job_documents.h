#pragma once

#include "qhub/hub/store/jobs.h"
#include "qhub/quantum/models.h"

/// Between rows of the database and documents of the API.
namespace qhub::hub {

[[nodiscard]] quantum::Job to_job(JobRow const& row);
[[nodiscard]] quantum::WorkloadResponse to_workload(JobRow const& row);

/// The circuits in OpenQASM: as they came, or written in OpenQASM 3 if they came in another format. Errors: unsupported
/// for what cannot be written so.
[[nodiscard]] Result<quantum::NormalizedJobInput> to_normalized_input(JobInput const& input);

}  // namespace qhub::hub
