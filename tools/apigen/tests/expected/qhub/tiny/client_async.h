// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <memory>

#include "qhub/tiny/boxes_client_async.h"
#include "qhub/tiny/environment.h"
#include "qhub/sdk/async_transport.h"

namespace qhub::tiny {

/// A shelf of boxes. The counterpart of HubTinyClient whose methods return awaitables. One object serves many
/// coroutines, on any executor; copies share its connections.
class AsyncHubTinyClient {
 public:
  /// \throws std::invalid_argument if the options lack the API key. Sends nothing; the first call connects.
  explicit AsyncHubTinyClient(ClientOptions options);

  /// Puts things into boxes.
  AsyncBoxesClient boxes() const { return AsyncBoxesClient(connection_); }

  /// Any request below the base URL, with this client's credentials, repetition and logging: for what has no method.
  /// \param path  percent-encoded, beginning with `/`; may have a query.
  /// \param body  JSON text, unless `options.headers` give another Content-Type.
  /// \throws what every call throws.
  boost::asio::awaitable<HttpResponse> fetch(std::string_view method, std::string_view path, std::optional<std::string> body = {}, AsyncArgument<RequestOptions> options = {}) const;

 private:
  std::shared_ptr<sdk::AsyncConnection const> connection_;
};


}  // namespace qhub::tiny

namespace qhub {
using tiny::AsyncHubTinyClient;
}
