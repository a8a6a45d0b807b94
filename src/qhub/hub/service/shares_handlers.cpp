#include <fmt/format.h>

#include "qhub/hub/platform/catalogue.h"
#include "qhub/hub/service/kinds.h"
#include "qhub/hub/platform/notifications.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/grants.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/service/mount.h"
#include "qhub/platform/data_pool_shares_handlers.h"
#include "qhub/platform/models_codec.h"
#include "qhub/platform/service_shares_handlers.h"

namespace qhub::hub {
namespace {

/// How long a share that was taken back is still listed.
constexpr std::int64_t remembered = std::int64_t{30} * 24 * 3600 * 1'000'000;

/// What a share is of: the one thing in which sharing services and data pools differ.
struct Shared {
  Kind const& kind;
  std::string_view reference_type;  ///< In notifications.
};
constexpr Shared shared_service{kinds::service, "SERVICE"};
constexpr Shared shared_pool{kinds::data_pool, "DATA_POOL"};

platform::TimeBasedConstraintDto to_dto(Window const& window) {
  platform::TimeBasedConstraintDto dto;
  dto.valid_from = wire_time(window.from);
  dto.valid_until = wire_time(window.until);
  dto.type = platform::TimeBasedConstraintType::TIME_BASED;
  dto.extras["id"] = window.id;  // by which it is changed
  return dto;
}

platform::ShareDto to_dto(Grant const& grant, std::int64_t now) {
  platform::ShareDto dto;
  dto.id = grant.id;
  platform::TenantId& tenant = dto.shared_with.emplace();
  tenant.tenant_type = tenant_kind_text(grant.sid_kind);
  tenant.value = grant.sid;
  dto.role = platform::Role(role_text(grant.role));
  dto.created_at = wire_time(grant.created_at);
  if (grant.revoked_at) dto.revoked_at = wire_time(*grant.revoked_at);
  dto.active = grant.active(now);
  dto.constraints.emplace();
  for (Window const& window : grant.windows) dto.constraints->push_back(to_dto(window));
  return dto;
}

Result<Role> read_role(std::optional<platform::Role> const& role) {
  Role const read = role_of(role.value_or(platform::Role()).text());
  if (read == Role::none) return invalid("role", "is VIEWER, MAINTAINER or OWNER");
  return read;
}

template <class Request>
Result<Window> read_window(Request const& request, std::string id) {
  auto const from = Timestamp(request.valid_from).time();
  auto const until = Timestamp(request.valid_until).time();
  if (!from) return invalid("validFrom", "is no time");
  if (!until) return invalid("validUntil", "is no time");
  if (*until <= *from) return invalid("validUntil", "must be after validFrom");
  return Window{std::move(id), from->time_since_epoch().count(), until->time_since_epoch().count()};
}

std::vector<platform::ShareDto> share_dtos(Transaction& tx, Resource const& resource) {
  std::vector<platform::ShareDto> shares;
  for (Grant const& grant : list_grants(tx, resource, tx.now - remembered)) shares.push_back(to_dto(grant, tx.now));
  return shares;
}

Result<platform::ShareDto> add(Transaction& tx, Shared const& what, Resource const& resource,
                               std::optional<platform::TenantId> const& with,
                               std::optional<platform::Role> const& role) {
  if (!with || !with->value) return invalid("sharedWith", "must name a user or an organization");
  auto const read = read_role(role);
  if (!read) return read.error();
  auto const grant = add_grant(tx, resource, *with->value, *read);
  if (!grant) return grant.error();
  notify_tenant(tx, grant->sid,
                {.category = "RESOURCE_SHARED",
                 .title = fmt::format("{} was shared with you", resource.name),
                 .message = fmt::format("{} shared the {} '{}' with you as {}.", tx.caller.name, what.kind.name,
                                        resource.name, role_text(*read)),
                 .reference_type = std::string(what.reference_type),
                 .reference_id = resource.id});
  return to_dto(*grant, tx.now);
}

Result<platform::ShareDto> change_share_role(Transaction& tx, Resource const& resource, std::string const& share_id,
                                       std::optional<platform::Role> const& role) {
  auto const read = read_role(role);
  if (!read) return read.error();
  auto grant = find_grant(tx, resource, share_id);
  if (!grant) return grant.error();
  grant->role = *read;
  save_grant(tx, *grant);
  return to_dto(*grant, tx.now);
}

Result<void> revoke(Transaction& tx, Shared const& what, Resource const& resource, std::string const& share_id) {
  auto grant = find_grant(tx, resource, share_id);
  if (!grant) return grant.error();
  if (grant->revoked_at) return {};
  grant->revoked_at = tx.now;
  save_grant(tx, *grant);
  notify_tenant(tx, grant->sid,
                {.category = "RESOURCE_SHARE_REVOKED",
                 .title = fmt::format("{} is no longer shared with you", resource.name),
                 .message = fmt::format("The {} '{}' is no longer shared with you.", what.kind.name, resource.name),
                 .reference_type = std::string(what.reference_type),
                 .reference_id = resource.id});
  return {};
}

/// Changes the windows of a share; `change` returns the one that the answer shows.
template <class Change>
auto change_windows(Transaction& tx, Resource const& resource, std::string const& share_id, Change change)
    -> decltype(change(std::declval<Grant&>())) {
  auto grant = find_grant(tx, resource, share_id);
  if (!grant) return grant.error();
  auto result = change(*grant);
  if (result) save_grant(tx, *grant);
  return result;
}

template <class Request>
Result<platform::TimeBasedConstraintDto> add_window(Transaction& tx, Resource const& resource,
                                                    std::string const& share_id, Request const& request) {
  return change_windows(tx, resource, share_id, [&](Grant& grant) -> Result<platform::TimeBasedConstraintDto> {
    auto window = read_window(request, random_uuid());
    if (!window) return window.error();
    grant.windows.push_back(*window);
    return to_dto(*window);
  });
}

Result<Window*> find_window(Grant& grant, std::string const& id) {
  auto const window = std::ranges::find(grant.windows, id, &Window::id);
  if (window == grant.windows.end()) return not_found("the share has no constraint " + id);
  return &*window;
}

template <class Request>
Result<platform::TimeBasedConstraintDto> change_window(Transaction& tx, Resource const& resource,
                                                       std::string const& share_id, std::string const& id,
                                                       Request const& request) {
  return change_windows(tx, resource, share_id, [&](Grant& grant) -> Result<platform::TimeBasedConstraintDto> {
    auto const window = find_window(grant, id);
    if (!window) return window.error();
    auto changed = read_window(request, id);
    if (!changed) return changed.error();
    **window = *changed;
    return to_dto(*changed);
  });
}

Result<void> remove_window(Transaction& tx, Resource const& resource, std::string const& share_id,
                           std::string const& id) {
  return change_windows(tx, resource, share_id, [&](Grant& grant) -> Result<void> {
    auto const window = find_window(grant, id);
    if (!window) return window.error();
    std::erase_if(grant.windows, [&](Window const& one) { return one.id == id; });
    return {};
  });
}

/// The operations on the shares of one kind of thing.
class Shares : protected ResourceHandlers {
 protected:
  Shares(Transactions const& transactions, Shared const& what) : ResourceHandlers(transactions), what_(what) {}

