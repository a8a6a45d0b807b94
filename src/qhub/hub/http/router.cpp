#include "qhub/hub/http/router.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <set>
#include <stdexcept>

#include "qhub/hub/http/problem.h"
#include "qhub/hub/http/url.h"
#include "qhub/hub/random_id.h"

namespace qhub::hub {

namespace {

/// Up to so many bytes a request's body is read in its turn, which takes less than a millisecond.
constexpr std::size_t small_body_bytes = 16U << 10;

/// The trace id of a W3C `traceparent` field (Trace Context, 3.2): the second of four groups; empty without a good one.
std::string_view trace_id(Headers const& headers) {
  std::string_view const field = headers.find("traceparent").value_or("");
  bool const is_good = field.size() >= 55 && field[2] == '-' && field[35] == '-' &&
                       field.substr(3, 32).find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_good ? field.substr(3, 32) : std::string_view();
}

}  // namespace

struct Router::Route {
  api::Operation const* operation;
  Handler handler;
  bool on_workers = false;
  RequestMetrics metrics = {};
};

/// A position in the tree of path segments.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;                   ///< Any one segment that is not empty.
  std::map<std::string, Route*, std::less<>> routes;  ///< Of paths that end here, by method.
  std::map<std::string, Route*, std::less<>> rest;  ///< Of paths that end here with a file path of one or more segments.
};

struct Router::Match {
  std::string_view method;
  std::vector<std::string> const& segments;
  std::vector<std::string> parameters = {};
  std::set<std::string_view> methods = {};  ///< Of every route of this path.

  /// Looks for the route below `node` that takes segments[index...]. Literals are tried before parameters, and a
  /// literal that leads nowhere is left again: GET /backends/least-busy/status is the status of a backend.
  Route* find(Node const& node, std::size_t index) {
    if (index == segments.size()) return choose(node.routes);
    std::string const& segment = segments[index];
    if (auto const literal = node.literals.find(segment); literal != node.literals.end())
      if (Route* route = find(*literal->second, index + 1)) return route;
    if (segment.empty()) return nullptr;
    if (node.parameter) {
      parameters.push_back(segment);
      if (Route* route = find(*node.parameter, index + 1)) return route;
      parameters.pop_back();
    }
    Route* route = choose(node.rest);
    if (route)
      parameters.push_back(
          fmt::format("{}", fmt::join(segments.begin() + static_cast<long>(index), segments.end(), "/")));
    return route;
  }

  Route* choose(std::map<std::string, Route*, std::less<>> const& routes) {
    for (auto const& [name, route] : routes) methods.insert(name);
    auto found = routes.find(method);
    if (found == routes.end() && method == "HEAD") found = routes.find("GET");
    return found == routes.end() ? nullptr : found->second;
  }
};

/// What the header of a request comes to: a route and a caller, or an answer.
struct Router::Admission {
  Route* route = nullptr;
  Principal principal = {};
  std::optional<Response> refusal = {};
};

Router::Router(Authenticator& authenticator, RateLimit user_limit, RateLimit token_limit, asio::thread_pool* workers)
    : authenticator_(authenticator),
      user_limiter_(user_limit),
      token_limiter_(token_limit),
      workers_(workers),
      root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(api::Operation const& operation, std::string_view prefix, Handler handler) {
  if (!prefix.empty() && std::ranges::find(prefixes_, prefix) == prefixes_.end()) prefixes_.emplace_back(prefix);
  std::string const path = std::string(prefix) + std::string(operation.path);
  Route* const route = routes_.emplace_back(std::make_unique<Route>(&operation, std::move(handler))).get();
  Node* node = root_.get();
  for (std::size_t start = 1; start <= path.size();) {
    std::size_t const end = std::min(path.find('/', start), path.size());
    std::string const segment = path.substr(start, end - start);
    start = end + 1;
    bool const is_parameter = segment.starts_with('{');
    if (is_parameter && operation.multi_segment && end == path.size()) {
      if (!node->rest.emplace(operation.method, route).second)
        throw std::logic_error("two operations answer " + std::string(operation.method) + " " + path);
      return;
    }
    std::unique_ptr<Node>& child = is_parameter ? node->parameter : node->literals[segment];
    if (!child) child = std::make_unique<Node>();
    node = child.get();
  }
  if (!node->routes.emplace(operation.method, route).second)
    throw std::logic_error("two operations answer " + std::string(operation.method) + " " + path);
  if (operation.path.empty()) {
    std::unique_ptr<Node>& slash = node->literals[""];
    if (!slash) slash = std::make_unique<Node>();
    slash->routes.emplace(operation.method, route);
  }
}

void Router::run_on_workers(api::Operation const& operation) {
  auto const route = std::ranges::find(routes_, operation.id, [](auto const& known) { return known->operation->id; });
  if (route == routes_.end()) throw std::logic_error("no operation " + std::string(operation.id) + " is answered");
  (*route)->on_workers = true;
}

