#include "qhub/hub/platform/organizations.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cctype>

#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/resource.h"

namespace qhub::hub {
namespace {

/// The name that goes with a display name. Errors: invalid_argument; conflict if another organization has it.
Result<std::string> free_name(Transaction& tx, std::string_view display_name, std::string_view own_id) {
  if (display_name.empty() || display_name.size() > 255) return invalid("displayName", "has 1 to 255 bytes");
  std::string name = slug_of(display_name);
  if (name.empty()) return invalid("displayName", "has a letter or a digit");
  if (tx.database.query("SELECT 1 FROM organizations WHERE name = ? AND id <> ?", name, own_id).step())
    return conflict(fmt::format("there is an organization {} already", name));
  return name;
}

}  // namespace

std::string slug_of(std::string_view text) {
  std::string slug;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 && byte < 0x80)
      slug += static_cast<char>(std::tolower(byte));
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

std::optional<Organization> find_organization(Connection& database, std::string_view id) {
  Statement row = database.query(
      "SELECT id, name, display_name, description, billing_email, account_type, created_at FROM organizations WHERE id "
      "= ?",
      id);
  if (!row.step()) return std::nullopt;
  return Organization{.id = row.column<std::string>(0),
                      .name = row.column<std::string>(1),
                      .display_name = row.column<std::string>(2),
                      .description = row.column<std::optional<std::string>>(3),
                      .billing_email = row.column<std::string>(4),
                      .account_type = row.column<std::string>(5),
                      .created_at = row.column<std::int64_t>(6)};
}

Result<Organization> insert_organization(Transaction& tx, std::string const& display_name,
                                         std::optional<std::string> const& description,
                                         std::string const& billing_email) {
  if (billing_email.find('@') == std::string::npos || billing_email.size() > 254)
    return invalid("billingEmail", "is an email address");
  Result<std::string> name = free_name(tx, display_name, "");
  if (!name) return name.error();
  auto const creator = find_user(tx.database, tx.caller.user_id);
  Organization const organization{.id = random_uuid(),
                                  .name = std::move(*name),
                                  .display_name = display_name,
                                  .description = description,
                                  .billing_email = billing_email,
                                  .account_type = creator ? creator->account_type : "STANDARD",
                                  .created_at = tx.now};
  tx.database.execute(
      "INSERT INTO organizations (id, name, display_name, description, billing_email, account_type, created_at) VALUES "
      "(?, ?, ?, ?, ?, ?, ?)",
      organization.id, organization.name, organization.display_name, organization.description,
      organization.billing_email, organization.account_type, organization.created_at);
  put_member(tx.database, {.invitation_id = random_uuid(),
                           .organization_id = organization.id,
                           .user_id = tx.caller.user_id,
                           .role = Role::owner,
                           .status = "ACCEPTED",
                           .inviter_id = tx.caller.user_id,
                           .created_at = tx.now});
  return organization;
}

Result<Organization> rename_organization(Transaction& tx, Organization organization, std::string const& display_name,
                                         std::optional<std::string> const& description) {
  Result<std::string> name = free_name(tx, display_name, organization.id);
  if (!name) return name.error();
  organization.name = std::move(*name);
  organization.display_name = display_name;
  organization.description = description;
  tx.database.execute("UPDATE organizations SET name = ?, display_name = ?, description = ? WHERE id = ?",
                      organization.name, organization.display_name, organization.description, organization.id);
  return organization;
}

void delete_everything_of(Transaction& tx, std::string_view tenant_id) {
  std::vector<std::int64_t> numbers;
  {
    Statement statement =
        tx.database.query("SELECT number FROM resources WHERE tenant_id = ? AND parent IS NULL", tenant_id);
    while (statement.step()) numbers.push_back(statement.column<std::int64_t>(0));
  }
  for (std::int64_t const number : numbers)
    if (auto const resource = find_by_number(tx, number)) remove(tx, *resource);
  tx.database.execute("DELETE FROM grants WHERE sid = ?", tenant_id);
  tx.database.execute("DELETE FROM settings WHERE tenant_id = ?", tenant_id);
  tx.database.execute("DELETE FROM attachments WHERE owner_id = ?", tenant_id);
}

void delete_organization(Transaction& tx, std::string_view id) {
  delete_everything_of(tx, id);
  tx.database.execute("DELETE FROM tokens WHERE organization_id = ?", id);
  tx.database.execute("DELETE FROM members WHERE organization_id = ?", id);
  tx.database.execute("DELETE FROM organizations WHERE id = ?", id);
}

Result<Organization> get_organization(Transaction& tx, std::string_view id, Role needed) {
  Role const role = membership_role(tx.database, id, tx.caller.user_id);
  // Also for one that exists: who is no member is not told.
  if (role == Role::none) return not_found(fmt::format("there is no organization {}", id));
  if (role < needed)
    return forbidden(
        fmt::format("this needs the role {} in the organization; yours is {}", role_text(needed), role_text(role)));
  return *find_organization(tx.database, id);
}

}  // namespace qhub::hub
