#pragma once

#include <chrono>
#include <filesystem>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "qhub/hub/auth/principal.h"
#include "qhub/hub/auth/users.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

/// Tells who sends a request. Thread-safe.
class Accounts : public Authenticator {
 public:
  explicit Accounts(Store& store) : store_(store) {}

  /// Takes the token from X-Auth-Token, else from Authorization: Bearer, else as the password of Authorization: Basic,
  /// which is what git sends. It is found by its SHA-256, so comparing tells an attacker nothing about the tokens
  /// stored. What was found is kept for a second: so long may a token live on that another process withdraws.
  asio::awaitable<Result<Principal>> authenticate(Headers const& headers) override;

  /// After this hub changed users, members or tokens: the next request sees it.
  void forget();

  /// Makes a user, its own tenant, and a token for it, and returns the token: it cannot be read again later.
  [[nodiscard]] Result<std::string> create_user(NewUser const& user);

  /// If there is no user yet: makes the one who owns this hub and writes the token to the file, readable by the owner
  /// of the process alone. Returns whether it did. Errors: forbidden if the file cannot be written.
  [[nodiscard]] Result<bool> create_owner(std::filesystem::path const& token_file);

 private:
  struct Found {
    Principal principal;
    std::optional<std::int64_t> used_at;  ///< Of the token.
  };
  struct Known {
    Principal principal;
    std::chrono::steady_clock::time_point until;
  };

  Result<Found> find(std::string const& hash, std::optional<std::string_view> organization);

  Store& store_;
  std::shared_mutex known_mutex_;
  std::unordered_map<std::string, Known> known_;  ///< By the token's hash and the organization asked for.
};

}  // namespace qhub::hub
