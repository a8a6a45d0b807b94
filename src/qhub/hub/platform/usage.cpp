#include "qhub/hub/platform/usage.h"

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
  Prices prices;
  for (auto const& [backend, entry] : json->get_object()) {
    Price& price = prices.prices_[std::string(backend)];
    if (!entry.is_object()) return invalid(std::string(backend), "is an object with perShot, perJob or both");
    for (auto const& [name, amount] : entry.get_object()) {
      std::string const field = std::string(backend) + "." + std::string(name);
      if (name != "perShot" && name != "perJob") return invalid(field, "is unknown; there are perShot and perJob");
      if (!amount.is_string()) return invalid(field, "is a text such as \"0.0001\"");
      Result<Micros> const micros = read_amount(amount.get_string(), field);
      if (!micros) return micros.error();
      if (*micros < 0) return invalid(field, "is not negative");
      (name == "perShot" ? price.per_shot : price.per_job) = *micros;
    }
  }
  return prices;
}

Price Prices::of(std::string_view backend_id) const {
  auto const found = prices_.find(backend_id);
  return found == prices_.end() ? Price{} : found->second;
}

Micros job_cost(Prices const& prices, std::string_view backend_id, std::int64_t shots) {
  Price const price = prices.of(backend_id);
  return price.per_job + price.per_shot * shots;
}

std::vector<UsageRecord> usage(Transaction& tx, Prices const& prices, std::string_view tenant_id, std::int64_t from,
                               std::int64_t until) {
  std::vector<UsageRecord> records;
  // A job ends after it was created, so the index by creation bounds the rows looked at from one side at least.
  Statement statement = tx.database.query(
      "SELECT ended_at / ?4 * ?4 AS day, backend_id, provider, count(*), sum(shots) FROM jobs WHERE tenant_id = ?1 AND "
      "created_at < ?3 AND status = 'COMPLETED' AND ended_at >= ?2 AND ended_at < ?3 GROUP BY day, backend_id, "
      "provider "
      "ORDER BY day, backend_id",
      tenant_id, from, until, day_us);
  while (statement.step()) {
    UsageRecord record{.day = statement.column<std::int64_t>(0),
                       .backend_id = statement.column<std::string>(1),
                       .provider = statement.column<std::string>(2),
                       .jobs = statement.column<std::int64_t>(3),
                       .shots = statement.column<std::int64_t>(4)};
    Price const price = prices.of(record.backend_id);
    record.cost = price.per_job * record.jobs + price.per_shot * record.shots;
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
