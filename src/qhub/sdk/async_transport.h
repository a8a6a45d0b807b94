#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "qhub/sdk/http.h"

namespace qhub {

/// Sends one request over the network without keeping a thread waiting: the counterpart of Transport for the
/// asynchronous clients.
class AsyncTransport {
 public:
  virtual ~AsyncTransport() = default;

  /// Sends the request and waits for the answer; redirects are answers. Completes, and calls the sink, on the executor
  /// of the coroutine that awaits it. May be called by several threads at once.
  /// \param request  stays valid until the awaitable has completed or is destroyed; so does `sink`.
  /// \param sink  if set, gets the body of a 2xx answer instead of HttpResponse::body.
  /// \throws ConnectionError, TimeoutError, CancelledError; boost::system::system_error with operation_aborted when
  ///         the coroutine is cancelled.
  virtual boost::asio::awaitable<HttpResponse> send(HttpRequest const& request, BodySink* sink) = 0;
};

/// A token that takes waiting to get. Called for every request and every repetition of one.
using AsyncTokenSource = std::function<boost::asio::awaitable<std::string>()>;

/// A transport that does not wait, such as one that replays a recording, for the asynchronous clients. A transport that
/// does wait would hold up the executor's thread.
std::shared_ptr<AsyncTransport> make_async(std::shared_ptr<Transport> transport);

}  // namespace qhub
