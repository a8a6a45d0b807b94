#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/auth/vault.h"
#include "qhub/hub/store/sqlite.h"

/// The access keys of applications, and their subscriptions to services. Applications themselves are resources. Every
/// function runs inside a transaction of its caller. Times are microseconds since 1970, UTC.
namespace qhub::hub {

/// An access key. Its secret lies in the database sealed.
struct AccessKey {
  std::string id;
  std::string secret;
  std::string application_id;
};
void insert_access_key(Connection& connection, Vault const& vault, AccessKey const& key);
/// Errors: not_found; internal if the vault did not seal it.
[[nodiscard]] Result<AccessKey> find_access_key(Connection& connection, Vault const& vault, std::string_view id);
[[nodiscard]] Result<AccessKey> find_access_key_of(Connection& connection, Vault const& vault,
                                                   std::string_view application_id);
/// Seals what a hub of an earlier version left in clear.
void seal_access_keys(Connection& connection, Vault const& vault);

/// Removes the application's key, its subscriptions and its gateway tokens.
void delete_application(Connection& connection, std::string_view application_id);

struct SubscriptionRow {
  std::string id;
  std::string application_id;
  std::string service_id;
  std::int64_t created_at = 0;
};
/// Errors: conflict if there is one already.
[[nodiscard]] Result<void> insert_subscription(Connection& connection, SubscriptionRow const& subscription);
[[nodiscard]] std::optional<SubscriptionRow> find_subscription(Connection& connection, std::string_view id);
[[nodiscard]] bool is_subscribed(Connection& connection, std::string_view application_id, std::string_view service_id);
[[nodiscard]] std::vector<SubscriptionRow> list_subscriptions_of(Connection& connection,
                                                                 std::string_view application_id);
[[nodiscard]] std::vector<SubscriptionRow> list_subscriptions_to(Connection& connection, std::string_view service_id);
void delete_subscription(Connection& connection, std::string_view id);

}  // namespace qhub::hub
