#include "qhub/hub/service/applications.h"

#include <fmt/format.h>

#include <utility>

namespace qhub::hub {
namespace {

std::string context(std::string_view key_id) {
  return fmt::format("access key {}", key_id);
}

Result<AccessKey> find_key(Connection& connection, Vault const& vault, std::string_view condition,
                           std::string_view value) {
  Statement statement = connection.query(
      fmt::format("SELECT id, sealed, application_id FROM access_keys WHERE {}", condition), value);
  if (!statement.step())
    return Error{.kind = ErrorKind::not_found, .message = "there is no such access key", .details = {}};
  AccessKey key{statement.column<std::string>(0), {}, statement.column<std::string>(2)};
  Result<std::string> secret = vault.open_sealed(statement.column<std::string>(1), context(key.id));
  if (!secret) return std::move(secret).error();
  key.secret = std::move(*secret);
  return key;
}

template <class... Values>
std::vector<SubscriptionRow> find_subscriptions(Connection& connection, std::string_view condition,
                                                Values const&... values) {
  Statement statement = connection.query(
      fmt::format("SELECT id, application_id, service_id, created_at FROM subscriptions WHERE {} ORDER BY created_at",
                  condition),
      values...);
  std::vector<SubscriptionRow> rows;
  while (statement.step())
    rows.push_back({statement.column<std::string>(0), statement.column<std::string>(1),
                    statement.column<std::string>(2), statement.column<std::int64_t>(3)});
  return rows;
}

}  // namespace

void insert_access_key(Connection& connection, Vault const& vault, AccessKey const& key) {
  connection.execute("INSERT INTO access_keys (id, sealed, application_id) VALUES (?, ?, ?)", key.id,
                     vault.seal(key.secret, context(key.id)), key.application_id);
}

Result<AccessKey> find_access_key(Connection& connection, Vault const& vault, std::string_view id) {
  return find_key(connection, vault, "id = ?", id);
}

Result<AccessKey> find_access_key_of(Connection& connection, Vault const& vault, std::string_view application_id) {
  return find_key(connection, vault, "application_id = ?", application_id);
}

void seal_access_keys(Connection& connection, Vault const& vault) {
  // They were 32 random bytes in base64; sealed ones are longer.
  Statement statement = connection.query("SELECT id, sealed FROM access_keys WHERE length(sealed) = 43");
  std::vector<std::pair<std::string, std::string>> clear;
  while (statement.step()) clear.emplace_back(statement.column<std::string>(0), statement.column<std::string>(1));
  for (auto const& [id, secret] : clear)
    connection.execute("UPDATE access_keys SET sealed = ?2 WHERE id = ?1", id, vault.seal(secret, context(id)));
}

void delete_application(Connection& connection, std::string_view application_id) {
  connection.execute("DELETE FROM subscriptions WHERE application_id = ?", application_id);
  connection.execute("DELETE FROM tokens WHERE application_id = ?", application_id);
  connection.execute("DELETE FROM access_keys WHERE application_id = ?", application_id);
}

Result<void> insert_subscription(Connection& connection, SubscriptionRow const& row) {
  if (is_subscribed(connection, row.application_id, row.service_id))
    return Error{.kind = ErrorKind::conflict,
                 .message = "the application is subscribed to this service already",
                 .details = {}};
  connection.execute("INSERT INTO subscriptions (id, application_id, service_id, created_at) VALUES (?, ?, ?, ?)",
                     row.id, row.application_id, row.service_id, row.created_at);
  return {};
}

std::optional<SubscriptionRow> find_subscription(Connection& connection, std::string_view id) {
  std::vector<SubscriptionRow> rows = find_subscriptions(connection, "id = ?", id);
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

bool is_subscribed(Connection& connection, std::string_view application_id, std::string_view service_id) {
  return connection
      .query("SELECT 1 FROM subscriptions WHERE application_id = ? AND service_id = ?", application_id, service_id)
      .step();
}

std::vector<SubscriptionRow> list_subscriptions_of(Connection& connection, std::string_view application_id) {
  return find_subscriptions(connection, "application_id = ?", application_id);
}

std::vector<SubscriptionRow> list_subscriptions_to(Connection& connection, std::string_view service_id) {
  return find_subscriptions(connection, "service_id = ?", service_id);
}

void delete_subscription(Connection& connection, std::string_view id) {
  connection.execute("DELETE FROM subscriptions WHERE id = ?", id);
}

}  // namespace qhub::hub
