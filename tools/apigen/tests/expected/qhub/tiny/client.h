// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <memory>

#include "qhub/tiny/boxes_client.h"

namespace qhub::tiny {

/// A shelf of boxes. One object serves many threads; copies share its connections.
class HubTinyClient {
 public:
  /// \throws std::invalid_argument if the options lack the API key. Sends nothing; the first call connects.
  explicit HubTinyClient(ClientOptions options);

  /// Puts things into boxes.
  BoxesClient boxes() const { return BoxesClient(connection_); }

 private:
  std::shared_ptr<sdk::Connection const> connection_;
};

}  // namespace qhub::tiny

namespace qhub {
using tiny::HubTinyClient;
}
