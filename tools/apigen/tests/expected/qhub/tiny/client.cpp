// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/client.h"

#include "qhub/tiny/operations.h"
#include "qhub/sdk/connection.h"

namespace qhub::tiny {

HubTinyClient::HubTinyClient(ClientOptions options)
    : connection_(sdk::connect(operations::table, std::move(options))) {}

}  // namespace qhub::tiny
