#pragma once

#include "qhub/hub/platform/mount.h"
#include "qhub/hub/resource/transaction.h"
#include "qhub/hub/service/service_host.h"

/// The handlers of services: of the platform API one file per namespace or two, the gateway, and the token endpoint.
namespace qhub::hub {

/// What they work with; outlives the router.
struct ServiceApi {
  Transactions transactions;
  ServiceHost& host;
  AddressPolicy const& addresses;  ///< Where external services may be.
  asio::thread_pool& pool;         ///< For what waits for the network.
};

/// Routes everything that has to do with services, applications and data pools.
[[nodiscard]] Mounted mount_service_apis(Router& router, ServiceApi const& api);

[[nodiscard]] Mounted mount_applications(Router& router, ServiceApi const& api);
[[nodiscard]] Mounted mount_data_pools(Router& router, ServiceApi const& api);
[[nodiscard]] Mounted mount_external_services(Router& router, ServiceApi const& api);
[[nodiscard]] Mounted mount_managed_services(Router& router, ServiceApi const& api);
[[nodiscard]] Mounted mount_service_executions(Router& router, ServiceApi const& api);
[[nodiscard]] Mounted mount_services(Router& router, ServiceApi const& api);
[[nodiscard]] Mounted mount_shares(Router& router, ServiceApi const& api);
[[nodiscard]] Mounted mount_workflow_services(Router& router, ServiceApi const& api);

}  // namespace qhub::hub
