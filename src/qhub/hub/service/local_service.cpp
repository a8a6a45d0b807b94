#include "qhub/hub/service/local_service.h"

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>

#include "qhub/hub/service/gateway.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;

/// Everybody is the same user here.
class Everybody : public Authenticator {
 public:
  asio::awaitable<Result<Principal>> authenticate(Headers const&) override {
    co_return Principal{.user_id = "local", .tenant_id = "local", .name = "local"};
  }
};

/// Every path means the one service.
class LocalGateway : public Gateway {
 public:
  using Gateway::Gateway;

  Result<ServiceRow> service_of(Connection&, Call const&) const override {
    return ServiceRow{.id = "local",
                      .tenant_id = "local",
                      .name = "local",
                      .lifecycle = "CREATED",
                      .context = "",
                      .slug = "",
                      .version = "",
                      .build = 0};
  }
};

}  // namespace

struct LocalService::Parts {
  Parts(std::unique_ptr<Store> opened, std::unique_ptr<ServiceHost> started)
      : store(std::move(opened)), host(std::move(started)), gateway(*store, *host), router(everybody) {
    service::mount(router, "", gateway);
    host->start("");
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<ServiceHost> host;
  Everybody everybody;
  LocalGateway gateway;
  Router router;
};

Result<std::unique_ptr<LocalService>> LocalService::open(LocalServiceOptions const& options) {
  fs::path const workspace = fs::absolute(options.workspace).lexically_normal();
  std::string file = options.entrypoint.substr(0, options.entrypoint.find(':'));
  if (!options.python.empty()) {
    for (char& c : file)
      if (c == '.') c = '/';
    file += ".py";
  }
  if (!fs::is_regular_file(workspace / file))
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("{} has no file {}, which the entrypoint '{}' means", workspace.string(), file,
                                        options.entrypoint),
                 .details = {}};
  Result<std::unique_ptr<Store>> store = Store::open(options.data_directory);
  if (!store) return std::move(store).error();
  ServiceOptions services = options.services;
  services.local_pools = workspace / "datapool";
  services.only = ServiceProgram{
      .name = "local/1",
      .code = workspace,
      .python = options.python.empty() ? std::nullopt : std::optional(options.python),
      .mounts = options.python.empty() ? std::vector<Mount>() : python_mounts(options.python),
      .entrypoint = options.python.empty() ? options.entrypoint : "user_code." + options.entrypoint,
      .environment = {},
      .limits = services.limits};
  Result<Vault> const vault = Vault::open(options.data_directory / "secret-key");
  if (!vault) return vault.error();
  Result<std::unique_ptr<ServiceHost>> host = ServiceHost::open(**store, *vault, options.data_directory, services);
  if (!host) return std::move(host).error();
  return std::unique_ptr<LocalService>(
      new LocalService(std::make_unique<Parts>(std::move(*store), std::move(*host))));
}

LocalService::LocalService(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LocalService::~LocalService() = default;
Router& LocalService::router() {
  return parts_->router;
}

}  // namespace qhub::hub
