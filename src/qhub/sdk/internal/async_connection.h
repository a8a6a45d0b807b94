#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "qhub/api/operation.h"
#include "qhub/api/request_codec.h"
#include "qhub/sdk/async_transport.h"
#include "qhub/sdk/client_options.h"
#include "qhub/sdk/internal/endpoint.h"

namespace qhub::sdk {

/// The counterpart of Connection that waits without a thread.
class AsyncConnection {
 public:
  AsyncConnection(Endpoint endpoint, std::shared_ptr<AsyncTransport> transport, AsyncTokenSource token);

  /// One call with its repetitions; see Connection::exchange. Completes on the executor of the awaiting coroutine.
  /// \param connection  is kept until then, and so must be `sink`.
  static boost::asio::awaitable<HttpResponse> exchange(std::shared_ptr<AsyncConnection const> connection,
                                                       api::Operation const& operation, api::WireRequest request,
                                                       RequestOptions options, BodySink* sink = nullptr);

  /// To another API of the same server; see sibling_of.
  std::shared_ptr<AsyncConnection const> sibling(api::OperationTable const& from, api::OperationTable const& to) const;

 private:
  Endpoint endpoint_;
  std::shared_ptr<AsyncTransport> transport_;
  AsyncTokenSource token_;
};

/// \param token  asked instead of the options' token if set.
/// \throws std::invalid_argument if the options lack the token or the base URL.
std::shared_ptr<AsyncConnection const> connect_async(api::OperationTable const& table, ClientOptions options,
                                                     AsyncTokenSource token = nullptr);

}  // namespace qhub::sdk
