#include "qhub/hub/platform/budget.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <cmath>

#include "qhub/hub/resource/errors.h"
#include "qhub/hub/resource/settings.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/platform/models_codec.h"

namespace qhub::hub {
namespace {

using namespace std::chrono;

constexpr std::string_view setting = "budget";

std::optional<sys_days> read_day(std::string_view text) {
  auto const time = Timestamp(std::string(text.substr(0, 10)) + " 00:00:00").time();
  if (!time || text.size() < 10) return std::nullopt;
  return floor<days>(*time);
}

/// The beginning of the window of so many months, counted from the anchor, that `today` is in.
sys_days month_window(sys_days anchor, sys_days today, int length) {
  year_month_day const first(anchor), now(today);
  int const passed = static_cast<int>((now.year() / now.month() - first.year() / first.month()).count());
  auto const start = [&](int index) {
    year_month_day const day(first.year() / first.month() / first.day() + months(index * length));
    return sys_days(day.ok() ? day : year_month_day(day.year() / day.month() / last));  // the 31st of a short month
  };
  int index = static_cast<int>(std::floor(static_cast<double>(passed) / length));
  if (start(index) > today) --index;
  return start(index);
}

sys_days day_window(sys_days anchor, sys_days today, std::int64_t length) {
  auto const passed = (today - anchor).count();
  auto const index = passed >= 0 ? passed / length : -((-passed + length - 1) / length);
  return anchor + days(index * length);
}

std::int64_t window_start(platform::BudgetDto const& budget, std::int64_t now) {
  if (budget.window_mode == platform::BudgetWindowMode::ROLLING) return now - budget.rolling_days.value_or(30) * day_us;
  sys_days const today = floor<days>(sys_time<microseconds>(microseconds(now)));
  sys_days const anchor = read_day(budget.anchor.value_or("")).value_or(sys_days{});
  std::string const period = budget.period ? budget.period->text() : "MONTHLY";
  sys_days start;
  if (period == "WEEKLY")
    start = day_window(anchor, today, 7);
  else if (period == "CUSTOM")
    start = day_window(anchor, today, budget.custom_days.value_or(30));
  else
    start = month_window(anchor, today, period == "YEARLY" ? 12 : period == "QUARTERLY" ? 3 : 1);
  return duration_cast<microseconds>(start.time_since_epoch()).count();
}

double major(Micros amount) {
  return static_cast<double>(amount) / 1e6;
}

}  // namespace

std::optional<platform::BudgetDto> find_budget(Transaction& tx, std::string_view tenant_id) {
  auto document = find_setting(tx, tenant_id, setting);
  if (!document) return std::nullopt;
  return to_wire<platform::BudgetDto>(Json(std::move(*document)));
}

Result<platform::BudgetDto> put_budget(Transaction& tx, std::string_view tenant_id,
                                       platform::UpdateBudgetRequest const& request) {
  Result<Micros> const amount = read_money(request.amount, "amount");
  if (!amount) return amount.error();
  if (!read_day(request.anchor)) return invalid("anchor", "is a date such as 2025-01-01");
  auto const length = [](std::optional<std::int64_t> const& value) { return value && *value >= 1 && *value <= 3660; };
  bool const rolling = request.window_mode == platform::BudgetWindowMode::ROLLING;
  if (rolling && !length(request.rolling_days)) return invalid("rollingDays", "is from 1 to 3660 for a ROLLING window");
  if (!rolling && !request.period) return invalid("period", "is required for a FIXED window");
  if (!rolling && *request.period == platform::BudgetPeriod::CUSTOM && !length(request.custom_days))
    return invalid("customDays", "is from 1 to 3660 for the period CUSTOM");
  std::int64_t const warn = request.warn_threshold_percent.value_or(80);
  if (warn < 1 || warn > 100) return invalid("warnThresholdPercent", "is from 1 to 100");
  platform::BudgetDto budget;
  budget.amount = to_money(*amount);
  budget.window_mode = request.window_mode;
  if (rolling)
    budget.rolling_days = request.rolling_days;
  else
    budget.period = request.period;
  if (!rolling && *request.period == platform::BudgetPeriod::CUSTOM) budget.custom_days = request.custom_days;
  budget.anchor = request.anchor;
  budget.enforcement = request.enforcement;
  budget.warn_threshold_percent = warn;
  budget.value = major(*amount);
  budget.currency = currency;
  put_setting(tx, tenant_id, setting, api::parse(api::encode(budget))->as_object());
  delete_setting(tx, tenant_id, budget_notified);
  return budget;
}

void delete_budget(Transaction& tx, std::string_view tenant_id) {
  delete_setting(tx, tenant_id, setting);
  delete_setting(tx, tenant_id, budget_notified);
}

std::optional<BudgetUse> budget_use(Transaction& tx, Prices const& prices, std::string_view tenant_id) {
  auto const budget = find_budget(tx, tenant_id);
  if (!budget) return std::nullopt;
  BudgetUse use;
  use.window_start = window_start(*budget, tx.now);
  use.limit = *read_money(*budget->amount, "amount");
  use.used = total_cost(usage(tx, prices, tenant_id, use.window_start, tx.now + 1));
  use.hard = budget->enforcement == platform::BudgetEnforcement::HARD;
  use.warn_percent = budget->warn_threshold_percent.value_or(100);
  return use;
}

std::optional<platform::BudgetConfigurationDto> budget_configuration(Transaction& tx, std::string_view tenant_id) {
  auto budget = find_budget(tx, tenant_id);
  if (!budget) return std::nullopt;
  platform::BudgetConfigurationDto configuration;
  configuration.budget = std::move(budget);
  return configuration;
}

Result<platform::BudgetConfigurationDto> put_budget_configuration(Transaction& tx, std::string_view tenant_id,
                                                                  double amount_major) {
  if (!(amount_major > 0 && amount_major < 1e12)) return invalid("amountMajor", "is above zero and below 10^12");
  platform::UpdateBudgetRequest request;
  request.amount = to_money(std::llround(amount_major * 1e6));
  request.window_mode = platform::BudgetWindowMode::FIXED;
  request.period = platform::BudgetPeriod::MONTHLY;
  request.anchor = wire_time(tx.now).substr(0, 8) + "01";
  request.enforcement = platform::BudgetEnforcement::HARD;
  if (auto const stored = put_budget(tx, tenant_id, request); !stored) return stored.error();
  return *budget_configuration(tx, tenant_id);
}

std::optional<platform::BudgetUsageDto> budget_usage(Transaction& tx, Prices const& prices,
                                                     std::string_view tenant_id) {
  auto const use = budget_use(tx, prices, tenant_id);
  if (!use) return std::nullopt;
  platform::BudgetUsageDto dto;
  dto.budget = find_budget(tx, tenant_id);
  dto.amount_used = major(use->used);
  dto.amount_remaining = major(std::max<Micros>(0, use->limit - use->used));
  dto.percentage_used = 100.0 * static_cast<double>(use->used) / static_cast<double>(use->limit);
  return dto;
}

platform::FreeBudgetUsage free_budget_usage() {
  platform::FreeBudgetUsage dto;
  dto.minutes_total = dto.minutes_used = dto.minutes_remaining = dto.percentage_used = 0;
  return dto;
}

}  // namespace qhub::hub
