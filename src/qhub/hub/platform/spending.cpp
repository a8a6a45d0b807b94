#include "qhub/hub/platform/spending.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "qhub/hub/platform/billing.h"
#include "qhub/hub/platform/budget.h"
#include "qhub/hub/platform/notifications.h"
#include "qhub/hub/resource/errors.h"
#include "qhub/hub/resource/settings.h"

namespace qhub::hub {
namespace {

/// What jobs and executions that have not ended will cost at least.
Micros under_way(Transaction& tx, Prices const& prices, std::string_view tenant_id) {
  Micros total = 0;
  Statement job = tx.database.query(
      "SELECT backend_id, count(*), sum(shots) FROM jobs WHERE tenant_id = ? AND status IN ('PENDING', 'RUNNING', "
      "'CANCELLING') GROUP BY backend_id",
      tenant_id);
  while (job.step())
    total += prices.of(job.column<std::string>(0)).of(job.column<std::int64_t>(1), job.column<std::int64_t>(2));
  if (prices.of_services().is_free()) return total;
  Statement execution = tx.database.query(
      "SELECT count(*) FROM service_executions WHERE tenant_id = ? AND type = 'MANAGED' AND status IN ('PENDING', "
      "'RUNNING')",
      tenant_id);
  execution.step();
  std::int64_t const executions = execution.column<std::int64_t>(0);
  return total + prices.of_services().of(executions, executions);
}

std::string text(Micros amount) {
  return fmt::format("{} {}", amount_text(amount), currency);
}

}  // namespace

Result<void> check_spending(Transaction& tx, Prices const& prices, std::string_view tenant_id) {
  auto const budget = budget_use(tx, prices, tenant_id);
  auto const allowance = allowance_left(tx, prices, tenant_id);
  bool const has_hard_budget = budget && budget->hard;
  if (!has_hard_budget && !allowance) return {};
  Micros const pending = under_way(tx, prices, tenant_id);
  if (has_hard_budget && budget->used + pending > budget->limit)
    return forbidden(fmt::format("BUDGET_REACHED: of the budget of {}, {} are used, and with what is under way it would be "
                                 "{}",
                                 text(budget->limit), text(budget->used), text(budget->used + pending)));
  if (allowance && pending > *allowance)
    return forbidden(fmt::format("SPENDING_LIMIT_REACHED: of this month's allowance {} are left, and what is under way "
                                 "would cost {}",
                                 text(std::max<Micros>(0, *allowance)), text(pending)));
  return {};
}

void note_spending(Transaction& tx, Prices const& prices, std::string_view tenant_id) {
  auto const budget = budget_use(tx, prices, tenant_id);
  if (!budget) return;
  double const percent = 100.0 * static_cast<double>(budget->used) / static_cast<double>(budget->limit);
  bool const exceeded = budget->used >= budget->limit;
  std::int64_t const level = exceeded ? 2 : percent >= static_cast<double>(budget->warn_percent) ? 1 : 0;
  auto const before = find_setting(tx, tenant_id, budget_notified);
  std::int64_t const told = before ? before->at("level").to_number<std::int64_t>() : 0;
  if (level == told) return;
  put_setting(tx, tenant_id, budget_notified, {{"level", level}});
  if (level < told) return;  // a new window of time
  notify_tenant(tx, tenant_id,
                {.category = "BUDGET",
                 .title = exceeded ? "Your budget is used up" : fmt::format("{:.0f} % of your budget are used", percent),
                 .message = fmt::format("{} of {} are used.{}", text(budget->used), text(budget->limit),
                                        exceeded && budget->hard ? " What costs is refused from now on." : "")});
}

}  // namespace qhub::hub