asio::awaitable<Router::Admission> Router::admit(Request& request, std::string const& request_id) {
  Result<Target> target = parse_target(request.target);
  if (!target) co_return Admission{.refusal = problem(target.error(), request_id)};
  request.query = std::move(target->query);
  Match match{.method = request.method, .segments = target->segments};
  Route* const route = match.find(*root_, 0);
  if (!route && !match.methods.empty()) {
    std::string const allowed = fmt::format("{}", fmt::join(match.methods, ", "));
    Error const error{.kind = ErrorKind::unsupported,
                      .message = fmt::format("{} is not answered here; {} is", request.method, allowed),
                      .details = {}};
    Response response = problem(405, error, request_id);
    response.headers.set("Allow", allowed);
    co_return Admission{.refusal = std::move(response)};
  }
  if (!route) {
    std::string const path = request.target.substr(0, request.target.find('?'));
    bool const below_a_prefix = std::ranges::any_of(
        prefixes_, [&](std::string const& prefix) { return path == prefix || path.starts_with(prefix + "/"); });
    std::string const hint = below_a_prefix
                                 ? "the API there has no such operation"
                                 : fmt::format("the APIs of this hub are below {}", fmt::join(prefixes_, ", "));
    Error const error{
        .kind = ErrorKind::not_found, .message = fmt::format("nothing is at {}; {}", path, hint), .details = {}};
    co_return Admission{.refusal = problem(error, request_id)};
  }
  request.path_parameters = std::move(match.parameters);

  Result<Principal> principal = co_await authenticator_.authenticate(request.headers);
  if (!principal) co_return Admission{.route = route, .refusal = problem(principal.error(), request_id)};
  if (Result<void> const admitted = hub::admit(*principal, *route->operation); !admitted)
    co_return Admission{.route = route, .refusal = problem(admitted.error(), request_id)};
  co_return Admission{.route = route, .principal = std::move(*principal)};
}

asio::awaitable<std::optional<Response>> Router::refuse_early(Request& head) {
  Admission admission = co_await admit(head, fast_uuid());
  co_return std::move(admission.refusal);
}

asio::awaitable<Response> Router::answer(Request& request, std::string const& request_id, Route*& route) {
  Admission admission = co_await admit(request, request_id);
  route = admission.route;
  if (admission.refusal) co_return std::move(*admission.refusal);
  auto const now = std::chrono::steady_clock::now();
  auto wait = token_limiter_.take(admission.principal.token_id, now);
  std::string_view const sender = wait ? "this token sends" : "you send";
  if (!wait) wait = user_limiter_.take(admission.principal.user_id, now);
  if (wait) {
    Error const error{.kind = ErrorKind::rate_limited,
                      .message = fmt::format("{} more requests than this hub allows; ask again in {} ms", sender,
                                             wait->count()),
                      .details = {{std::string(retry_after), std::to_string((wait->count() + 999) / 1000)}}};
    co_return problem(error, request_id);
  }
  Call call{.request = request,
            .operation = *route->operation,
            .principal = std::move(admission.principal),
            .request_id = request_id};
  asio::awaitable<Response> work = route->handler(call);
  if (workers_ && (route->on_workers || request.body.size() > small_body_bytes))
    co_return co_await asio::co_spawn(*workers_, std::move(work), asio::use_awaitable);
  co_return co_await std::move(work);
}

asio::awaitable<Response> Router::serve(Request request) {
  auto const start = std::chrono::steady_clock::now();
  std::string const request_id = fast_uuid();
  Response response;
  std::string failure;
  Route* route = nullptr;
  try {
    response = co_await answer(request, request_id, route);
  } catch (std::exception const& exception) {
    failure = exception.what();
  }
  if (!failure.empty()) {
    Error const error{.kind = ErrorKind::internal, .message = std::move(failure), .details = {}};
    response = problem(error, request_id);
  }
  response.headers.set("X-Request-Id", request_id);
  if (request.method == "HEAD") {
    std::optional<std::uint64_t> const size = response.stream ? response.stream->size() : response.body.size();
    if (size && response.status != 204) response.headers.set("Content-Length", std::to_string(*size));
    response.body.clear();
    response.stream = nullptr;
  }
  auto const elapsed = std::chrono::steady_clock::now() - start;
  (route ? route->metrics : unrouted_).count(response.status, elapsed);
  if (spdlog::should_log(spdlog::level::info)) {
    // The query is left out: it may hold what a client should have put into a header.
    std::string_view const path = std::string_view(request.target).substr(0, request.target.find('?'));
    std::string_view const trace = trace_id(request.headers);
    spdlog::info("method={} path={} status={} duration_us={} request_id={}{}{}", request.method, path, response.status,
                 std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count(), request_id,
                 trace.empty() ? "" : " trace_id=", trace);
  }
  co_return response;
}

void Router::write_metrics(std::string& text) const {
  write_metric_head("qhub_http_requests_total", "counter", "Requests answered, by operation and status.", text);
  for (auto const& route : routes_) route->metrics.write_requests(route->operation->id, text);
  unrouted_.write_requests("", text);
  write_metric_head("qhub_http_request_duration_seconds", "histogram",
                    "Time from a request's last byte to the beginning of its answer.", text);
  for (auto const& route : routes_) route->metrics.write_durations(route->operation->id, text);
  unrouted_.write_durations("", text);
}

}  // namespace qhub::hub
