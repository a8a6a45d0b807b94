#include "qhub/hub/platform/billing.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <map>
#include <set>

#include "qhub/hub/platform/catalogue.h"
#include "qhub/hub/resource/settings.h"

namespace qhub::hub {
namespace {

using namespace std::chrono;

constexpr std::string_view allowance_setting = "allowance";
constexpr SortProperty history_sorts[] = {{"occurredAt", SortBy::created_at}};
constexpr Kind history{.name = "billing history", .sorts = history_sorts};
constexpr std::int64_t default_history_days = 90;
constexpr std::int64_t default_history_size = 50;

/// A day "yyyy-MM-dd", or a moment; microseconds since 1970, UTC.
Result<std::int64_t> read_time(std::string const& text, std::string field) {
  auto const time = Timestamp(text.size() == 10 ? text + " 00:00:00" : text).time();
  if (!time) return invalid(std::move(field), "is a day such as 2025-01-31 or a time such as 2025-01-31T12:00:00Z");
  return time->time_since_epoch().count();
}

Result<Span> read_span(std::string const& from, std::string const& to) {
  auto const start = read_time(from, "from");
  if (!start) return start.error();
  auto const end = read_time(to, "to");
  if (!end) return end.error();
  // A last day counts whole.
  Span const span{*start, to.size() == 10 ? *end + day_us : *end};
  if (span.from >= span.until) return invalid("to", "is after from");
  return span;
}

Micros allowance_of(Transaction& tx, std::string_view tenant_id) {
  auto const document = find_setting(tx, tenant_id, allowance_setting);
  return document ? *read_amount(text_member(*document, "amount").value_or("0"), "amount") : 0;
}

Micros used_this_month(Transaction& tx, Prices const& prices, std::string_view tenant_id) {
  return total_cost(usage(tx, prices, tenant_id, month_start(tx.now), tx.now + 1));
}

double percentage(Micros part, Micros whole) {
  return whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::string iso(std::int64_t time) {
  return Timestamp(Timestamp::Time(microseconds(time))).text();
}

/// The lines of a report, by key.
struct Lines {
  struct Line {
    Micros cost = 0;
    std::int64_t quantity = 0;
    std::int64_t records = 0;
  };
  std::map<std::string, Line> by_key;

  void add(std::string const& key, UsageRecord const& record) {
    Line& line = by_key[key];
    line.cost += record.cost;
    line.quantity += record.quantity;
    line.records += record.runs;
  }
  [[nodiscard]] std::vector<platform::CostReportLine> dtos() const {
    std::vector<platform::CostReportLine> dtos;
    for (auto const& [key, line] : by_key) {
      auto& dto = dtos.emplace_back();
      dto.key = dto.label = key;
      dto.total_cost = to_money(line.cost);
      dto.total_quantity = line.quantity;
      dto.record_count = line.records;
    }
    return dtos;
  }
  [[nodiscard]] Micros total() const {
    Micros sum = 0;
    for (auto const& [key, line] : by_key) sum += line.cost;
    return sum;
  }
};

std::string group_of(std::optional<platform::CostReportGroupBy> const& group, UsageRecord const& record) {
  if (!group || *group == platform::CostReportGroupBy::WORKLOAD_CLASS) return record.workload_class;
  if (*group == platform::CostReportGroupBy::ROLE) return "CONSUMER";
  return record.workload_class == "QUANTUM" ? record.resource : std::string(service_product);
}

}  // namespace

std::int64_t month_start(std::int64_t time) {
  year_month_day const day(floor<days>(sys_time<microseconds>(microseconds(time))));
  return duration_cast<microseconds>(sys_days(day.year() / day.month() / 1).time_since_epoch()).count();
}

platform::TenantBalanceDto balance_of(Transaction& tx, Prices const& prices, std::string_view tenant_id,
                                      TenantKind kind) {
  Micros const used = total_cost(usage(tx, prices, tenant_id, 0, tx.now + 1));
  platform::TenantBalanceDto dto;
  dto.tenant_id = tenant_id;
  dto.tenant_type = tenant_kind_text(kind);
  dto.wallet_credits = dto.wallet_debits = dto.total_settled = to_money(0);
  dto.total_usage = to_money(used);
  dto.balance = to_money(-used);
  dto.amount_due = to_money(used);
  return dto;
}

platform::BillingAccountDto billing_account_of(Transaction& tx, std::string_view tenant_id, TenantKind kind) {
  platform::BillingAccountDto dto;
  dto.tenant_id = tenant_id;
  dto.tenant_type = tenant_kind_text(kind);
  dto.name = tenant_name(tx.database, tenant_id);
  dto.credit_balance = 0;
  dto.coupon_ids.emplace();
  if (Micros const allowance = allowance_of(tx, tenant_id)) dto.allowance = to_money(allowance);
  return dto;
}

std::optional<platform::PayAsYouGoAllowanceConfigurationDto> find_allowance(Transaction& tx,
                                                                            std::string_view tenant_id) {
  Micros const allowance = allowance_of(tx, tenant_id);
  if (allowance == 0) return std::nullopt;
  platform::PayAsYouGoAllowanceConfigurationDto dto;
  dto.allowance = to_money(allowance);
  return dto;
}

Result<platform::PayAsYouGoAllowanceConfigurationDto> put_allowance(Transaction& tx, std::string_view tenant_id,
                                                                    platform::Money const& allowance) {
  Result<Micros> const amount = read_money(allowance, "allowance");
  if (!amount) return amount.error();
  put_setting(tx, tenant_id, allowance_setting, {{"amount", amount_text(*amount)}});
  return *find_allowance(tx, tenant_id);
}

void delete_allowance(Transaction& tx, std::string_view tenant_id) {
  delete_setting(tx, tenant_id, allowance_setting);
}

std::optional<platform::PayAsYouGoAllowanceUsageDto> allowance_usage(Transaction& tx, Prices const& prices,
                                                                     std::string_view tenant_id) {
  Micros const allowance = allowance_of(tx, tenant_id);
  if (allowance == 0) return std::nullopt;
  Micros const used = used_this_month(tx, prices, tenant_id);
  platform::PayAsYouGoAllowanceUsageDto dto;
  dto.allowance = to_money(allowance);
  dto.amount_used = to_money(used);
  dto.amount_remaining = to_money(std::max<Micros>(0, allowance - used));
  dto.percentage_used = percentage(used, allowance);
  return dto;
}

std::optional<Micros> allowance_left(Transaction& tx, Prices const& prices, std::string_view tenant_id) {
  Micros const allowance = allowance_of(tx, tenant_id);
  if (allowance == 0) return std::nullopt;
  return allowance - used_this_month(tx, prices, tenant_id);
}

platform::SpendingLimitUsage spending_limit_usage(Transaction& tx, Prices const& prices, std::string_view tenant_id) {
  Micros const limit = allowance_of(tx, tenant_id);
  Micros const used = used_this_month(tx, prices, tenant_id);
  platform::SpendingLimitUsage dto;
  dto.amount_used = to_money(used);
  if (limit > 0) {
    dto.spending_limit.emplace().money = to_money(limit);
    dto.amount_remaining = to_money(std::max<Micros>(0, limit - used));
    dto.percentage_used = percentage(used, limit);
  }
  return dto;
}

Result<platform::CostReport> cost_report(Transaction& tx, Prices const& prices, std::string_view tenant_id,
                                         platform::GetMyCostReportRequest const& request) {
  auto const span = read_span(request.from, request.to);
  if (!span) return span.error();
  bool const by_month = request.granularity && *request.granularity == platform::CostReportGranularity::MONTH;
  auto const wants = [](auto const& list, std::string_view value) {
    return !list || list->empty() || std::ranges::any_of(*list, [&](auto const& each) { return each.text() == value; });
  };
  // Every record is of what the tenant consumed.
  std::vector<UsageRecord> records;
  if (wants(request.role, "CONSUMER")) records = usage(tx, prices, tenant_id, span->from, span->until);
  std::erase_if(records,
                [&](UsageRecord const& record) { return !wants(request.workload_classes, record.workload_class); });

  Lines all;
  std::map<std::int64_t, Lines> buckets;
  for (UsageRecord const& record : records) {
    std::string const key = group_of(request.group_by, record);
    all.add(key, record);
    buckets[by_month ? month_start(record.day) : record.day].add(key, record);
  }
  platform::CostReport report;
  report.from = request.from;
  report.to = request.to;
  report.granularity = by_month ? platform::CostReportGranularity::MONTH : platform::CostReportGranularity::DAY;
  report.group_by = request.group_by.value_or(platform::CostReportGroupBy::WORKLOAD_CLASS);
  report.total_cost = to_money(all.total());
  report.lines = all.dtos();
  report.buckets.emplace();
  for (auto const& [start, lines] : buckets) {
    auto& bucket = report.buckets->emplace_back();
    bucket.period_start = iso(start);
    bucket.total_cost = to_money(lines.total());
    bucket.lines = lines.dtos();
  }
  return report;
}

Result<platform::PageResponseBillingHistoryEntryDto> billing_history(
    Transaction& tx, Prices const& prices, std::string_view tenant_id, TenantKind kind,
    platform::GetMyBillingHistoryRequest const& request) {
  auto const query = read_list_query(history, request.page, request.size.value_or(default_history_size), request.sort);
  if (!query) return query.error();
  Span span{tx.now - default_history_days * day_us, tx.now + 1};
  if (request.from) {
    auto const from = read_time(request.from->text(), "from");
    if (!from) return from.error();
    span.from = *from;
  }
  if (request.to) {
    auto const until = read_time(request.to->text(), "to");
    if (!until) return until.error();
    span.until = *until;
  }
  bool const wanted =
      !request.type || request.type->empty() ||
      std::ranges::find(*request.type, platform::BillingHistoryEntryType(platform::BillingHistoryEntryType::USAGE)) !=
          request.type->end();
  std::map<std::int64_t, Micros> days;
  if (wanted)
    for (UsageRecord const& record : usage(tx, prices, tenant_id, span.from, span.until))
      if (record.cost != 0) days[record.day] += record.cost;
  std::vector<std::pair<std::int64_t, Micros>> entries(days.begin(), days.end());
  if (query->order.empty() || query->order.front().descending) std::ranges::reverse(entries);

  platform::PageResponseBillingHistoryEntryDto page;
  auto const total = static_cast<std::int64_t>(entries.size());
  for (std::int64_t i = query->page * query->size; i < std::min(total, (query->page + 1) * query->size); ++i) {
    auto const& [day, cost] = entries[static_cast<std::size_t>(i)];
    auto& entry = page.content.emplace_back();
    entry.id = fmt::format("usage-{}", wire_time(day).substr(0, 10));
    entry.tenant_id = tenant_id;
    entry.tenant_type = tenant_kind_text(kind);
    entry.type = platform::BillingHistoryEntryType::USAGE;
    entry.gross_amount = entry.net_amount = to_money(cost);
    entry.description = "Quantum jobs and executions of services";
    entry.occurred_at = iso(day + day_us / 2);
  }
  fill_page(page, *query, total);
  return page;
}

}  // namespace qhub::hub
