#include "qhub/sdk/internal/async_connection.h"

#include "qhub/sdk/curl_async_transport.h"
#include "qhub/sdk/errors.h"
#include "qhub/sdk/internal/async_sleep.h"
#include "qhub/sdk/internal/exchange.h"

namespace qhub::sdk {

namespace asio = boost::asio;

AsyncConnection::AsyncConnection(Endpoint endpoint, std::shared_ptr<AsyncTransport> transport, AsyncTokenSource token)
    : endpoint_(std::move(endpoint)), transport_(std::move(transport)), token_(std::move(token)) {}

asio::awaitable<HttpResponse> AsyncConnection::exchange(std::shared_ptr<AsyncConnection const> connection,
                                                        api::Operation const& operation, api::WireRequest wire,
                                                        RequestOptions options, BodySink* sink) {
  Exchange exchange(connection->endpoint_, operation, std::move(wire), options, sink, Exchange::Moment::now());
  for (;;) {
    if (exchange.needs_token() && connection->token_) {
      std::string const token = co_await connection->token_();
      exchange.use_token(token);
    } else if (exchange.needs_token()) {
      exchange.use_token(token_of(connection->endpoint_));
    }
    HttpRequest const& request = exchange.request();
    std::optional<HttpResponse> response;
    std::optional<std::chrono::milliseconds> pause;
    try {
      response = co_await connection->transport_->send(request, exchange.sink());
    } catch (ConnectionError const& failure) {
      pause = exchange.after_failure(failure, Exchange::Moment::now());
    }
    if (response) pause = exchange.after(*std::move(response), Exchange::Moment::now());
    if (!pause) co_return exchange.take_answer();
    if (pause->count() > 0) co_await async_sleep(*pause, options.stop);
  }
}

std::shared_ptr<AsyncConnection const> AsyncConnection::sibling(api::OperationTable const& from,
                                                                api::OperationTable const& to) const {
  return std::make_shared<AsyncConnection const>(sibling_of(endpoint_, from, to), transport_, token_);
}

std::shared_ptr<AsyncConnection const> connect_async(api::OperationTable const& table, ClientOptions options,
                                                     AsyncTokenSource token) {
  auto transport = options.async_transport ? options.async_transport : make_curl_async_transport();
  bool const has_token = static_cast<bool>(token);
  return std::make_shared<AsyncConnection const>(make_endpoint(table, std::move(options), has_token),
                                                 std::move(transport), std::move(token));
}

}  // namespace qhub::sdk
