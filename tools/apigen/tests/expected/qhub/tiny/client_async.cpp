// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/client_async.h"

#include "qhub/tiny/operations.h"
#include "qhub/sdk/internal/async_call.h"

namespace qhub::tiny {

AsyncHubTinyClient::AsyncHubTinyClient(ClientOptions options)
    : connection_(sdk::connect_async(operations::table, std::move(options))) {}

boost::asio::awaitable<HttpResponse> AsyncHubTinyClient::fetch(std::string_view method, std::string_view path, std::optional<std::string> body, AsyncArgument<RequestOptions> options) const {
  return sdk::async_fetch(connection_, std::string(method), std::string(path), std::move(body), options);
}

}  // namespace qhub::tiny
