#pragma once

#include <filesystem>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "qhub/hub/auth/principal.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

/// The users and their tokens. Thread-safe.
class Accounts : public Authenticator {
 public:
  explicit Accounts(Store& store) : store_(store) {}

  /// Takes the token from X-Auth-Token, else from Authorization: Bearer. It is found by its SHA-256, so comparing tells
  /// an attacker nothing about the tokens stored.
  asio::awaitable<Result<Principal>> authenticate(Headers const& headers) override;

  /// Makes a user, its own tenant, and a token for it, and returns the token: it cannot be read again later.
  [[nodiscard]] Result<std::string> create_user(std::string const& name);

  /// If there is no user yet: makes the one who owns this hub and writes the token to the file, readable by the owner
  /// of the process alone. Returns whether it did. Errors: forbidden if the file cannot be written.
  [[nodiscard]] Result<bool> create_owner(std::filesystem::path const& token_file);

 private:
  std::optional<Principal> find(std::string const& hash);

  Store& store_;
  std::shared_mutex known_mutex_;
  std::unordered_map<std::string, Principal> known_;  ///< By the token's hash; tokens are not withdrawn while running.
};

}  // namespace qhub::hub
