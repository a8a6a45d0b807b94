#include "qhub/hub/service/token_endpoint.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <chrono>

#include "qhub/hub/auth/token.h"
#include "qhub/hub/auth/users.h"
#include "qhub/hub/http/problem.h"
#include "qhub/hub/http/url.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/service/applications.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

constexpr std::chrono::seconds lifetime{3600};

constexpr api::Operation issue_token{.id = "hub.token.issue_token",
                                     .method = "POST",
                                     .path = "/token",
                                     .summary = "Gives a gateway token for an application's access key.",
                                     .anonymous = true};

struct Credentials {
  std::string id, secret;
};

/// What a form field or the user and password of basic authentication stand for (RFC 6749, 2.3.1).
std::string form_decode(std::string_view text) {
  std::string encoded(text);
  for (char& c : encoded)
    if (c == '+') c = ' ';
  return percent_decode(encoded).value_or(std::string(text));
}

std::optional<Credentials> basic_credentials(Headers const& headers) {
  static constexpr std::string_view scheme = "Basic ";
  auto const header = headers.find("Authorization");
  if (!header || !boost::algorithm::istarts_with(*header, scheme)) return std::nullopt;
  std::string_view const encoded = header->substr(scheme.size());
  std::string text(encoded.size() / 4 * 3 + 3, '\0');
  int const size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<unsigned char const*>(encoded.data()), static_cast<int>(encoded.size()));
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  while (text.ends_with('\0')) text.pop_back();  // what padding decodes to
  std::size_t const colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{form_decode(text.substr(0, colon)), form_decode(text.substr(colon + 1))};
}

/// An error as RFC 6749, 5.2 has it.
Response refuse(std::string_view error, std::string_view description) {
  bool const is_client = error == "invalid_client";
  Response response =
      json_response(is_client ? 401 : 400, boost::json::serialize(boost::json::object{
                                               {"error", error}, {"error_description", description}}));
  if (is_client) response.headers.set("WWW-Authenticate", "Basic");
  return response;
}

bool equal(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

asio::awaitable<Response> answer(Call& call, Store& store, Vault const& vault) {
  Result<Target> const form = parse_target("/?" + call.request.body);
  NameValues const fields = form ? form->query : NameValues();
  auto const field = [&](std::string_view name) -> std::string {
    for (auto const& [key, value] : fields)
      if (key == name) return value;
    return "";
  };
  std::optional<Credentials> credentials = basic_credentials(call.request.headers);
  if (!credentials) credentials = Credentials{field("client_id"), field("client_secret")};
  if (field("grant_type") != "client_credentials")
    co_return refuse(field("grant_type").empty() ? "invalid_request" : "unsupported_grant_type",
                     "grant_type must be client_credentials, in a form");
  struct Client {
    AccessKey key;
    Resource application;
  };
  auto const client = store.read([&](Connection& connection) -> std::optional<Client> {
    auto key = find_access_key(connection, vault, credentials->id);
    if (!key) return std::nullopt;
    Transaction tx{connection, call.principal, now_us(), std::nullopt};
    auto application = find(tx, kinds::application, key->application_id);
    if (!application) return std::nullopt;
    return Client{std::move(*key), std::move(*application)};
  });
  if (!client || !equal(client->key.secret, credentials->secret))
    co_return refuse("invalid_client", "there is no such access key");

  std::string const token = new_token();
  std::int64_t const now = now_us();
  TokenRow row{.id = random_uuid(),
               .kind = std::string(token_kind::gateway),
               .user_id = client->application.creator_id,
               .name = "application " + client->application.name,
               .created_at = now};
  row.expires_at = now + std::chrono::microseconds(lifetime).count();
  if (client->application.tenant_kind == TenantKind::organization) row.organization_id = client->application.tenant_id;
  row.application_id = client->application.id;
  auto const insert = [&](Connection& connection) -> Result<void> {
    delete_expired_tokens(connection, now);
    insert_token(connection, row, token);
    return {};
  };
  Result<void> const stored = co_await store.write(insert);
  if (!stored) co_return problem(stored.error(), call.request_id);
  Response response = json_response(
      200, boost::json::serialize(boost::json::object{
               {"access_token", token}, {"token_type", "Bearer"}, {"expires_in", lifetime.count()}, {"scope", "gateway"}}));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace

void mount_token_endpoint(Router& router, Store& store, Vault const& vault) {
  router.add(issue_token, "", [&store, &vault](Call& call) { return answer(call, store, vault); });
}

}  // namespace qhub::hub
