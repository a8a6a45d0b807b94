#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/platform/money.h"
#include "qhub/hub/resource/transaction.h"

/// What workloads used and what it costs.
namespace qhub::hub {

/// What the operator charges: nothing, unless a file says so.
struct Price {
  Micros per_shot = 0;
  Micros per_job = 0;

  /// Of completed jobs.
  [[nodiscard]] Micros of(std::int64_t jobs, std::int64_t shots) const { return per_job * jobs + per_shot * shots; }
};
struct ServicePrice {
  Micros per_execution = 0;
  Micros per_second = 0;

  /// Of executions; each second that one has begun counts whole.
  [[nodiscard]] Micros of(std::int64_t executions, std::int64_t seconds) const {
    return per_execution * executions + per_second * seconds;
  }
  [[nodiscard]] bool is_free() const { return per_execution == 0 && per_second == 0; }
};
class Prices {
 public:
  /// Reads a JSON file {"aws.sim.sv1": {"perShot": "0.0001", "perJob": "0.30"}, "service-executions": {"perSecond":
  /// "0.001", "perExecution": "0.01"}, ...}: backend ids, and the executions of services, with amounts in EUR.
  /// Errors: not_found if it cannot be read; syntax or invalid_argument naming what is wrong.
  [[nodiscard]] static Result<Prices> read(std::filesystem::path const& file);

  /// Of a backend; free if the file does not name it.
  [[nodiscard]] Price of(std::string_view backend_id) const;
  [[nodiscard]] ServicePrice const& of_services() const { return services_; }

 private:
  std::map<std::string, Price, std::less<>> prices_;
  ServicePrice services_;
};
/// The product that executions of services are, beside the backends.
inline constexpr std::string_view service_product = "service-executions";

/// What a tenant used of one backend, or of one service, on one day.
struct UsageRecord {
  std::int64_t day = 0;        ///< Its beginning in microseconds since 1970, UTC.
  std::string workload_class;  ///< QUANTUM: completed jobs. CLASSIC: executions of services, however they ended.
  std::string resource;        ///< The backend's id, or the service's.
  std::int64_t runs = 0;
  std::int64_t quantity = 0;  ///< Shots, or seconds.
  Micros cost = 0;
};

/// What a tenant used on the days that [from, until) touches, the earliest first.
[[nodiscard]] std::vector<UsageRecord> usage(Transaction& tx, Prices const& prices, std::string_view tenant_id,
                                             std::int64_t from, std::int64_t until);
[[nodiscard]] Micros total_cost(std::vector<UsageRecord> const& records);

inline constexpr std::int64_t second_us = 1'000'000;
inline constexpr std::int64_t day_us = 86'400 * second_us;

}  // namespace qhub::hub
