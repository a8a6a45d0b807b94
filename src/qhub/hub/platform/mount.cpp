#include "qhub/hub/platform/mount.h"

#include <vector>

namespace qhub::hub {

Mounted mount_platform(Router& router, Platform const& platform) {
  auto const all = std::make_shared<std::vector<Mounted>>();
  for (auto const mount :
       {mount_algorithms, mount_announcements, mount_authentication, mount_billing, mount_entitlements,
        mount_git_integrations, mount_implementations, mount_marketplace, mount_organizations, mount_products,
        mount_quantum_workloads, mount_use_cases, mount_user_notifications, mount_users})
    all->push_back(mount(router, platform));
  return all;
}

}  // namespace qhub::hub
