#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/platform/money.h"
#include "qhub/hub/resource/transaction.h"

/// What workloads used and what it costs, computed from the jobs as they are stored.
namespace qhub::hub {

/// What the operator charges: nothing, unless a file says so.
struct Price {
  Micros per_shot = 0;
  Micros per_job = 0;
};
class Prices {
 public:
  /// Reads a JSON file {"aws.sim.sv1": {"perShot": "0.0001", "perJob": "0.30"}, ...}: backend ids with amounts in EUR.
  /// Errors: not_found if it cannot be read; syntax or invalid_argument naming what is wrong.
  [[nodiscard]] static Result<Prices> read(std::filesystem::path const& file);

  /// Of a backend; free if the file does not name it.
  [[nodiscard]] Price of(std::string_view backend_id) const;

 private:
  std::map<std::string, Price, std::less<>> prices_;
};

/// Jobs of one backend that a tenant ran on one day.
struct UsageRecord {
  std::int64_t day = 0;  ///< Its beginning in microseconds since 1970, UTC.
  std::string backend_id;
  std::string provider;
  std::int64_t jobs = 0;
  std::int64_t shots = 0;
  Micros cost = 0;
};

/// Completed jobs of a tenant that ended within [from, until), the earliest day first.
[[nodiscard]] std::vector<UsageRecord> usage(Transaction& tx, Prices const& prices, std::string_view tenant_id,
                                             std::int64_t from, std::int64_t until);
[[nodiscard]] Micros total_cost(std::vector<UsageRecord> const& records);

/// Cost of one completed job.
[[nodiscard]] Micros job_cost(Prices const& prices, std::string_view backend_id, std::int64_t shots);

inline constexpr std::int64_t second_us = 1'000'000;
inline constexpr std::int64_t day_us = 86'400 * second_us;

}  // namespace qhub::hub
