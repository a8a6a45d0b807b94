#include "qhub/hub/service/mount.h"

#include <vector>

#include "qhub/hub/service/external_gateway.h"
#include "qhub/hub/service/gateway.h"
#include "qhub/hub/service/token_endpoint.h"

namespace qhub::hub {

Mounted mount_service_apis(Router& router, ServiceApi const& api) {
  auto const all = std::make_shared<std::vector<Mounted>>();
  for (auto const mount : {mount_applications, mount_data_pools, mount_external_services, mount_managed_services,
                           mount_service_executions, mount_services, mount_shares, mount_workflow_services})
    all->push_back(mount(router, api));
  Store& store = api.transactions.store();
  auto const gateway = std::make_shared<Gateway>(store, api.host);
  service::mount(router, "/gateway/{context}/{service}/{version}", *gateway);
  all->push_back(gateway);
  all->push_back(mount_external_gateway(router, *gateway, api));
  mount_token_endpoint(router, store, api.host.vault());
  return all;
}

}  // namespace qhub::hub
