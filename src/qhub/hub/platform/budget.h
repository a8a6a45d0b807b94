#pragma once

#include <optional>
#include <string_view>

#include "qhub/hub/platform/usage.h"
#include "qhub/platform/billing_requests.h"
#include "qhub/platform/models.h"

/// What a tenant wants to spend at most, and what it has spent in the present window of time.
namespace qhub::hub {

[[nodiscard]] std::optional<platform::BudgetDto> find_budget(Transaction& tx, std::string_view tenant_id);
/// Errors: invalid_argument for an amount not above zero, and for a window whose length or anchor is missing or wrong.
[[nodiscard]] Result<platform::BudgetDto> put_budget(Transaction& tx, std::string_view tenant_id,
                                                     platform::UpdateBudgetRequest const& request);
void delete_budget(Transaction& tx, std::string_view tenant_id);

struct BudgetUse {
  Micros used = 0;
  Micros limit = 0;
  std::int64_t window_start = 0;
  bool hard = false;  ///< Meant to be kept.
  std::int64_t warn_percent = 100;

  [[nodiscard]] bool blocks() const { return hard && used >= limit; }
};
/// The setting that tells how far a budget's users were told that it is used.
inline constexpr std::string_view budget_notified = "budget-notified";

/// Nothing if there is no budget.
[[nodiscard]] std::optional<BudgetUse> budget_use(Transaction& tx, Prices const& prices, std::string_view tenant_id);

/// The same in the form of the older client: a monthly amount.
[[nodiscard]] std::optional<platform::BudgetConfigurationDto> budget_configuration(Transaction& tx,
                                                                                   std::string_view tenant_id);
[[nodiscard]] Result<platform::BudgetConfigurationDto> put_budget_configuration(Transaction& tx,
                                                                                std::string_view tenant_id,
                                                                                double amount_major);
[[nodiscard]] std::optional<platform::BudgetUsageDto> budget_usage(Transaction& tx, Prices const& prices,
                                                                   std::string_view tenant_id);
/// No minutes are given away, since nothing is charged by the minute.
[[nodiscard]] platform::FreeBudgetUsage free_budget_usage();

}  // namespace qhub::hub
