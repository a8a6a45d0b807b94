#pragma once

#include <string>

#include "qhub/base/result.h"
#include "qhub/hub/http/router.h"
#include "qhub/hub/quantum/backends/catalogue.h"

namespace qhub::hub {

/// Whether the caller may submit, cancel or close something. Errors: forbidden for who may only look.
[[nodiscard]] inline Result<void> may_change(Call const& call) {
  if (call.principal.role >= Role::maintainer) return {};
  return Error{.kind = ErrorKind::forbidden,
               .message =
                   "in this organization you may look at jobs and sessions, not run or end them: that takes "
                   "the role MAINTAINER",
               .details = {}};
}

/// Whether the backend takes jobs. Errors: unsupported, naming the field; a repeat would not help soon.
[[nodiscard]] inline Result<void> is_online(BackendDescription const& backend) {
  if (backend.status == "ONLINE") return {};
  std::string const message = "backend " + backend.id + " takes no jobs: it is " + backend.status;
  return Error{.kind = ErrorKind::unsupported, .message = message, .details = {{"backend_id", message}}};
}

}  // namespace qhub::hub