  Answer<std::vector<platform::ShareDto>> all(Call& call, std::string id) const {
    return read(call, what_.kind, std::move(id), share_dtos);
  }
  Answer<platform::ShareDto> share(Call& call, std::string id, std::optional<platform::TenantId> with,
                                   std::optional<platform::Role> role) const {
    return write(call, what_.kind, std::move(id), Role::owner, [this, with, role](Transaction& tx, Resource& resource) {
      return add(tx, what_, resource, with, role);
    });
  }
  Answer<platform::ShareDto> change_role(Call& call, std::string id, std::string share_id,
                                         std::optional<platform::Role> role) const {
    return write(call, what_.kind, std::move(id), Role::owner, [share_id, role](Transaction& tx, Resource& resource) {
      return change_share_role(tx, resource, share_id, role);
    });
  }
  Answer<void> end(Call& call, std::string id, std::string share_id) const {
    return write(call, what_.kind, std::move(id), Role::owner, [this, share_id](Transaction& tx, Resource& resource) {
      return revoke(tx, what_, resource, share_id);
    });
  }
  template <class Request>
  Answer<platform::TimeBasedConstraintDto> constrain(Call& call, std::string id, std::string share_id,
                                                     Request request) const {
    return write(call, what_.kind, std::move(id), Role::owner, [share_id, request](Transaction& tx, Resource& resource) {
      return add_window(tx, resource, share_id, request);
    });
  }
  template <class Request>
  Answer<platform::TimeBasedConstraintDto> change_constraint(Call& call, std::string id, std::string share_id,
                                                             std::string constraint_id, Request request) const {
    return write(call, what_.kind, std::move(id), Role::owner,
                 [share_id, constraint_id, request](Transaction& tx, Resource& resource) {
                   return change_window(tx, resource, share_id, constraint_id, request);
                 });
  }
  Answer<void> remove_constraint(Call& call, std::string id, std::string share_id, std::string constraint_id) const {
    return write(call, what_.kind, std::move(id), Role::owner,
                 [share_id, constraint_id](Transaction& tx, Resource& resource) {
                   return remove_window(tx, resource, share_id, constraint_id);
                 });
  }

