#pragma once

#include <string>

#include "qhub/hub/resource/resource.h"
#include "qhub/hub/service/gateway.h"
#include "qhub/hub/service/mount.h"
#include "qhub/platform/models.h"

/// External services: they run at their providers, and the hub passes calls on.
namespace qhub::hub {

/// Keeps, sealed, how the gateway is to authenticate itself at the provider.
void put_security(Transaction& tx, Vault const& vault, std::string const& service_id,
                  platform::ServiceSecurityConfiguration const& security);

/// Answers every method and path below /external/{context}/{service}/{version} with what the provider's endpoint, followed
/// by the same path and query, answers. Who may call is decided as for other services. The caller's token stays here; the
/// provider gets the credentials of the security configuration, and in X-Correlation-Id the id of the request.
/// Errors: those of Gateway::service_of; 415 for forms; 502 if there is no answer, 504 if there is none in a minute.
[[nodiscard]] Mounted mount_external_gateway(Router& router, Gateway const& gateway, ServiceApi const& api);

}  // namespace qhub::hub
