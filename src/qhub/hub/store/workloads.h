#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "qhub/hub/store/jobs.h"
#include "qhub/hub/store/sessions.h"

namespace qhub::hub {

/// Jobs and sessions of a tenant in one list. Values of one filter are alternatives, filters are all to be met, and an
/// empty one is met by everything.
struct WorkloadSearch {
  std::string tenant_id;
  std::vector<std::string> types;  ///< JOB, SESSION.
  std::vector<std::string> statuses;
  std::vector<std::string> providers;
  std::vector<std::string> backend_ids;
  std::vector<std::string> tags;     ///< Without regard to case.
  std::vector<std::string> origins;  ///< STANDALONE, SERVICE_EXECUTION.
  std::vector<std::string> service_execution_ids;
  std::vector<Order> order;  ///< Columns of workload_sort_columns(); by default the newest first.
  std::int64_t page = 0;
  std::int64_t size = 20;
};
struct WorkloadPage {
  std::vector<std::variant<JobRow, SessionRow>> workloads;
  std::int64_t total = 0;
};
[[nodiscard]] std::span<std::string_view const> workload_sort_columns();
[[nodiscard]] WorkloadPage search_workloads(Connection& connection, WorkloadSearch const& search);

}  // namespace qhub::hub
