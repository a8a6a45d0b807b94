#include "qhub/hub/auth/user_commands.h"

#include "qhub/hub/auth/token.h"
#include "qhub/hub/store/administer.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {

Result<std::string> add_user(std::filesystem::path const& data_directory, NewUser const& user) {
  std::string const token = new_token();
  Result<void> const added = administer(data_directory, [&](Connection& connection) -> Result<void> {
    Result<UserRow> const row = insert_user(connection, user, token);
    if (!row) return row.error();
    return {};
  });
  if (!added) return added.error();
  return token;
}

Result<std::vector<UserRow>> all_users(std::filesystem::path const& data_directory) {
  std::vector<UserRow> users;
  Result<void> const read = administer(data_directory, [&](Connection& connection) -> Result<void> {
    users = list_users(connection);
    return {};
  });
  if (!read) return read.error();
  return users;
}

Result<void> disable_user(std::filesystem::path const& data_directory, std::string const& user) {
  return administer(data_directory, [&](Connection& connection) -> Result<void> {
    auto row = find_user_by_email(connection, user);
    if (!row) row = find_user(connection, user);
    if (!row)
      return Error{
          .kind = ErrorKind::not_found, .message = "there is no user with the email or id " + user, .details = {}};
    disable_user(connection, row->id, now_us());
    return {};
  });
}

}  // namespace qhub::hub
