#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "qhub/hub/http/router.h"
#include "qhub/hub/resource/transaction.h"

/// The handlers of the platform API, one file per namespace. Each of these functions routes one namespace and returns
/// what has to live as long as the router.
namespace qhub::hub {

class AddressPolicy;
class Catalogue;
class Prices;
class Vault;

/// Where the platform API is served.
inline constexpr std::string_view platform_prefix = "/qc-catalog";

using Mounted = std::shared_ptr<void>;

/// What the handlers of the platform work with; outlives the router.
struct Platform {
  Transactions transactions;
  Vault const& vault;
  Prices const& prices;
  Catalogue const& catalogue;
  AddressPolicy const& addresses;  ///< Where users may have the hub connect to.
  std::filesystem::path data_directory;
  asio::thread_pool& pool;  ///< For what blocks: other programs, files, the network.
};

/// Routes every namespace of the platform.
[[nodiscard]] Mounted mount_platform(Router& router, Platform const& platform);

[[nodiscard]] Mounted mount_algorithms(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_announcements(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_authentication(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_billing(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_entitlements(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_git_integrations(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_implementations(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_marketplace(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_organizations(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_products(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_quantum_workloads(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_use_cases(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_user_notifications(Router& router, Platform const& platform);
[[nodiscard]] Mounted mount_users(Router& router, Platform const& platform);

/// Makes handlers and routes their namespace.
template <class Handlers, class... Arguments>
Mounted mount_new(Router& router, std::string_view prefix, Arguments&&... arguments) {
  auto handlers = std::make_shared<Handlers>(std::forward<Arguments>(arguments)...);
  mount(router, prefix, *handlers);
  return handlers;
}

}  // namespace qhub::hub
