#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "qhub/api/operation.h"
#include "qhub/base/result.h"
#include "qhub/hub/http/message.h"

namespace qhub::hub {

/// What somebody may do with an object, or in an organization; each role may what the one before it may.
enum class Role : unsigned char {
  none,        ///< Nothing: the object answers like a missing one.
  viewer,      ///< Read.
  maintainer,  ///< Create and change.
  owner,       ///< Delete, share, publish, decide who may what.
};
/// The role as the APIs write it: "VIEWER", "MAINTAINER", "OWNER"; empty for none.
[[nodiscard]] std::string_view role_text(Role role);
/// The reverse; none for any other text.
[[nodiscard]] Role role_of(std::string_view text);

enum class TenantKind : unsigned char { user, organization };
[[nodiscard]] constexpr std::string_view tenant_kind_text(TenantKind kind) {
  return kind == TenantKind::user ? "USER" : "ORGANIZATION";
}

/// On whose behalf a request runs.
struct Principal {
  std::string user_id;    ///< Empty: nobody gave a token.
  std::string tenant_id;  ///< Owns what the request creates; sees only its own. The user, or X-OrganizationId.
  std::string name;       ///< For people.
  TenantKind tenant_kind = TenantKind::user;
  Role role = Role::owner;                               ///< In the tenant: of oneself one is the owner.
  std::string account_type = "STANDARD";                 ///< Of the tenant: STANDARD or PROFESSIONAL.
  std::string token_id = {};                             ///< Of the token that was presented.
  std::optional<std::string> service_execution_id = {};  ///< If the token is that of a service execution.
  std::optional<std::string> application_id = {};        ///< If it is a gateway token of an application.

  [[nodiscard]] bool anonymous() const { return user_id.empty(); }
};

/// Whether that kind of caller may call the operation at all: without a token only what says so, with an application's
/// gateway token only services. Errors: unauthenticated; forbidden for a service execution that wants to see or change
/// accounts.
[[nodiscard]] Result<void> admit(Principal const& principal, api::Operation const& operation);

/// Who sent these headers?
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Anonymous if there is no token at all; unauthenticated if there is one that nobody knows; forbidden if the caller
  /// is no member of the organization that X-OrganizationId names.
  virtual asio::awaitable<Result<Principal>> authenticate(Headers const& headers) = 0;
};

}  // namespace qhub::hub
