// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <memory>

#include "qhub/tiny/boxes_client.h"
#include "qhub/tiny/environment.h"

namespace qhub::tiny {

/// A shelf of boxes. One object serves many threads; copies share its connections.
class HubTinyClient {
 public:
  /// \throws std::invalid_argument if the options lack the API key. Sends nothing; the first call connects.
  explicit HubTinyClient(ClientOptions options);

  /// Puts things into boxes.
  BoxesClient boxes() const { return BoxesClient(connection_); }

  /// Any request below the base URL, with this client's credentials, repetition and logging: for what has no method.
  /// \param path  percent-encoded, beginning with `/`; may have a query.
  /// \param body  JSON text, unless `options.headers` give another Content-Type.
  /// \throws what every call throws.
  HttpResponse fetch(std::string_view method, std::string_view path, std::optional<std::string> body = {}, RequestOptions const& options = {}) const;

 private:
  std::shared_ptr<sdk::Connection const> connection_;
};


}  // namespace qhub::tiny

namespace qhub {
using tiny::HubTinyClient;
}
