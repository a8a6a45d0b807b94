#pragma once

#include <boost/asio/awaitable.hpp>
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

namespace qhub::hub {

/// One request on its way through a handler. Lives until the answer is complete.
struct Call {
  Request const& request;
  api::Operation const& operation;
  Principal principal;  ///< Anonymous only if the operation allows it and no token was sent.
  std::string request_id;
};

using Handler = std::function<asio::awaitable<Response>(Call&)>;

/// Finds the operation a request means and answers it. Filled before the first request, then used by many threads.
///
/// A path is split at `/` first and decoded then, so `%2F` stays inside a segment. A literal segment wins over a
/// parameter. A trailing slash counts, except after a prefix that has an operation with the empty path.
class Router {
 public:
  explicit Router(Authenticator& authenticator);
  ~Router();

  /// \param operation  must outlive the router, as generated ones do.
  /// \param prefix     where the API is mounted, e.g. "/quantum"; may hold parameters, which come first.
  /// Two operations of one method and path are a defect of the program: std::logic_error.
  void add(api::Operation const& operation, std::string_view prefix, Handler handler);

  /// Answers one request, with or without a socket: every failure is a problem document. HEAD is served where GET is:
  /// the same headers, Content-Length included, and no body.
  [[nodiscard]] asio::awaitable<Response> serve(Request request);

 private:
  struct Route;
  struct Node;
  struct Match;

  asio::awaitable<Response> answer(Request& request, std::string const& request_id);

  Authenticator& authenticator_;
  std::unique_ptr<Node> root_;
  std::vector<std::string> prefixes_;
};

}  // namespace qhub::hub
