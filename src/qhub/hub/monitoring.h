#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "qhub/hub/http/router.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

/// A number that the hub shows to Prometheus, named and typed by its conventions.
struct Metric {
  std::string name;  ///< With its unit; a counter ends in `_total`. May carry labels: `jobs{status="PENDING"}`.
  std::string type;  ///< "counter" or "gauge".
  std::string help;
  std::function<double()> value;  ///< Called when somebody asks, on any thread.
};

/// What operators watch: /healthz says that the process answers, /readyz that its database does, /metrics how it fares.
/// All three answer without a token and tell nothing about tenants.
class Monitoring {
 public:
  /// Adds the routes. Both must live as long as this.
  Monitoring(Router& router, Store& store);

  void add(Metric metric);

 private:
  [[nodiscard]] std::string text();

  Router& router_;
  Store& store_;
  std::mutex mutex_;
  std::vector<Metric> metrics_;
};

}  // namespace qhub::hub
