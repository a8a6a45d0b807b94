#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/platform/usage.h"
#include "qhub/platform/billing_requests.h"
#include "qhub/platform/models.h"

/// What a tenant used and owes, computed from what it used and the operator's prices. Nothing is paid through a
/// hub: it keeps the account, and has no payment provider.
namespace qhub::hub {

/// A span of time, microseconds since 1970, UTC.
struct Span {
  std::int64_t from = 0;
  std::int64_t until = 0;
};

[[nodiscard]] platform::TenantBalanceDto balance_of(Transaction& tx, Prices const& prices, std::string_view tenant_id,
                                                    TenantKind kind);
[[nodiscard]] platform::BillingAccountDto billing_account_of(Transaction& tx, std::string_view tenant_id,
                                                             TenantKind kind);

/// How much pay-as-you-go use the tenant allows itself in a calendar month.
[[nodiscard]] std::optional<platform::PayAsYouGoAllowanceConfigurationDto> find_allowance(Transaction& tx,
                                                                                          std::string_view tenant_id);
[[nodiscard]] Result<platform::PayAsYouGoAllowanceConfigurationDto> put_allowance(Transaction& tx,
                                                                                  std::string_view tenant_id,
                                                                                  platform::Money const& allowance);
void delete_allowance(Transaction& tx, std::string_view tenant_id);
[[nodiscard]] std::optional<platform::PayAsYouGoAllowanceUsageDto> allowance_usage(Transaction& tx,
                                                                                   Prices const& prices,
                                                                                   std::string_view tenant_id);
/// What is left of the allowance in this month, below zero if more was used; nothing if none is set.
[[nodiscard]] std::optional<Micros> allowance_left(Transaction& tx, Prices const& prices, std::string_view tenant_id);
/// The allowance is the only limit there is; without one the answer tells what was used.
[[nodiscard]] platform::SpendingLimitUsage spending_limit_usage(Transaction& tx, Prices const& prices,
                                                                std::string_view tenant_id);

/// Costs by period and group. Errors: invalid_argument for dates that are none or in the wrong order.
[[nodiscard]] Result<platform::CostReport> cost_report(Transaction& tx, Prices const& prices,
                                                       std::string_view tenant_id,
                                                       platform::GetMyCostReportRequest const& request);
/// One USAGE entry per day with costs, at noon. Errors: invalid_argument.
[[nodiscard]] Result<platform::PageResponseBillingHistoryEntryDto> billing_history(
    Transaction& tx, Prices const& prices, std::string_view tenant_id, TenantKind kind,
    platform::GetMyBillingHistoryRequest const& request);

/// The beginning of the month that a time is in.
[[nodiscard]] std::int64_t month_start(std::int64_t time);

}  // namespace qhub::hub
