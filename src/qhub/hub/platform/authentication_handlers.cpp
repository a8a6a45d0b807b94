#include "qhub/platform/authentication_handlers.h"

#include <boost/json.hpp>

#include "qhub/hub/auth/members.h"
#include "qhub/hub/auth/users.h"
#include "qhub/hub/platform/mount.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

Timestamp timestamp(std::int64_t microseconds) {
  return Timestamp(Timestamp::Time(std::chrono::microseconds(microseconds)));
}

platform::PersonalAccessTokenPrincipal personal(Transaction& tx, UserRow const& user, TokenRow const& token) {
  platform::PersonalAccessTokenPrincipal principal;
  principal.type = platform::PersonalAccessTokenPrincipalType::token_personal;
  principal.id = user.id;
  principal.account_type = user.account_type;
  principal.access_token.id = token.id;
  principal.access_token.name = token.name;
  principal.access_token.created_at = timestamp(token.created_at);
  if (token.used_at) principal.access_token.used_at = timestamp(*token.used_at);
  if (token.expires_at) principal.access_token.expires_at = wire_time(*token.expires_at - 1).substr(0, 10);
  for (MemberRow const& member : list_memberships(tx.database, user.id, "ACCEPTED")) {
    Statement row = tx.database.query("SELECT account_type FROM organizations WHERE id = ?", member.organization_id);
    if (!row.step()) continue;
    platform::OrganizationMembership membership;
    membership.id = member.organization_id;
    membership.account_type = row.column<std::string>(0);
    membership.role = role_text(member.role);
    principal.organization_memberships.push_back(std::move(membership));
  }
  return principal;
}

platform::ServiceExecutionTokenPrincipal execution(Transaction& tx) {
  platform::ServiceExecutionTokenPrincipal principal;
  principal.type = platform::ServiceExecutionTokenPrincipalType::token_execution;
  principal.service_execution.id = tx.caller.service_execution_id;
  principal.service_provider.id = tx.caller.tenant_id;
  principal.service_provider.context_type = tenant_kind_text(tx.caller.tenant_kind);
  principal.service_provider.account_type = tx.caller.account_type;
  return principal;
}

class Authentication final : public platform::AuthenticationHandlers, ResourceHandlers {
 public:
  using ResourceHandlers::ResourceHandlers;

  Answer<platform::ResolveAuthTokenResponse> resolve_auth_token(Call& call) override {
    return read(call, [](Transaction& tx) -> Result<platform::ResolveAuthTokenResponse> {
      if (tx.caller.service_execution_id) return platform::ResolveAuthTokenResponse(execution(tx));
      auto const user = find_user(tx.database, tx.caller.user_id);
      auto const token = find_token_by_id(tx.database, tx.caller.token_id);
      if (!user || !token)
        return Error{.kind = ErrorKind::unauthenticated, .message = "this token was withdrawn", .details = {}};
      return platform::ResolveAuthTokenResponse(personal(tx, *user, *token));
    });
  }
};

}  // namespace

Mounted mount_authentication(Router& router, Platform const& platform) {
  return mount_new<Authentication>(router, platform_prefix, platform.transactions);
}

}  // namespace qhub::hub
