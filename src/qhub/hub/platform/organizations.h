#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/auth/members.h"
#include "qhub/hub/resource/errors.h"
#include "qhub/hub/resource/transaction.h"

/// Organizations in the database, and what their members may do.
namespace qhub::hub {

struct Organization {
  std::string id;
  std::string name;  ///< Lower-case kebab, made of the display name; unique.
  std::string display_name;
  std::optional<std::string> description;
  std::string billing_email;
  std::string account_type;
  std::int64_t created_at = 0;
};

[[nodiscard]] std::optional<Organization> find_organization(Connection& database, std::string_view id);

/// "Kipu Quantum GmbH" → "kipu-quantum-gmbh": letters and digits of ASCII in lower case, dashes between words.
[[nodiscard]] std::string slug_of(std::string_view text);

/// A new organization whose OWNER is the caller. Errors: invalid_argument; conflict if the name is taken.
[[nodiscard]] Result<Organization> insert_organization(Transaction& tx, std::string const& display_name,
                                                       std::optional<std::string> const& description,
                                                       std::string const& billing_email);
/// Changes the display name, the name made of it, and the description. Errors: as above.
[[nodiscard]] Result<Organization> rename_organization(Transaction& tx, Organization organization,
                                                       std::string const& display_name,
                                                       std::optional<std::string> const& description);
/// Deletes it with everything it owns.
void delete_organization(Transaction& tx, std::string_view id);

/// The organization, if the caller has at least that role in it. Errors: not_found for everybody who is no member;
/// forbidden for a lesser role.
[[nodiscard]] Result<Organization> get_organization(Transaction& tx, std::string_view id, Role needed = Role::viewer);

/// Deletes every resource that a tenant owns, with what hangs on it.
void delete_everything_of(Transaction& tx, std::string_view tenant_id);

}  // namespace qhub::hub
