#pragma once

#include <string_view>

#include "qhub/hub/platform/usage.h"

/// What keeps a tenant from spending more than it wants to.
namespace qhub::hub {

/// Called once something that costs is stored as PENDING, in the same transaction: whether what the tenant has used, and
/// what is under way, stays within its HARD budget and within its allowance of the month. Executions of services, whose
/// time nobody knows beforehand, count as a second each.
/// Errors: forbidden, with BUDGET_REACHED or SPENDING_LIMIT_REACHED.
[[nodiscard]] Result<void> check_spending(Transaction& tx, Prices const& prices, std::string_view tenant_id);

/// Called once something that costs has ended, in the same transaction: tells a tenant, once, that its budget has reached
/// the percentage at which it wants to be warned, and once more that it is used up.
void note_spending(Transaction& tx, Prices const& prices, std::string_view tenant_id);

}  // namespace qhub::hub
