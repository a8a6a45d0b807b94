#include "qhub/sdk/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <random>
#include <stdexcept>
#include <thread>

#include "qhub/sdk/curl_transport.h"
#include "qhub/sdk/errors.h"
#include "qhub/sdk/retry_plan.h"

namespace qhub::sdk {
namespace {

constexpr int most_redirects = 20;

double jitter() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

std::string idempotency_key() {
  thread_local std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

bool is_safe_to_repeat(std::string_view method) {
  return method != "POST" && method != "PATCH";
}

/// A line break would let a value add header fields of its own.
void check_header(Headers::Field const& field) {
  for (std::string_view const text : {std::string_view(field.first), std::string_view(field.second)})
    if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
      throw std::invalid_argument(fmt::format("header {}: a line break is not allowed", field.first.substr(0, 40)));
}

void merge_query(api::Parameters& query, std::vector<std::pair<std::string, std::string>> const& additions) {
  for (auto const& [name, value] : additions)
    std::erase_if(query, [&](auto const& parameter) { return parameter.first == name; });
  query.insert(query.end(), additions.begin(), additions.end());
}

std::string merge_body(std::string const& body, JsonObject const& additions) {
  Json json = *api::parse(body);
  if (!json.is_object()) throw std::invalid_argument("RequestOptions::body joins objects only; this body is none");
  for (auto const& [name, value] : additions) json.get_object().insert_or_assign(name, value);
  return api::to_text(json);
}

/// Scheme, host and port, the latter two as far as they tell servers apart.
std::string origin_of(boost::urls::url_view url) {
  std::string const scheme(url.scheme());
  std::string const port = url.has_port() ? std::string(url.port()) : (scheme == "https" ? "443" : "80");
  return fmt::format("{}://{}:{}", scheme, std::string(url.encoded_host()), port);
}

/// What a redirect asks for next, or nothing if `response` is none that can be followed.
std::optional<HttpRequest> redirected(HttpRequest const& request, HttpResponse const& response) {
  int const status = response.status;
  if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) return std::nullopt;
  auto const location = response.headers.find("location");
  auto const base = boost::urls::parse_uri(request.url);
  if (!location || !base) return std::nullopt;
  auto const reference = boost::urls::parse_uri_reference(*location);
  boost::urls::url target;
  if (!reference || !boost::urls::resolve(*base, *reference, target)) return std::nullopt;

  HttpRequest next = request;
  next.url = target.buffer();
  bool const becomes_get =
      (status == 303 && request.method != "HEAD") || ((status == 301 || status == 302) && request.method == "POST");
  if (becomes_get) {
    next.method = "GET";
    next.body.reset();
    next.file.reset();
    next.headers.remove("content-type");
  }
  if (origin_of(*base) != origin_of(target))
    for (char const* secret : {"authorization", "x-auth-token", "x-organizationid", "cookie"})
      next.headers.remove(secret);
  return next;
}

}  // namespace

Connection::Connection(Credential credential, TokenSource token, std::string organization_id, std::string base_url,
                       CommonOptions options)
    : credential_(credential),
      token_(std::move(token)),
      organization_id_(std::move(organization_id)),
      base_url_(std::move(base_url)),
      options_(std::move(options)) {
  while (base_url_.ends_with('/')) base_url_.pop_back();
  if (!options_.transport) options_.transport = make_curl_transport();
}

void Connection::add_credentials(Headers& headers, Headers const& overrides) const {
  if (!organization_id_.empty()) headers.set("X-OrganizationId", organization_id_);
  if (credential_ == Credential::api_key)
    headers.set("X-Auth-Token", token_.get());
  else
    headers.set("Authorization", "Bearer " + token_.get());
  for (auto const& [name, value] : overrides) headers.set(name, value);
  std::ranges::for_each(headers, check_header);
}

HttpRequest Connection::prepare(api::Operation const& operation, api::WireRequest wire,
                                RequestOptions const& options) const {
  merge_query(wire.query, options.query);
  if (wire.body && !options.body.empty()) wire.body = merge_body(*wire.body, options.body);

  HttpRequest request{std::string(operation.method), base_url_ + wire.path, {},
                      std::move(wire.body),          std::move(wire.file),  options.timeout.value_or(options_.timeout)};
  if (!wire.query.empty()) request.url += '?' + api::encode_query(wire.query);
  request.headers.add("User-Agent", "qhub-cpp/0.1.0");
  request.headers.add("Accept", "*/*");
  for (auto const& [name, value] : options_.headers) request.headers.set(name, value);
  if (request.body) request.headers.set("Content-Type", "application/json");
  if (!is_safe_to_repeat(operation.method)) request.headers.set("Idempotency-Key", idempotency_key());
  return request;
}

HttpResponse Connection::send_following_redirects(HttpRequest request, ByteSink const* sink) const {
  for (int hops = 0;; ++hops) {
    HttpResponse response = options_.transport->send(request, sink);
    std::optional<HttpRequest> next;
    if (options_.follow_redirects) next = redirected(request, response);
    if (!next) return response;
    if (hops == most_redirects)
      throw ConnectionError(fmt::format("{}: more than {} redirects", request.method, most_redirects));
    request = std::move(*next);
  }
}

HttpResponse Connection::exchange(api::Operation const& operation, api::WireRequest wire, RequestOptions const& options,
                                  ByteSink const* sink) const {
  std::string const call = fmt::format("{} {}", operation.method, wire.path);
  HttpRequest request = prepare(operation, std::move(wire), options);
  bool const repeatable = !sink && (is_safe_to_repeat(operation.method) || options_.retry_unsafe);
  RetryPlan plan(options.max_retries.value_or(options_.max_retries), repeatable);
  for (;;) {
    add_credentials(request.headers, options.headers);
    std::optional<std::chrono::milliseconds> delay;
    try {
      HttpResponse response = send_following_redirects(request, sink);
      if (response.status >= 200 && response.status < 300) return response;
      delay = plan.after({response.status, &response.headers}, std::chrono::system_clock::now(), jitter());
      if (!delay) ApiError::raise(call, std::move(response));
    } catch (TlsError const&) {
      throw;
    } catch (ConnectionError const&) {
      delay = plan.after({}, std::chrono::system_clock::now(), jitter());
      if (!delay) throw;
    }
    std::this_thread::sleep_for(*delay);
  }
}

std::shared_ptr<Connection const> connect(api::OperationTable const& table, ClientOptions options) {
  if (options.api_key.empty()) throw std::invalid_argument("Please provide 'api_key' when initializing the client");
  std::string base_url = options.base_url.empty() ? std::string(table.default_base_url) : std::move(options.base_url);
  return std::make_shared<Connection const>(Credential::api_key, std::move(options.api_key),
                                            std::move(options.organization_id), std::move(base_url),
                                            std::move(options.common));
}

std::shared_ptr<Connection const> connect(api::OperationTable const&, ServiceClientOptions options) {
  if (options.token.empty()) throw std::invalid_argument("Please provide 'token' when initializing the client");
  if (options.base_url.empty())
    throw std::invalid_argument("Please provide 'base_url', the service's gateway URL, when initializing the client");
  return std::make_shared<Connection const>(Credential::bearer, std::move(options.token), "",
                                            std::move(options.base_url), std::move(options.common));
}

}  // namespace qhub::sdk
