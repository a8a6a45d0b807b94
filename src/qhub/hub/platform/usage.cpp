#include "qhub/hub/platform/usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>

#include "qhub/api/codec.h"
#include "qhub/hub/resource/errors.h"

namespace qhub::hub {

Result<Prices> Prices::read(std::filesystem::path const& file) {
  std::ifstream stream(file);
  if (!stream) return not_found("cannot read the prices in " + file.string());
  std::string const text((std::istreambuf_iterator<char>(stream)), {});
  Result<Json> json = api::parse(text);
  if (!json) return Error{json.error().kind, file.string() + ": " + json.error().message, json.error().details};
  if (!json->is_object()) return invalid(file.string(), "is an object with backend ids as its members");
  struct Amount {
    std::string_view name;
    Micros* value;
  };
  Prices prices;
  for (auto const& [product, entry] : json->get_object()) {
    std::vector<Amount> amounts;
    if (product == service_product) {
      amounts = {{"perExecution", &prices.services_.per_execution}, {"perSecond", &prices.services_.per_second}};
    } else {
      Price& price = prices.prices_[std::string(product)];
      amounts = {{"perShot", &price.per_shot}, {"perJob", &price.per_job}};
    }
    std::string const names = fmt::format("{} and {}", amounts.front().name, amounts.back().name);
    if (!entry.is_object()) return invalid(std::string(product), "is an object with " + names);
    for (auto const& [name, value] : entry.get_object()) {
      std::string const field = std::string(product) + "." + std::string(name);
      auto const amount = std::ranges::find(amounts, std::string_view(name), &Amount::name);
      if (amount == amounts.end()) return invalid(field, "is unknown; there are " + names);
      if (!value.is_string()) return invalid(field, "is a text such as \"0.0001\"");
      Result<Micros> const micros = read_amount(value.get_string(), field);
      if (!micros) return micros.error();
      if (*micros < 0) return invalid(field, "is not negative");
      *amount->value = *micros;
    }
  }
  return prices;
}

Price Prices::of(std::string_view backend_id) const {
  auto const found = prices_.find(backend_id);
  return found == prices_.end() ? Price{} : found->second;
}

std::vector<UsageRecord> usage(Transaction& tx, Prices const& prices, std::string_view tenant_id, std::int64_t from,
                               std::int64_t until) {
  std::vector<UsageRecord> records;
  Statement statement = tx.database.query(
      "SELECT day, class, resource, runs, quantity FROM usage WHERE tenant_id = ?1 AND day > ?2 - ?4 AND day < ?3 ORDER "
      "BY day, class, resource",
      tenant_id, from, until, day_us);
  while (statement.step()) {
    UsageRecord record{.day = statement.column<std::int64_t>(0),
                       .workload_class = statement.column<std::string>(1),
                       .resource = statement.column<std::string>(2),
                       .runs = statement.column<std::int64_t>(3),
                       .quantity = statement.column<std::int64_t>(4)};
    record.cost = record.workload_class == "QUANTUM" ? prices.of(record.resource).of(record.runs, record.quantity)
                                                     : prices.of_services().of(record.runs, record.quantity);
    records.push_back(std::move(record));
  }
  return records;
}

Micros total_cost(std::vector<UsageRecord> const& records) {
  Micros total = 0;
  for (UsageRecord const& record : records) total += record.cost;
  return total;
}

}  // namespace qhub::hub
