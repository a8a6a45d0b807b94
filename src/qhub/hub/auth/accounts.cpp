#include "qhub/hub/auth/accounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>

#include "qhub/hub/auth/token.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

std::optional<std::string_view> token_of(Headers const& headers) {
  if (auto const token = headers.find("X-Auth-Token")) return token;
  auto const authorization = headers.find("Authorization");
  static constexpr std::string_view scheme = "Bearer ";
  if (!authorization || !boost::algorithm::istarts_with(*authorization, scheme)) return std::nullopt;
  return authorization->substr(scheme.size());
}

/// Writes a file that nobody else may read, whole or not at all.
Result<void> write_secret(std::filesystem::path const& file, std::string_view text) {
  auto const fail = [&] {
    return Error{.kind = ErrorKind::forbidden,
                 .message = fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)),
                 .details = {}};
  };
  std::string const unfinished = file.string() + ".new";
  int const descriptor = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail();
  bool const written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fchmod(descriptor, 0600) == 0 && ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !written || ::rename(unfinished.c_str(), file.c_str()) != 0) return fail();
  return {};
}

void insert_user(Connection& connection, std::string const& name, std::string const& token) {
  std::string const id = random_uuid();
  connection.execute("INSERT INTO users (id, name, created_at) VALUES (?, ?, ?)", id, name, now_us());
  connection.execute("INSERT INTO tokens (hash, user_id, name, created_at) VALUES (?, ?, 'default', ?)",
                     Blob{sha256(token)}, id, now_us());
}

}  // namespace

asio::awaitable<Result<Principal>> Accounts::authenticate(Headers const& headers) {
  std::optional<std::string_view> const token = token_of(headers);
  if (!token) co_return Principal{};
  if (auto principal = find(sha256(*token))) co_return std::move(*principal);
  co_return Error{.kind = ErrorKind::unauthenticated,
                  .message =
                      "this token is unknown here; the owner's is in the file owner-token of the hub's data "
                      "directory",
                  .details = {}};
}

std::optional<Principal> Accounts::find(std::string const& hash) {
  {
    std::shared_lock const guard(known_mutex_);
    if (auto const known = known_.find(hash); known != known_.end()) return known->second;
  }
  auto principal = store_.read([&](Connection& connection) -> std::optional<Principal> {
    Statement statement = connection.query(
        "SELECT users.id, users.name FROM tokens JOIN users ON users.id = tokens.user_id WHERE hash = ?", Blob{hash});
    if (!statement.step()) return std::nullopt;
    std::string const id = statement.column<std::string>(0);
    return Principal{.user_id = id, .tenant_id = id, .name = statement.column<std::string>(1)};
  });
  if (principal) {
    std::unique_lock const guard(known_mutex_);
    known_.emplace(hash, *principal);
  }
  return principal;
}

Result<std::string> Accounts::create_user(std::string const& name) {
  std::string const token = new_token();
  Result<void> const stored = store_.write_and_wait([&](Connection& connection) -> Result<void> {
    insert_user(connection, name, token);
    return {};
  });
  if (!stored) return stored.error();
  return token;
}

Result<bool> Accounts::create_owner(std::filesystem::path const& token_file) {
  std::string const token = new_token();
  return store_.write_and_wait([&](Connection& connection) -> Result<bool> {
    if (connection.query("SELECT 1 FROM users LIMIT 1").step()) return false;
    insert_user(connection, "owner", token);
    // The file comes before the commit: an account whose token nobody has could never be used.
    Result<void> const written = write_secret(token_file, token + "\n");
    if (!written) return written.error();
    return true;
  });
}

}  // namespace qhub::hub
