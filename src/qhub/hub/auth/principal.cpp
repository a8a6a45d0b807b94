#include "qhub/hub/auth/principal.h"

namespace qhub::hub {

std::string_view role_text(Role role) {
  switch (role) {
    case Role::viewer:
      return "VIEWER";
    case Role::maintainer:
      return "MAINTAINER";
    case Role::owner:
      return "OWNER";
    case Role::none:
      break;
  }
  return "";
}

Role role_of(std::string_view text) {
  for (Role const role : {Role::viewer, Role::maintainer, Role::owner})
    if (role_text(role) == text) return role;
  return Role::none;
}

Result<void> admit(Principal const& principal, api::Operation const& operation) {
  if (principal.anonymous() && !operation.anonymous)
    return Error{.kind = ErrorKind::unauthenticated,
                 .message =
                     "this needs a token: send it in the header X-Auth-Token; the owner's first token is in "
                     "the file owner-token of the hub's data directory",
                 .details = {}};
  if (principal.application_id && !operation.id.starts_with("service."))
    return Error{.kind = ErrorKind::unauthenticated,
                 .message =
                     "this token is for calling the services that an application subscribed to; this needs a personal "
                     "access token",
                 .details = {}};
  return {};
}

}  // namespace qhub::hub
