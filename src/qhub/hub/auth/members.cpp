#include "qhub/hub/auth/members.h"

namespace qhub::hub {
namespace {

constexpr std::string_view columns =
    "SELECT invitation_id, organization_id, user_id, role, status, inviter_id, created_at FROM members ";

std::vector<MemberRow> read(Statement statement) {
  std::vector<MemberRow> rows;
  while (statement.step())
    rows.push_back({.invitation_id = statement.column<std::string>(0),
                    .organization_id = statement.column<std::string>(1),
                    .user_id = statement.column<std::string>(2),
                    .role = role_of(statement.column<std::string>(3)),
                    .status = statement.column<std::string>(4),
                    .inviter_id = statement.column<std::string>(5),
                    .created_at = statement.column<std::int64_t>(6)});
  return rows;
}

std::optional<MemberRow> first(std::vector<MemberRow> rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

std::string sql(std::string_view condition) {
  return std::string(columns).append(condition);
}

}  // namespace

void put_member(Connection& connection, MemberRow const& member) {
  connection.execute(
      "INSERT OR REPLACE INTO members (invitation_id, organization_id, user_id, role, status, inviter_id, created_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      member.invitation_id, member.organization_id, member.user_id, role_text(member.role), member.status,
      member.inviter_id, member.created_at);
}

std::optional<MemberRow> find_member(Connection& connection, std::string_view organization_id,
                                     std::string_view user_id) {
  return first(read(connection.query(sql("WHERE organization_id = ? AND user_id = ?"), organization_id, user_id)));
}

std::optional<MemberRow> find_invitation(Connection& connection, std::string_view invitation_id) {
  return first(read(connection.query(sql("WHERE invitation_id = ?"), invitation_id)));
}

std::vector<MemberRow> list_members(Connection& connection, std::string_view organization_id) {
  return read(connection.query(
      sql("WHERE organization_id = ? AND status IN ('PENDING', 'ACCEPTED') ORDER BY created_at, user_id"),
      organization_id));
}

std::vector<MemberRow> list_memberships(Connection& connection, std::string_view user_id, std::string_view status) {
  return read(
      connection.query(sql("WHERE user_id = ? AND status = ? ORDER BY created_at, organization_id"), user_id, status));
}

void delete_member(Connection& connection, std::string_view organization_id, std::string_view user_id) {
  connection.execute("DELETE FROM members WHERE organization_id = ? AND user_id = ?", organization_id, user_id);
}

Role membership_role(Connection& connection, std::string_view organization_id, std::string_view user_id) {
  auto const member = find_member(connection, organization_id, user_id);
  return member && member->status == "ACCEPTED" ? member->role : Role::none;
}

bool is_last_owner(Connection& connection, std::string_view organization_id, std::string_view user_id) {
  Statement statement = connection.query(
      "SELECT count(*), sum(user_id = ?) FROM members WHERE organization_id = ? AND status = 'ACCEPTED' AND role = "
      "'OWNER'",
      user_id, organization_id);
  statement.step();
  return statement.column<std::int64_t>(0) == 1 && statement.column<std::int64_t>(1) == 1;
}

}  // namespace qhub::hub
