#pragma once

#include "qhub/base/result.h"
#include "qhub/hub/http/router.h"

namespace qhub::hub {

/// Whether the caller may submit, cancel or close something. Errors: forbidden for who may only look.
[[nodiscard]] inline Result<void> may_change(Call const& call) {
  if (call.principal.role >= Role::maintainer) return {};
  return Error{.kind = ErrorKind::forbidden,
               .message = "in this organization you may look at jobs and sessions, not run or end them: that takes "
                          "the role MAINTAINER",
               .details = {}};
}

}  // namespace qhub::hub
