#include "qhub/sdk/internal/connection.h"

#include "qhub/sdk/curl_transport.h"
#include "qhub/sdk/errors.h"
#include "qhub/sdk/internal/exchange.h"
#include "qhub/sdk/internal/sleep.h"

namespace qhub::sdk {
Connection::Connection(Endpoint endpoint, std::shared_ptr<Transport> transport)
    : endpoint_(std::move(endpoint)), transport_(std::move(transport)) {}

HttpResponse Connection::exchange(api::Operation const& operation, api::WireRequest wire, RequestOptions const& options,
                                  BodySink* sink) const {
  Exchange exchange(endpoint_, operation, std::move(wire), options, sink, Exchange::Moment::now());
  for (;;) {
    if (exchange.needs_token()) exchange.use_token(token_of(endpoint_));
    HttpRequest const& request = exchange.request();
    std::optional<HttpResponse> response;
    std::optional<std::chrono::milliseconds> pause;
    try {
      response = transport_->send(request, exchange.sink());
    } catch (ConnectionError const& failure) {
      pause = exchange.after_failure(failure, Exchange::Moment::now());
    }
    if (response) pause = exchange.after(*std::move(response), Exchange::Moment::now());
    if (!pause) return exchange.take_answer();
    if (pause->count() > 0) sleep(*pause, options.stop);
  }
}

std::shared_ptr<Connection const> Connection::sibling(api::OperationTable const& from,
                                                      api::OperationTable const& to) const {
  return std::make_shared<Connection const>(sibling_of(endpoint_, from, to), transport_);
}

std::shared_ptr<Connection const> connect(api::OperationTable const& table, ClientOptions options) {
  auto transport = options.transport ? options.transport : make_curl_transport();
  return std::make_shared<Connection const>(make_endpoint(table, std::move(options)), std::move(transport));
}

}  // namespace qhub::sdk
