#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/sqlite.h"

/// Users and their tokens in the database. Every function runs inside a transaction of its caller.
namespace qhub::hub {

/// A row of the table. Times are microseconds since 1970, UTC.
struct UserRow {
  std::string id;
  std::string name;                  ///< "Ada Lovelace"
  std::optional<std::string> email;  ///< Nothing for the owner of a hub that was made without one.
  std::string account_type;          ///< STANDARD or PROFESSIONAL
  std::optional<std::string> current_position;
  std::optional<std::string> homepage;
  std::optional<std::string> about;
  std::int64_t created_at = 0;
  std::optional<std::int64_t> disabled_at;

  [[nodiscard]] std::string first_name() const;  ///< The name up to its last space.
  [[nodiscard]] std::string last_name() const;   ///< The word behind it; empty if there is no space.
};

struct NewUser {
  std::string email;
  std::string name;
  std::string account_type = "PROFESSIONAL";
};

/// A new user, with the default token given. Errors: invalid_argument for an email without @ or an empty name; conflict
/// if a user has that email already.
[[nodiscard]] Result<UserRow> insert_user(Connection& connection, NewUser const& user, std::string const& token);

[[nodiscard]] std::optional<UserRow> find_user(Connection& connection, std::string_view id);
/// Emails compare without regard to ASCII case.
[[nodiscard]] std::optional<UserRow> find_user_by_email(Connection& connection, std::string_view email);
/// Every user, the oldest first.
[[nodiscard]] std::vector<UserRow> list_users(Connection& connection);
/// Enabled users whose name or email contains the text, without regard to ASCII case; at most `limit`.
[[nodiscard]] std::vector<UserRow> search_users(Connection& connection, std::string_view text, std::int64_t limit);
/// Changes current_position, homepage and about.
void update_profile(Connection& connection, UserRow const& user);
/// From now on none of the user's tokens is accepted.
void disable_user(Connection& connection, std::string_view id, std::int64_t now);

/// Forgets a user who wants to be forgotten: tokens, memberships and profile go; the row stays, nameless and disabled,
/// because jobs and members that he invited tell who made them.
void erase_user(Connection& connection, std::string_view id, std::int64_t now);

/// What a token is for.
namespace token_kind {
inline constexpr std::string_view standard = "DEFAULT";     ///< A user's first one, replaced on demand.
inline constexpr std::string_view personal = "PERSONAL";    ///< A user's further ones.
inline constexpr std::string_view execution = "EXECUTION";  ///< Given to a running service.
inline constexpr std::string_view gateway = "GATEWAY";      ///< Given to an application for calling services.
}  // namespace token_kind

/// A row of the table, without the hash that finds it.
struct TokenRow {
  std::string id;
  std::string kind;
  std::string user_id;  ///< Who acts.
  std::string name;
  std::int64_t created_at = 0;
  std::optional<std::int64_t> used_at = {};              ///< To the minute.
  std::optional<std::int64_t> expires_at = {};           ///< Not accepted from then on.
  std::optional<std::string> organization_id = {};       ///< The tenant, where it is not the user.
  std::optional<std::string> service_execution_id = {};  ///< Of kind execution.
  std::optional<std::string> application_id = {};        ///< Of kind gateway.
};

/// Stores a token by its hash: its text cannot be read again.
void insert_token(Connection& connection, TokenRow const& row, std::string const& token);
[[nodiscard]] std::optional<TokenRow> find_token(Connection& connection, std::string_view hash);
/// The default and the personal tokens of a user, the oldest first.
[[nodiscard]] std::vector<TokenRow> list_tokens(Connection& connection, std::string_view user_id);
[[nodiscard]] std::optional<TokenRow> find_token_by_id(Connection& connection, std::string_view id);
void delete_token(Connection& connection, std::string_view id);
/// Replaces the default token of a user.
void replace_default_token(Connection& connection, std::string_view user_id, std::string const& token,
                           std::int64_t now);
/// Withdraws every token of a service execution that has ended.
void delete_execution_tokens(Connection& connection, std::string_view service_execution_id);
/// Removes tokens that expired before `before`.
void delete_expired_tokens(Connection& connection, std::int64_t before);

}  // namespace qhub::hub
