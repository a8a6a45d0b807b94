#pragma once

#include <optional>

#include "qhub/hub/http/router.h"
#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/hub/store/jobs.h"
#include "qhub/quantum/jobs_requests.h"

namespace qhub::hub {

/// A job as it will be stored.
struct Submission {
  JobRow job;
  JobInput input;
  std::optional<IdempotencyKey> key;
};

/// Checks a request to run something on `backend`, circuits included, so that what is accepted can run.
/// Errors: those of read_program(); invalid_argument for tags and the Idempotency-Key.
[[nodiscard]] Result<Submission> read_submission(Call const& call, BackendDescription const& backend,
                                                 quantum::CreateJobRequest const& request);

}  // namespace qhub::hub
