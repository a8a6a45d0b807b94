#pragma once

#include <memory>

#include "qhub/api/operation.h"
#include "qhub/api/request_codec.h"
#include "qhub/sdk/client_options.h"
#include "qhub/sdk/http.h"
#include "qhub/sdk/internal/endpoint.h"

namespace qhub::sdk {

/// Sends operations to one API: base URL, credentials, repetition and redirects. Shared by all clients of an API and
/// safe to use from many threads.
class Connection {
 public:
  Connection(Endpoint endpoint, std::shared_ptr<Transport> transport);

  /// One call with its repetitions. A call whose sink has got something is not repeated.
  /// \throws ApiError on every status that is no 2xx; ConnectionError; TimeoutError; CancelledError.
  HttpResponse exchange(api::Operation const& operation, api::WireRequest request, RequestOptions const& options,
                        BodySink* sink = nullptr) const;

  /// To another API of the same server; see sibling_of.
  std::shared_ptr<Connection const> sibling(api::OperationTable const& from, api::OperationTable const& to) const;

 private:
  Endpoint endpoint_;
  std::shared_ptr<Transport> transport_;
};

/// \throws std::invalid_argument if the options lack the token or the base URL.
std::shared_ptr<Connection const> connect(api::OperationTable const& table, ClientOptions options);

}  // namespace qhub::sdk