 private:
  Shared const& what_;
};

class ServiceShares final : public platform::ServiceSharesHandlers, Shares {
 public:
  explicit ServiceShares(Transactions const& transactions) : Shares(transactions, shared_service) {}

  Answer<std::vector<platform::ShareDto>> get_shares_for_service(Call& call, std::string id) override {
    return all(call, std::move(id));
  }
  Answer<platform::ShareDto> share_service(Call& call, std::string id, platform::ShareServiceRequest request) override {
    return share(call, std::move(id), std::move(request.shared_with), std::move(request.role));
  }
  Answer<platform::ShareDto> update_service_share_role(Call& call, std::string id, std::string share_id,
                                                       platform::UpdateServiceShareRoleRequest request) override {
    return change_role(call, std::move(id), std::move(share_id), std::move(request.role));
  }
  Answer<void> delete_service_share(Call& call, std::string id, std::string share_id) override {
    return end(call, std::move(id), std::move(share_id));
  }
  Answer<platform::TimeBasedConstraintDto> add_service_share_constraint(
      Call& call, std::string id, std::string share_id, platform::AddServiceShareConstraintRequest request) override {
    return constrain(call, std::move(id), std::move(share_id), std::move(request));
  }
  Answer<platform::TimeBasedConstraintDto> update_service_share_constraint(
      Call& call, std::string id, std::string share_id, std::string constraint_id,
      platform::UpdateServiceShareConstraintRequest request) override {
    return change_constraint(call, std::move(id), std::move(share_id), std::move(constraint_id), std::move(request));
  }
  Answer<void> delete_service_share_constraint(Call& call, std::string id, std::string share_id,
                                               std::string constraint_id) override {
    return remove_constraint(call, std::move(id), std::move(share_id), std::move(constraint_id));
  }
};

class DataPoolShares final : public platform::DataPoolSharesHandlers, Shares {
 public:
  explicit DataPoolShares(Transactions const& transactions) : Shares(transactions, shared_pool) {}

  Answer<std::vector<platform::ShareDto>> get_shares_for_data_pool(Call& call, std::string id) override {
    return all(call, std::move(id));
  }
  Answer<platform::ShareDto> share_data_pool(Call& call, std::string id,
                                             platform::ShareDataPoolRequest request) override {
    return share(call, std::move(id), std::move(request.shared_with), std::move(request.role));
  }
  Answer<platform::ShareDto> update_data_pool_share_role(Call& call, std::string id, std::string share_id,
                                                         platform::UpdateDataPoolShareRoleRequest request) override {
    return change_role(call, std::move(id), std::move(share_id), std::move(request.role));
  }
  Answer<void> delete_data_pool_share(Call& call, std::string id, std::string share_id) override {
    return end(call, std::move(id), std::move(share_id));
  }
  Answer<platform::TimeBasedConstraintDto> add_data_pool_share_constraint(
      Call& call, std::string id, std::string share_id, platform::AddDataPoolShareConstraintRequest request) override {
    return constrain(call, std::move(id), std::move(share_id), std::move(request));
  }
  Answer<platform::TimeBasedConstraintDto> update_data_pool_share_constraint(
      Call& call, std::string id, std::string share_id, std::string constraint_id,
      platform::UpdateDataPoolShareConstraintRequest request) override {
    return change_constraint(call, std::move(id), std::move(share_id), std::move(constraint_id), std::move(request));
  }
  Answer<void> delete_data_pool_share_constraint(Call& call, std::string id, std::string share_id,
                                                 std::string constraint_id) override {
    return remove_constraint(call, std::move(id), std::move(share_id), std::move(constraint_id));
  }
};

}  // namespace

Mounted mount_shares(Router& router, ServiceApi const& api) {
  return std::make_shared<std::vector<Mounted>>(
      std::vector{mount_new<ServiceShares>(router, platform_prefix, api.transactions),
                  mount_new<DataPoolShares>(router, platform_prefix, api.transactions)});
}

}  // namespace qhub::hub
