#include "qhub/hub/service/applications.h"

#include <fmt/format.h>

namespace qhub::hub {
namespace {

template <class... Values>
std::optional<AccessKeyRow> find_key(Connection& connection, std::string_view condition, Values const&... values) {
  Statement statement = connection.query(
      fmt::format("SELECT id, secret, application_id FROM access_keys WHERE {}", condition), values...);
  if (!statement.step()) return std::nullopt;
  return AccessKeyRow{statement.column<std::string>(0), statement.column<std::string>(1),
                      statement.column<std::string>(2)};
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

void insert_access_key(Connection& connection, AccessKeyRow const& key) {
  connection.execute("INSERT INTO access_keys (id, secret, application_id) VALUES (?, ?, ?)", key.id, key.secret,
                     key.application_id);
}

std::optional<AccessKeyRow> find_access_key(Connection& connection, std::string_view id) {
  return find_key(connection, "id = ?", id);
}

std::optional<AccessKeyRow> find_access_key_of(Connection& connection, std::string_view application_id) {
  return find_key(connection, "application_id = ?", application_id);
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
