#include "qhub/hub/auth/users.h"

#include <algorithm>
#include <cctype>

#include "qhub/hub/auth/token.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

constexpr std::string_view user_columns =
    "SELECT id, name, email, account_type, current_position, homepage, about, created_at, disabled_at FROM users ";
constexpr std::string_view token_columns =
    "SELECT id, kind, user_id, name, created_at, used_at, expires_at, organization_id, service_execution_id, "
    "application_id FROM tokens ";

std::string sql(std::string_view columns, std::string_view rest) {
  return std::string(columns).append(rest);
}

UserRow read_user(Statement const& row) {
  return {.id = row.column<std::string>(0),
          .name = row.column<std::string>(1),
          .email = row.column<std::optional<std::string>>(2),
          .account_type = row.column<std::string>(3),
          .current_position = row.column<std::optional<std::string>>(4),
          .homepage = row.column<std::optional<std::string>>(5),
          .about = row.column<std::optional<std::string>>(6),
          .created_at = row.column<std::int64_t>(7),
          .disabled_at = row.column<std::optional<std::int64_t>>(8)};
}

TokenRow read_token(Statement const& row) {
  return {.id = row.column<std::string>(0),
          .kind = row.column<std::string>(1),
          .user_id = row.column<std::string>(2),
          .name = row.column<std::string>(3),
          .created_at = row.column<std::int64_t>(4),
          .used_at = row.column<std::optional<std::int64_t>>(5),
          .expires_at = row.column<std::optional<std::int64_t>>(6),
          .organization_id = row.column<std::optional<std::string>>(7),
          .service_execution_id = row.column<std::optional<std::string>>(8),
          .application_id = row.column<std::optional<std::string>>(9)};
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

Error invalid(std::string field, std::string message) {
  return {.kind = ErrorKind::invalid_argument, .message = message, .details = {{std::move(field), std::move(message)}}};
}

template <class Row, Row (*read)(Statement const&)>
std::optional<Row> first(Statement statement) {
  if (!statement.step()) return std::nullopt;
  return read(statement);
}

template <class Row, Row (*read)(Statement const&)>
std::vector<Row> all(Statement statement) {
  std::vector<Row> rows;
  while (statement.step()) rows.push_back(read(statement));
  return rows;
}

}  // namespace

std::string UserRow::first_name() const {
  std::size_t const space = name.rfind(' ');
  return space == std::string::npos ? name : name.substr(0, space);
}

std::string UserRow::last_name() const {
  std::size_t const space = name.rfind(' ');
  return space == std::string::npos ? "" : name.substr(space + 1);
}

Result<UserRow> insert_user(Connection& connection, NewUser const& user, std::string const& token) {
  std::size_t const at = user.email.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == user.email.size() || user.email.size() > 254 ||
      user.email.find_first_of(" \t\r\n") != std::string::npos)
    return invalid("email", "the email is name@host, without spaces; it is '" + user.email + "'");
  if (user.name.empty() || user.name.size() > 200) return invalid("name", "the name has 1 to 200 bytes");
  if (find_user_by_email(connection, user.email))
    return Error{.kind = ErrorKind::conflict, .message = "there is a user " + user.email + " already", .details = {}};
  UserRow row{.id = random_uuid(),
              .name = user.name,
              .email = lower(user.email),
              .account_type = user.account_type,
              .current_position = {},
              .homepage = {},
              .about = {},
              .created_at = now_us(),
              .disabled_at = {}};
  connection.execute("INSERT INTO users (id, name, email, account_type, created_at) VALUES (?, ?, ?, ?, ?)", row.id,
                     row.name, row.email, row.account_type, row.created_at);
  replace_default_token(connection, row.id, token, row.created_at);
  return row;
}

std::optional<UserRow> find_user(Connection& connection, std::string_view id) {
  return first<UserRow, read_user>(connection.query(sql(user_columns, "WHERE id = ?"), id));
}

std::optional<UserRow> find_user_by_email(Connection& connection, std::string_view email) {
  return first<UserRow, read_user>(connection.query(sql(user_columns, "WHERE email = ?"), lower(email)));
}

std::vector<UserRow> list_users(Connection& connection) {
  return all<UserRow, read_user>(connection.query(sql(user_columns, "ORDER BY created_at, id")));
}

std::vector<UserRow> search_users(Connection& connection, std::string_view text, std::int64_t limit) {
  return all<UserRow, read_user>(connection.query(
      sql(user_columns,
          "WHERE disabled_at IS NULL AND (instr(lower(name), ?1) > 0 OR instr(email, ?1) > 0) ORDER BY name, id "
          "LIMIT ?2"),
      lower(text), limit));
}

void update_profile(Connection& connection, UserRow const& user) {
  connection.execute("UPDATE users SET current_position = ?, homepage = ?, about = ? WHERE id = ?",
                     user.current_position, user.homepage, user.about, user.id);
}

void disable_user(Connection& connection, std::string_view id, std::int64_t now) {
  connection.execute("UPDATE users SET disabled_at = coalesce(disabled_at, ?) WHERE id = ?", now, id);
}

void erase_user(Connection& connection, std::string_view id, std::int64_t now) {
  connection.execute("DELETE FROM tokens WHERE user_id = ?", id);
  connection.execute("DELETE FROM members WHERE user_id = ?", id);
  connection.execute("DELETE FROM notifications WHERE user_id = ?", id);
  connection.execute(
      "UPDATE users SET name = 'deleted user', email = NULL, current_position = NULL, homepage = NULL, about = NULL, "
      "disabled_at = ? WHERE id = ?",
      now, id);
}

void insert_token(Connection& connection, TokenRow const& row, std::string const& token) {
  connection.execute(
      "INSERT INTO tokens (hash, id, kind, user_id, name, created_at, expires_at, organization_id, "
      "service_execution_id, application_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      Blob{sha256(token)}, row.id, row.kind, row.user_id, row.name, row.created_at, row.expires_at, row.organization_id,
      row.service_execution_id, row.application_id);
}

std::optional<TokenRow> find_token(Connection& connection, std::string_view hash) {
  return first<TokenRow, read_token>(connection.query(sql(token_columns, "WHERE hash = ?"), Blob{hash}));
}

std::vector<TokenRow> list_tokens(Connection& connection, std::string_view user_id) {
  return all<TokenRow, read_token>(connection.query(
      sql(token_columns, "WHERE user_id = ? AND kind IN ('DEFAULT', 'PERSONAL') ORDER BY created_at, id"), user_id));
}

std::optional<TokenRow> find_token_by_id(Connection& connection, std::string_view id) {
  return first<TokenRow, read_token>(connection.query(sql(token_columns, "WHERE id = ?"), id));
}

void delete_token(Connection& connection, std::string_view id) {
  connection.execute("DELETE FROM tokens WHERE id = ?", id);
}

void replace_default_token(Connection& connection, std::string_view user_id, std::string const& token,
                           std::int64_t now) {
  connection.execute("DELETE FROM tokens WHERE user_id = ? AND kind = 'DEFAULT'", user_id);
  insert_token(connection,
               {.id = random_uuid(),
                .kind = std::string(token_kind::standard),
                .user_id = std::string(user_id),
                .name = "default",
                .created_at = now},
               token);
}

void delete_execution_tokens(Connection& connection, std::string_view service_execution_id) {
  connection.execute("DELETE FROM tokens WHERE service_execution_id = ?", service_execution_id);
}

void delete_expired_tokens(Connection& connection, std::int64_t before) {
  connection.execute("DELETE FROM tokens WHERE expires_at IS NOT NULL AND expires_at < ?", before);
}

}  // namespace qhub::hub
