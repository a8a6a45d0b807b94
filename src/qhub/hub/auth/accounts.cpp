#include "qhub/hub/auth/accounts.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>

#include "qhub/hub/auth/members.h"
#include "qhub/hub/auth/secret_file.h"
#include "qhub/hub/auth/token.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

using namespace std::chrono_literals;

constexpr auto memory = 1s;                           ///< How long what is known about a token counts.
constexpr std::size_t memory_limit = 100'000;         ///< So many tokens at a time.
constexpr std::int64_t usage_precision = 60'000'000;  ///< Microseconds between two notes that a token is in use.

/// The password of HTTP's basic authentication (RFC 7617); the user before the colon does not matter.
std::string basic_password(std::string_view encoded) {
  std::string text(encoded.size() / 4 * 3 + 3, '\0');
  int const size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<unsigned char const*>(encoded.data()), static_cast<int>(encoded.size()));
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  while (!text.empty() && text.back() == '\0') text.pop_back();  // what padding decodes to
  std::size_t const colon = text.find(':');
  return colon == std::string::npos ? "" : text.substr(colon + 1);
}

std::optional<std::string> token_of(Headers const& headers) {
  if (auto const token = headers.find("X-Auth-Token")) return std::string(*token);
  auto const authorization = headers.find("Authorization");
  static constexpr std::string_view bearer = "Bearer ", basic = "Basic ";
  if (authorization && boost::algorithm::istarts_with(*authorization, bearer))
    return std::string(authorization->substr(bearer.size()));
  if (authorization && boost::algorithm::istarts_with(*authorization, basic))
    return basic_password(authorization->substr(basic.size()));
  return std::nullopt;
}

Error refusal(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .details = {}};
}

/// The tenant the caller acts for: what the token is bound to, else the organization asked for, else the user.
Result<Principal> resolve(Connection& connection, TokenRow const& token, std::optional<std::string_view> organization) {
  if (token.expires_at && *token.expires_at <= now_us())
    return refusal(ErrorKind::unauthenticated, "this token has expired");
  auto const user = find_user(connection, token.user_id);
  if (!user || user->disabled_at) return refusal(ErrorKind::unauthenticated, "the account of this token is disabled");
  Principal principal{.user_id = user->id,
                      .tenant_id = user->id,
                      .name = user->name,
                      .account_type = user->account_type,
                      .token_id = token.id,
                      .service_execution_id = token.service_execution_id,
                      .application_id = token.application_id};
  bool const bound = token.service_execution_id || token.application_id;
  std::string const wanted = bound ? token.organization_id.value_or("") : std::string(organization.value_or(""));
  if (bound && organization && *organization != principal.tenant_id && *organization != wanted)
    return refusal(ErrorKind::forbidden,
                   fmt::format("this token does not act for the organization {} (X-OrganizationId)", *organization));
  if (wanted.empty()) return principal;
  principal.role = membership_role(connection, wanted, user->id);
  if (principal.role == Role::none)
    return refusal(ErrorKind::forbidden,
                   fmt::format("you are no member of an organization {} (X-OrganizationId)", wanted));
  Statement row = connection.query("SELECT account_type FROM organizations WHERE id = ?", wanted);
  if (row.step()) principal.account_type = row.column<std::string>(0);
  principal.tenant_id = wanted;
  principal.tenant_kind = TenantKind::organization;
  return principal;
}

bool is_basic(Headers const& headers) {
  auto const authorization = headers.find("Authorization");
  return !headers.find("X-Auth-Token") && authorization && boost::algorithm::istarts_with(*authorization, "Basic ");
}

}  // namespace

asio::awaitable<Result<Principal>> Accounts::authenticate(Headers const& headers) {
  std::optional<std::string> const token = token_of(headers);
  if (!token) co_return Principal{};
  std::optional<std::string_view> organization = headers.find("X-OrganizationId");
  if (organization && organization->empty()) organization.reset();
  std::string const hash = sha256(*token);
  std::string const key = organization ? hash + std::string(*organization) : hash;
  {
    std::shared_lock const guard(known_mutex_);
    auto const known = known_.find(key);
    if (known != known_.end() && std::chrono::steady_clock::now() < known->second.until)
      co_return known->second.principal;
  }
  store_.look_again();  // `qhubd user` may have changed something a moment ago.
  Result<Found> found = find(hash, organization);
  // A password may be no token at all but what the operation itself looks at: an application's secret at /token.
  if (!found && is_basic(headers)) co_return Principal{};
  if (!found) co_return std::move(found).error();
  {
    std::unique_lock const guard(known_mutex_);
    if (known_.size() >= memory_limit) known_.clear();
    known_.insert_or_assign(key, Known{found->principal, std::chrono::steady_clock::now() + memory});
  }
  std::int64_t const now = now_us();
  if (now - found->used_at.value_or(0) > usage_precision) {
    auto const note = [id = found->principal.token_id, now](Connection& connection) -> Result<void> {
      connection.execute("UPDATE tokens SET used_at = ? WHERE id = ?", now, id);
      return {};
    };
    // Nobody waits for it: a lost note costs nothing.
    auto const executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, store_.write(note), asio::detached);
  }
  co_return std::move(found->principal);
}

Result<Accounts::Found> Accounts::find(std::string const& hash, std::optional<std::string_view> organization) {
  return store_.read([&](Connection& connection) -> Result<Found> {
    std::optional<TokenRow> const token = find_token(connection, hash);
    if (!token)
      return refusal(ErrorKind::unauthenticated,
                     "this token is unknown here; the owner's is in the file owner-token of the hub's data directory");
    Result<Principal> principal = resolve(connection, *token, organization);
    if (!principal) return std::move(principal).error();
    return Found{std::move(*principal), token->used_at};
  });
}

void Accounts::forget() {
  std::unique_lock const guard(known_mutex_);
  known_.clear();
}

Result<std::string> Accounts::create_user(NewUser const& user) {
  std::string const token = new_token();
  Result<UserRow> const stored =
      store_.write_and_wait([&](Connection& connection) { return insert_user(connection, user, token); });
  if (!stored) return stored.error();
  return token;
}

Result<bool> Accounts::create_owner(std::filesystem::path const& token_file) {
  std::string const token = new_token();
  return store_.write_and_wait([&](Connection& connection) -> Result<bool> {
    if (connection.query("SELECT 1 FROM users LIMIT 1").step()) return false;
    Result<UserRow> const stored = insert_user(connection, {.email = "owner@localhost", .name = "owner"}, token);
    if (!stored) return stored.error();
    // The file comes before the commit: an account whose token nobody has could never be used.
    Result<void> const written = write_secret(token_file, token + "\n");
    if (!written) return written.error();
    return true;
  });
}

}  // namespace qhub::hub
