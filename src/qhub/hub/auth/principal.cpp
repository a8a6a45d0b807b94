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
  // A running service works with data and backends; the account of whoever started it is none of its business.
  for (std::string_view const own : {"user.", "platform.users.", "platform.organizations.", "platform.billing."})
    if (principal.service_execution_id && operation.id.starts_with(own))
      return Error{.kind = ErrorKind::forbidden,
                   .message = "the token of a service execution may not do this; it takes a personal access token",
                   .details = {}};
  return {};
}

}  // namespace qhub::hub
