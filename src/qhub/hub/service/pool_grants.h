#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "qhub/base/result.h"
#include "qhub/hub/auth/vault.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

/// What an application may do with a data pool for a while.
struct PoolGrant {
  std::string pool_id;
  std::string application_id;
  std::string permission;  ///< VIEW, MODIFY or GRANT
  std::int64_t expires_at = 0;  ///< Seconds since 1970.
};

/// Signs and checks grants: JSON Web Tokens (RFC 7519) signed with HS256 (RFC 7515) under a key of this hub's own, which
/// is made on first use and kept in the database, sealed. Thread-safe.
class PoolGrants {
 public:
  PoolGrants(Store& store, Vault const& vault);

  [[nodiscard]] std::string sign(PoolGrant const& grant) const;
  /// Errors: forbidden for a token that was not signed here, or that has expired.
  [[nodiscard]] Result<PoolGrant> verify(std::string_view token, std::int64_t now_seconds) const;

 private:
  std::string key_;
};

}  // namespace qhub::hub
