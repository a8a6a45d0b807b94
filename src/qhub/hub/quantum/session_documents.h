#pragma once

#include "qhub/hub/store/sessions.h"
#include "qhub/quantum/models.h"

/// Between rows of sessions and documents of the API.
namespace qhub::hub {

[[nodiscard]] quantum::Session to_session(SessionRow const& row);
[[nodiscard]] quantum::WorkloadResponse to_workload(SessionRow const& row);

}  // namespace qhub::hub
