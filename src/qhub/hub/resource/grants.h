#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/resource/resource.h"

/// Who but its owner may do what with a resource. A grant gives a user or an organization a role; to members of the
/// organization at most the one they have there. It counts within its window of time, until it is revoked.
namespace qhub::hub {

/// A window of time in which a grant counts; microseconds since 1970, UTC.
struct Window {
  std::string id;
  std::int64_t from = 0;
  std::int64_t until = 0;
};

struct Grant {
  std::string id;
  std::int64_t resource = 0;
  std::string sid;  ///< The user's or the organization's id.
  TenantKind sid_kind = TenantKind::user;
  Role role = Role::none;
  std::int64_t created_at = 0;
  std::optional<std::int64_t> revoked_at;
  std::vector<Window> windows;  ///< If there are any, now must be inside each.

  [[nodiscard]] bool active(std::int64_t now) const;
};

/// What the caller may do with a resource: as member of its tenant, by grants, or as a reader of what is visible.
[[nodiscard]] Role role_on(Transaction& transaction, Resource const& resource);

/// The grants of a resource in the order they were made, without those revoked before `revoked_since`.
[[nodiscard]] std::vector<Grant> list_grants(Transaction& transaction, Resource const& resource,
                                             std::int64_t revoked_since);
/// Errors: not_found.
[[nodiscard]] Result<Grant> find_grant(Transaction& transaction, Resource const& resource, std::string_view id);
/// The active grant to that user or organization, if there is one.
[[nodiscard]] std::optional<Grant> find_grant_to(Transaction& transaction, Resource const& resource,
                                                 std::string_view sid);

/// Gives a role to a user (by id or email) or an organization (by id), in place of the one it may have by now.
/// Errors: invalid_argument if there is nobody of that id; conflict for the tenant that owns the resource.
[[nodiscard]] Result<Grant> add_grant(Transaction& transaction, Resource const& resource, std::string_view sid,
                                      Role role);
/// Stores what was changed of role, revocation and windows.
void save_grant(Transaction& transaction, Grant const& grant);
/// Deletes it for good.
void delete_grant(Transaction& transaction, Grant const& grant);

}  // namespace qhub::hub
