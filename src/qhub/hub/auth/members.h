#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/auth/principal.h"
#include "qhub/hub/store/sqlite.h"

/// Who belongs to which organization. Every function runs inside a transaction of its caller.
namespace qhub::hub {

/// A row of the table: a membership, or the invitation to one.
struct MemberRow {
  std::string invitation_id;
  std::string organization_id;
  std::string user_id;
  Role role = Role::none;
  std::string status;  ///< PENDING, ACCEPTED (a member) or DECLINED
  std::string inviter_id;
  std::int64_t created_at = 0;
};

/// Adds a row, or replaces the one of the same organization and user.
void put_member(Connection& connection, MemberRow const& member);
[[nodiscard]] std::optional<MemberRow> find_member(Connection& connection, std::string_view organization_id,
                                                   std::string_view user_id);
[[nodiscard]] std::optional<MemberRow> find_invitation(Connection& connection, std::string_view invitation_id);
/// Members and those who have not answered yet, in the order they were invited.
[[nodiscard]] std::vector<MemberRow> list_members(Connection& connection, std::string_view organization_id);
/// Every row of a user with that status.
[[nodiscard]] std::vector<MemberRow> list_memberships(Connection& connection, std::string_view user_id,
                                                      std::string_view status);
void delete_member(Connection& connection, std::string_view organization_id, std::string_view user_id);

/// The role of a member; none for everybody else.
[[nodiscard]] Role membership_role(Connection& connection, std::string_view organization_id, std::string_view user_id);
/// Whether the user is the only owner among the members.
[[nodiscard]] bool is_last_owner(Connection& connection, std::string_view organization_id, std::string_view user_id);

}  // namespace qhub::hub
