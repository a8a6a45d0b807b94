#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/operation.h"
#include "qhub/base/result.h"
#include "qhub/hub/auth/principal.h"
#include "qhub/hub/http/message.h"
#include "qhub/hub/http/metrics.h"
#include "qhub/hub/http/rate_limiter.h"

namespace qhub::hub {

/// One request on its way through a handler. Lives until the answer is complete.
struct Call {
  Request& request;
  api::Operation const& operation;
  Principal principal;  ///< Anonymous only if the operation allows it and no token was sent.
  std::string request_id;
  std::string location = {};  ///< Of what the handler has made, if it says so: the answer is 201 then.
};

using Handler = std::function<asio::awaitable<Response>(Call&)>;

/// Finds the operation a request means and answers it. Filled before the first request, then used by many threads.
///
/// A path is split at `/` first and decoded then, so `%2F` stays inside a segment. A literal segment wins over a
/// parameter. A trailing slash counts, except after a prefix that has an operation with the empty path.
class Router {
 public:
  /// \param user_limit   of all tokens of a user together.
  /// \param token_limit  of each token.
  /// \param workers      threads for what would keep others waiting: see run_on_workers(); null: there are none.
  explicit Router(Authenticator& authenticator, RateLimit user_limit = {}, RateLimit token_limit = {},
                  asio::thread_pool* workers = nullptr);
  ~Router();

  /// \param operation  must outlive the router, as generated ones do.
  /// \param prefix     where the API is mounted, e.g. "/quantum"; may hold parameters, which come first.
  /// Two operations of one method and path are a defect of the program: std::logic_error.
  void add(api::Operation const& operation, std::string_view prefix, Handler handler);

  /// The operation of that id is answered on the workers, since its answers may be large; so is every request with a
  /// large body. An operation that was not added is a defect of the program: std::logic_error.
  void run_on_workers(api::Operation const& operation);

  /// Answers one request, with or without a socket: every failure is a problem document. HEAD is served where GET is:
  /// the same headers, Content-Length included, and no body.
  [[nodiscard]] asio::awaitable<Response> serve(Request request);

  /// For a server that has read no more than the header: the answer, if nobody would look at the body anyway.
  [[nodiscard]] asio::awaitable<std::optional<Response>> refuse_early(Request& head);

  /// Appends what has been served so far, in the text format of Prometheus.
  void write_metrics(std::string& text) const;

 private:
  struct Route;
  struct Node;
  struct Match;
  struct Admission;

  asio::awaitable<Admission> admit(Request& request, std::string const& request_id);
  asio::awaitable<Response> answer(Request& request, std::string const& request_id, Route*& route);

  Authenticator& authenticator_;
  RateLimiter user_limiter_;
  RateLimiter token_limiter_;
  asio::thread_pool* workers_;
  std::vector<std::unique_ptr<Route>> routes_;
  RequestMetrics unrouted_;  ///< Requests that no operation answers.
  std::unique_ptr<Node> root_;
  std::vector<std::string> prefixes_;
};

}  // namespace qhub::hub
