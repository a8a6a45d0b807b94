#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "qhub/hub/auth/users.h"

/// What an operator does with users on the hub's machine, also while the hub runs. Errors: those of administer().
namespace qhub::hub {

/// Adds a user and returns the token, which cannot be read again. Errors: see insert_user.
[[nodiscard]] Result<std::string> add_user(std::filesystem::path const& data_directory, NewUser const& user);
[[nodiscard]] Result<std::vector<UserRow>> all_users(std::filesystem::path const& data_directory);
/// Disables the user with that email or id. Errors: not_found.
[[nodiscard]] Result<void> disable_user(std::filesystem::path const& data_directory, std::string const& user);

}  // namespace qhub::hub
