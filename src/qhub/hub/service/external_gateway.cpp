#include "qhub/hub/service/external_gateway.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "qhub/hub/http/problem.h"
#include "qhub/hub/outbound/fetch.h"
#include "qhub/hub/platform/implementations.h"
#include "qhub/hub/resource/attachments.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

constexpr std::string_view prefix = "/external/{context}/{service}/{version}";
constexpr std::chrono::seconds timeout{60};
constexpr std::string_view attachment_name = "security";

/// What is passed on; the rest is between the hub and one of the two.
constexpr std::array request_headers{"Accept",   "Accept-Language", "Content-Type", "If-Match",   "If-None-Match",
                                     "Prefer",   "Range",           "User-Agent",   "traceparent"};
constexpr std::array response_headers{"Accept-Ranges",    "Cache-Control", "Content-Disposition", "Content-Encoding",
                                      "Content-Language", "Content-Range", "Content-Type",        "ETag",
                                      "Last-Modified",    "Link",          "Location",            "Retry-After"};

constexpr std::array<std::string_view, 1> rest_parameter{"path"};
constexpr api::Operation forward(std::string_view id, std::string_view method, bool has_path) {
  return {.id = id,
          .method = method,
          .path = has_path ? "/{path}" : "",
          .summary = "Passes a call of an external service on to its provider.",
          .path_parameters = has_path ? std::span<std::string_view const>(rest_parameter)
                                      : std::span<std::string_view const>(),
          .body = method == "GET" ? api::BodyKind::none : api::BodyKind::json,
          .answer = api::AnswerKind::bytes,
          .multi_segment = has_path};
}
constexpr std::array operations{
    forward("service.external.get", "GET", false),        forward("service.external.get_path", "GET", true),
    forward("service.external.post", "POST", false),      forward("service.external.post_path", "POST", true),
    forward("service.external.put", "PUT", false),        forward("service.external.put_path", "PUT", true),
    forward("service.external.patch", "PATCH", false),    forward("service.external.patch_path", "PATCH", true),
    forward("service.external.delete", "DELETE", false),  forward("service.external.delete_path", "DELETE", true)};

std::string context(std::string_view service_id) {
  return fmt::format("security configuration of service {}", service_id);
}

std::string basic(std::string const& user, std::string const& password) {
  std::string const text = user + ":" + password;
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  encoded.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                                          reinterpret_cast<unsigned char const*>(text.data()),
                                                          static_cast<int>(text.size()))));
  return "Basic " + encoded;
}

/// Where a service is, and the header field that authenticates the hub there.
struct Provider {
  std::string endpoint;
  std::optional<std::pair<std::string, std::string>> credentials;
};

Result<Provider> provider_of(Transaction& tx, Vault const& vault, ServiceRow const& service) {
  JsonObject const definition = read_definition(tx.database, service.id);
  if (text_member(definition, "type") != "EXTERNAL")
    return Error{ErrorKind::not_found,
                 fmt::format("'{}' is a service of this hub: it is called below /gateway/{}/{}/{}", service.name,
                             service.context, service.slug, service.version),
                 {}};
  Provider provider{text_member(definition, "productionEndpoint").value_or(""), std::nullopt};
  while (provider.endpoint.ends_with('/')) provider.endpoint.pop_back();
  auto const sealed = find_attachment(tx, service.id, attachment_name);
  if (!sealed) return provider;
  Result<std::string> const text = vault.open_sealed(sealed->content, context(service.id));
  if (!text) return text.error();
  auto const security = api::decode_text<platform::ServiceSecurityConfiguration>(*text);
  if (!security) return security.error();
  if (auto const* const user = security->get_if<platform::ServiceSecurityConfigurationBasic>())
    provider.credentials.emplace("Authorization", basic(user->username, user->password));
  if (auto const* const token = security->get_if<platform::ServiceSecurityConfigurationAccessToken>())
    provider.credentials.emplace(token->header_name, token->token_value);
  return provider;
}

class ExternalGateway {
 public:
  ExternalGateway(Gateway const& gateway, ServiceApi const& api) : gateway_(gateway), api_(api) {}

  asio::awaitable<Response> answer(Call& call) const {
    Result<Provider> const provider = api_.transactions.store().read([&](Connection& connection) -> Result<Provider> {
      Result<ServiceRow> const service = gateway_.service_of(connection, call);
      if (!service) return service.error();
      Transaction tx{connection, call.principal, 0, std::nullopt};
      return provider_of(tx, api_.host.vault(), *service);
    });
    if (!provider) co_return problem(provider.error(), call.request_id);
    if (Result<void> const allowed = may_run_services(call.principal); !allowed)
      co_return problem(allowed.error(), call.request_id);
    if (!call.request.parts.empty())
      co_return problem(415,
                        {ErrorKind::unsupported, "forms are not passed on to external services: send JSON or bytes", {}},
                        call.request_id);
    // What follows the four segments of the prefix, as it was sent.
    std::string_view const target = call.request.target;
    std::size_t end = 0;
    for (int segment = 0; segment < 4; ++segment) end = std::min(target.find_first_of("/?", end + 1), target.size());
    std::string_view const own = target.substr(0, end);
    OutboundRequest request{.method = std::string(call.operation.method),
                            .url = fmt::format("{}{}", provider->endpoint, target.substr(end)),
                            .body = std::move(call.request.body),
                            .timeout = timeout,
                            .max_bytes = std::size_t{64} << 20,
                            .follow_redirects = false};  // they are the caller's business, and get no credentials
    for (char const* const name : request_headers)
      if (auto const value = call.request.headers.find(name)) request.headers.emplace_back(name, *value);
    request.headers.emplace_back("X-Correlation-Id", call.request_id);
    if (provider->credentials) request.headers.push_back(*provider->credentials);
    auto const send = [&] { return fetch(request, api_.addresses); };
    Result<Response> const answered = co_await on_pool(api_.pool, send);
    if (!answered) {
      Error error = answered.error();
      error.message = "the provider of this service: " + error.message;
      co_return problem(error.kind == ErrorKind::timeout ? 504 : 502, error, call.request_id);
    }
    Response response;
    response.status = answered->status;
    response.body = answered->body;
    for (char const* const name : response_headers) {
      auto const value = answered->headers.find(name);
      if (!value) continue;
      // An address at the provider's is of no use to the caller, whom it would ask for credentials.
      bool const is_below = std::string_view(name) == "Location" && value->starts_with(provider->endpoint);
      response.headers.set(name, is_below ? fmt::format("{}{}", own, value->substr(provider->endpoint.size()))
                                          : std::string(*value));
    }
    response.headers.set("X-Correlation-Id", call.request_id);
    co_return response;
  }

 private:
  Gateway const& gateway_;
  ServiceApi const api_;
};

}  // namespace

void put_security(Transaction& tx, Vault const& vault, std::string const& service_id,
                  platform::ServiceSecurityConfiguration const& security) {
  put_attachment(tx, service_id, attachment_name, "text/plain",
                 vault.seal(api::encode(security), context(service_id)));
}

Mounted mount_external_gateway(Router& router, Gateway const& gateway, ServiceApi const& api) {
  auto const external = std::make_shared<ExternalGateway>(gateway, api);
  for (api::Operation const& operation : operations)
    router.add(operation, prefix, [external = external.get()](Call& call) { return external->answer(call); });
  return external;
}

}  // namespace qhub::hub
