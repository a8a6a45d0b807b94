#include "qhub/sdk/internal/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <random>
#include <stdexcept>

#include "qhub/sdk/internal/redaction.h"

namespace qhub::sdk {
namespace {

using std::chrono::milliseconds;

constexpr int most_redirects = 20;

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
  Result<Json> json = api::parse(body);
  if (!json || !json->is_object())
    throw std::invalid_argument("RequestOptions::body joins objects only; this body is none");
  for (auto const& [name, value] : additions) json->get_object().insert_or_assign(name, value);
  return api::to_text(*json);
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

std::string for_log(HttpRequest const& request) {
  std::string line = fmt::format("{} {}", request.method, without_secrets(request.url));
  for (auto const& [name, value] : request.headers)
    line += fmt::format(" {}: {};", name, is_secret_header(name) ? redacted : std::string_view(value));
  if (request.body) line += fmt::format(" body of {} bytes", request.body->size());
  if (request.file) line += fmt::format(" file of {} bytes", request.file->content.size());
  return line;
}

HttpRequest first_request(Endpoint const& endpoint, api::Operation const& operation, api::WireRequest wire,
                          RequestOptions const& options, Exchange::Moment const& start) {
  merge_query(wire.query, options.query);
  if (wire.body && !options.body.empty()) wire.body = merge_body(*wire.body, options.body);

  HttpRequest request{.method = std::string(operation.method),
                      .url = endpoint.base_url + wire.path,
                      .headers = {},
                      .body = std::move(wire.body),
                      .file = std::move(wire.file),
                      .timeout = options.timeout.value_or(endpoint.options.timeout),
                      .stop = options.stop};
  if (auto const limit = options.deadline ? options.deadline : endpoint.options.deadline)
    request.deadline = start.time + *limit;
  if (!wire.query.empty()) request.url += '?' + api::encode_query(wire.query);
  request.headers.add("User-Agent", "qhub-cpp/0.1.0");
  request.headers.add("Accept", "*/*");
  for (auto const& [name, value] : endpoint.options.headers) request.headers.set(name, value);
  if (request.body) request.headers.set("Content-Type", "application/json");
  if (!is_safe_to_repeat(operation.method)) request.headers.set("Idempotency-Key", idempotency_key());
  return request;
}

}  // namespace

Exchange::Moment Exchange::Moment::now() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return {std::chrono::system_clock::now(), std::chrono::steady_clock::now(),
          std::uniform_real_distribution<double>(0, 1)(generator)};
}

Exchange::Exchange(Endpoint const& endpoint, api::Operation const& operation, api::WireRequest wire,
                   RequestOptions options, BodySink* sink, Moment const& start)
    : endpoint_(endpoint),
      options_(std::move(options)),
      call_(fmt::format("{} {}", operation.method, wire.path)),
      first_(first_request(endpoint, operation, std::move(wire), options_, start)),
      plan_(options_.max_retries.value_or(endpoint.options.max_retries),
            is_safe_to_repeat(operation.method) || endpoint.options.retry_unsafe),
      sink_(sink) {}

void Exchange::use_token(std::string_view token) {
  Headers& headers = first_.headers;
  if (endpoint_.credential == Credential::api_key) {
    if (!endpoint_.options.organization_id.empty()) headers.set("X-OrganizationId", endpoint_.options.organization_id);
    headers.set("X-Auth-Token", std::string(token));
  } else {
    headers.set("Authorization", fmt::format("Bearer {}", token));
  }
  for (auto const& [name, value] : options_.headers) headers.set(name, value);
  std::ranges::for_each(headers, check_header);
}

HttpRequest const& Exchange::request() {
  HttpRequest const& next = redirected_ ? *redirected_ : first_;
  if (logs(endpoint_, LogLevel::debug)) {
    log(LogLevel::debug, for_log(next));
    sent_ = std::chrono::steady_clock::now();
  }
  return next;
}

void Exchange::begin(int status, Headers const& headers) {
  sink_began_ = true;
  sink_->begin(status, headers);
}

void Exchange::write(std::string_view piece) {
  sink_->write(piece);
}

milliseconds Exchange::pause(milliseconds wanted, Moment const& now, std::string_view reason) {
  redirected_.reset();
  hops_ = 0;
  if (first_.deadline && now.time + wanted >= *first_.deadline)
    throw TimeoutError(fmt::format("{}: its deadline does not allow another attempt; the last one ended with {}", call_,
                                   reason));
  if (logs(endpoint_, LogLevel::warn))
    log(LogLevel::warn, fmt::format("{}: {}; again in {} ms", call_, reason, wanted.count()));
  return wanted;
}

std::optional<milliseconds> Exchange::after(HttpResponse response, Moment const& now) {
  if (logs(endpoint_, LogLevel::debug)) {
    auto const took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - sent_);
    log(LogLevel::debug, fmt::format("{}: {} after {} µs", call_, response.status, took.count()));
  }
  if (response.status >= 200 && response.status < 300) {
    answer_ = std::move(response);
    return std::nullopt;
  }
  if (endpoint_.options.follow_redirects) {
    if (auto next = redirected(redirected_ ? *redirected_ : first_, response)) {
      if (hops_++ == most_redirects)
        throw ConnectionError(fmt::format("{}: more than {} redirects", call_, most_redirects));
      redirected_ = std::move(next);
      return milliseconds(0);
    }
  }
  std::optional<milliseconds> delay;
  if (repeatable()) delay = plan_.after({response.status, &response.headers}, now.date, now.jitter);
  if (!delay) {
    if (logs(endpoint_, LogLevel::error)) log(LogLevel::error, fmt::format("{}: {}", call_, response.status));
    ApiError::raise(call_, std::move(response));
  }
  return pause(*delay, now, fmt::format("status {}", response.status));
}

milliseconds Exchange::after_failure(ConnectionError const& failure, Moment const& now) {
  std::optional<milliseconds> delay;
  bool const hopeless = dynamic_cast<TlsError const*>(&failure) != nullptr;
  if (!hopeless && repeatable()) delay = plan_.after({}, now.date, now.jitter);
  if (delay) return pause(*delay, now, failure.what());
  if (logs(endpoint_, LogLevel::error)) log(LogLevel::error, failure.what());
  throw;
}

}  // namespace qhub::sdk
