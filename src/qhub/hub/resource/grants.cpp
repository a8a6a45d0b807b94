#include "qhub/hub/resource/grants.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "qhub/api/codec.h"
#include "qhub/hub/auth/members.h"
#include "qhub/hub/random_id.h"

namespace qhub::hub {
namespace {

constexpr std::string_view select_grants =
    "SELECT id, resource, sid, sid_kind, role, created_at, revoked_at, windows FROM grants ";

Grant read_grant(Statement const& row) {
  Grant grant{.id = row.column<std::string>(0),
              .resource = row.column<std::int64_t>(1),
              .sid = row.column<std::string>(2),
              .sid_kind = row.column<std::string>(3) == "USER" ? TenantKind::user : TenantKind::organization,
              .role = role_of(row.column<std::string>(4)),
              .created_at = row.column<std::int64_t>(5),
              .revoked_at = row.column<std::optional<std::int64_t>>(6),
              .windows = {}};
  Json const windows = *api::parse(row.column<std::string>(7));
  for (Json const& window : windows.as_array())
    grant.windows.push_back({.id = std::string(window.at("id").as_string()),
                             .from = window.at("from").to_number<std::int64_t>(),
                             .until = window.at("until").to_number<std::int64_t>()});
  return grant;
}

std::vector<Grant> read_grants(Statement statement) {
  std::vector<Grant> grants;
  while (statement.step()) grants.push_back(read_grant(statement));
  return grants;
}

std::string sql(std::string_view condition) {
  return std::string(select_grants).append(condition);
}

}  // namespace

bool Grant::active(std::int64_t now) const {
  return !revoked_at &&
         std::ranges::all_of(windows, [now](Window const& window) { return window.from <= now && now < window.until; });
}

Role role_on(Transaction& transaction, Resource const& resource) {
  Principal const& caller = transaction.caller;
  if (resource.tenant_id == caller.tenant_id) {
    Role role = caller.role;
    // A member may have been granted more on one object than his role in the organization.
    if (role < Role::owner && caller.tenant_kind == TenantKind::organization)
      if (auto const grant = find_grant_to(transaction, resource, caller.user_id)) role = std::max(role, grant->role);
    return role;
  }
  if (!caller.anonymous()) {
    if (auto const grant = find_grant_to(transaction, resource, caller.tenant_id))
      return std::min(grant->role, caller.role);
    if (resource.visibility == "INTERNAL" && resource.tenant_kind == TenantKind::organization &&
        membership_role(transaction.database, resource.tenant_id, caller.user_id) != Role::none)
      return Role::viewer;
  }
  return resource.visibility == "PUBLIC" ? Role::viewer : Role::none;
}

std::vector<Grant> list_grants(Transaction& transaction, Resource const& resource, std::int64_t revoked_since) {
  return read_grants(transaction.database.query(
      sql("WHERE resource = ? AND (revoked_at IS NULL OR revoked_at >= ?) ORDER BY created_at, id"), resource.number,
      revoked_since));
}

Result<Grant> find_grant(Transaction& transaction, Resource const& resource, std::string_view id) {
  auto grants = read_grants(transaction.database.query(sql("WHERE id = ? AND resource = ?"), id, resource.number));
  if (grants.empty()) return not_found(fmt::format("the {} {} has no share {}", resource.kind, resource.id, id));
  return std::move(grants.front());
}

std::optional<Grant> find_grant_to(Transaction& transaction, Resource const& resource, std::string_view sid) {
  for (Grant& grant : read_grants(transaction.database.query(
           sql("WHERE resource = ? AND sid = ? AND revoked_at IS NULL"), resource.number, sid)))
    if (grant.active(transaction.now)) return std::move(grant);
  return std::nullopt;
}

Result<Grant> add_grant(Transaction& transaction, Resource const& resource, std::string_view sid, Role role) {
  if (role == Role::none) return invalid("role", "is VIEWER, MAINTAINER or OWNER");
  Connection& database = transaction.database;
  Grant grant{.id = random_uuid(),
              .resource = resource.number,
              .sid = std::string(sid),
              .sid_kind = TenantKind::user,
              .role = role,
              .created_at = transaction.now,
              .revoked_at = {},
              .windows = {}};
  auto user = find_user(database, sid);
  if (!user) user = find_user_by_email(database, sid);
  if (user)
    grant.sid = user->id;
  else if (database.query("SELECT 1 FROM organizations WHERE id = ?", sid).step())
    grant.sid_kind = TenantKind::organization;
  else
    return invalid("sid", fmt::format("'{}' is neither a user nor an organization", sid));
  if (grant.sid == resource.tenant_id) return conflict(fmt::format("the {} is theirs already", resource.kind));
  database.execute("DELETE FROM grants WHERE resource = ? AND sid = ? AND revoked_at IS NULL", grant.resource,
                   grant.sid);
  database.execute(
      "INSERT INTO grants (id, resource, kind, sid, sid_kind, role, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)", grant.id,
      grant.resource, resource.kind, grant.sid, tenant_kind_text(grant.sid_kind), role_text(role), grant.created_at);
  return grant;
}

void save_grant(Transaction& transaction, Grant const& grant) {
  boost::json::array windows;
  std::optional<std::int64_t> from, until;
  for (Window const& window : grant.windows) {
    windows.push_back({{"id", window.id}, {"from", window.from}, {"until", window.until}});
    from = std::max(from.value_or(window.from), window.from);
    until = std::min(until.value_or(window.until), window.until);
  }
  transaction.database.execute(
      "UPDATE grants SET role = ?, revoked_at = ?, windows = ?, valid_from = ?, valid_until = ? WHERE id = ?",
      role_text(grant.role), grant.revoked_at, api::to_text(windows), from, until, grant.id);
}

void delete_grant(Transaction& transaction, Grant const& grant) {
  transaction.database.execute("DELETE FROM grants WHERE id = ?", grant.id);
}

}  // namespace qhub::hub
