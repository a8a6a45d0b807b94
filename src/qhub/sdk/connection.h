#pragma once

#include <memory>
#include <string>

#include "qhub/api/operation.h"
#include "qhub/api/request_codec.h"
#include "qhub/sdk/client_options.h"
#include "qhub/sdk/http.h"

namespace qhub::sdk {

/// How a client proves who is calling.
enum class Credential { api_key, bearer };

/// Sends operations to one API: base URL, credentials, repetition and redirects. Shared by all clients of an API and
/// safe to use from many threads.
class Connection {
 public:
  Connection(Credential credential, TokenSource token, std::string organization_id, std::string base_url,
             CommonOptions options);

  /// One call with its repetitions. A call with a sink is never repeated.
  /// \throws ApiError on every status that is no 2xx; ConnectionError; TimeoutError.
  HttpResponse exchange(api::Operation const& operation, api::WireRequest request, RequestOptions const& options,
                        ByteSink const* sink = nullptr) const;

 private:
  HttpRequest prepare(api::Operation const& operation, api::WireRequest request, RequestOptions const& options) const;
  void add_credentials(Headers& headers, Headers const& overrides) const;
  HttpResponse send_following_redirects(HttpRequest request, ByteSink const* sink) const;

  Credential credential_;
  TokenSource token_;
  std::string organization_id_;
  std::string base_url_;
  CommonOptions options_;
};

std::shared_ptr<Connection const> connect(api::OperationTable const& table, ClientOptions options);
std::shared_ptr<Connection const> connect(api::OperationTable const& table, ServiceClientOptions options);

}  // namespace qhub::sdk
