#pragma once

#include "qhub/hub/auth/vault.h"
#include "qhub/hub/http/router.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

/// Answers POST /token: OAuth 2 client credentials (RFC 6749, 4.4), the client being an application's access key. The
/// token is good for an hour.
void mount_token_endpoint(Router& router, Store& store, Vault const& vault);

}  // namespace qhub::hub
