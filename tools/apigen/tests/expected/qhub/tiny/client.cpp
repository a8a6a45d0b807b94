// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/client.h"

#include "qhub/tiny/operations.h"
#include "qhub/sdk/internal/connection.h"
#include "qhub/sdk/internal/call.h"

namespace qhub::tiny {

HubTinyClient::HubTinyClient(ClientOptions options)
    : connection_(sdk::connect(operations::table, std::move(options))) {}

HttpResponse HubTinyClient::fetch(std::string_view method, std::string_view path, std::optional<std::string> body, RequestOptions const& options) const {
  return sdk::fetch(*connection_, method, path, std::move(body), options);
}

}  // namespace qhub::tiny
