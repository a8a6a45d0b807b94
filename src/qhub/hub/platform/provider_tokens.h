#pragma once

#include <map>
#include <string>
#include <string_view>

#include "qhub/hub/auth/vault.h"
#include "qhub/hub/resource/transaction.h"
#include "qhub/platform/models.h"

/// A tenant's own credentials for quantum vendors, encrypted in the database.
namespace qhub::hub {

/// Errors: not_found if none is stored for that vendor.
[[nodiscard]] Result<platform::ProviderToken> get_provider_token(Transaction& tx, Vault const& vault,
                                                                 std::string_view tenant_id, std::string_view type);
/// Errors: invalid_argument for another vendor than DWAVE, IBM and IBM_CLOUD, and for what its credentials lack.
[[nodiscard]] Result<void> put_provider_token(Transaction& tx, Vault const& vault, std::string_view tenant_id,
                                              std::string_view type, Json const& token);
/// Errors: not_found.
[[nodiscard]] Result<void> delete_provider_token(Transaction& tx, std::string_view tenant_id, std::string_view type);
/// Which vendors there are, and whether the tenant has credentials for them.
[[nodiscard]] std::map<std::string, bool> provider_token_availability(Transaction& tx, std::string_view tenant_id);

}  // namespace qhub::hub
