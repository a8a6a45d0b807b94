#include "qhub/hub/store/workloads.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

namespace qhub::hub {
namespace {

/// A filter as one parameter: JSON text, or NULL for a filter that everything meets.
std::optional<std::string> filter(std::vector<std::string> const& values) {
  if (values.empty()) return std::nullopt;
  return boost::json::serialize(boost::json::value_from(values));
}

/// The common columns of the rows of one table that meet the filters ?1 to ?8.
std::string matching_rows(std::string_view type, std::string_view table, std::string_view end_column,
                          std::string_view name_column, std::string_view has_tag) {
  return fmt::format(
      "SELECT '{0}' AS type, number, id, created_at, started_at, {2} AS ended_at, {3} AS name, status, backend_id, "
      "provider FROM {1} WHERE tenant_id = ?1 "
      "AND (?2 IS NULL OR '{0}' IN (SELECT value FROM json_each(?2))) "
      "AND (?3 IS NULL OR status IN (SELECT value FROM json_each(?3))) "
      "AND (?4 IS NULL OR provider IN (SELECT value FROM json_each(?4))) "
      "AND (?5 IS NULL OR backend_id IN (SELECT value FROM json_each(?5))) "
      "AND (?6 IS NULL OR {4}) "
      "AND (?7 IS NULL OR CASE WHEN service_execution_id IS NULL THEN 'STANDALONE' ELSE 'SERVICE_EXECUTION' END IN "
      "(SELECT value FROM json_each(?7))) "
      "AND (?8 IS NULL OR service_execution_id IN (SELECT value FROM json_each(?8)))",
      type, table, end_column, name_column, has_tag);
}

struct Matching {
  std::string jobs;
  std::string sessions;
};
Matching matching() {
  static constexpr std::string_view wanted_tags = "(SELECT lower(value) FROM json_each(?6))";
  return {.jobs = matching_rows("JOB", "jobs", "ended_at", "name",
                                fmt::format("EXISTS (SELECT 1 FROM json_each(jobs.tags) WHERE lower(value) IN {})",
                                            wanted_tags)),
          .sessions = matching_rows("SESSION", "sessions", "closed_at", "NULL",
                                    fmt::format("EXISTS (SELECT 1 FROM jobs, json_each(jobs.tags) WHERE session_id = "
                                                "sessions.id AND lower(value) IN {})",
                                                wanted_tags))};
}

bool is_filtered(WorkloadSearch const& search) {
  return !search.types.empty() || !search.statuses.empty() || !search.providers.empty() ||
         !search.backend_ids.empty() || !search.tags.empty() || !search.origins.empty() ||
         !search.service_execution_ids.empty();
}

std::int64_t first_number(Statement statement) {
  return statement.step() ? statement.column<std::int64_t>(0) : 0;
}

}  // namespace

std::span<std::string_view const> workload_sort_columns() {
  static constexpr std::array<std::string_view, 9> columns{"created_at", "started_at", "ended_at", "name", "status",
                                                           "backend_id", "provider",   "type",     "id"};
  return columns;
}

WorkloadPage search_workloads(Connection& connection, WorkloadSearch const& search) {
  auto const query = [&](std::string const& sql, auto const&... more) {
    return connection.query(sql, search.tenant_id, filter(search.types), filter(search.statuses),
                            filter(search.providers), filter(search.backend_ids), filter(search.tags),
                            filter(search.origins), filter(search.service_execution_ids), more...);
  };
  auto const [jobs, sessions] = matching();
  WorkloadPage page;
  if (is_filtered(search))
    page.total = first_number(query(fmt::format("SELECT COUNT(*) FROM ({} UNION ALL {})", jobs, sessions)));
  else
    page.total = first_number(connection.query(
        "SELECT coalesce((SELECT jobs FROM job_counts WHERE tenant_id = ?1), 0) + (SELECT count(*) FROM sessions WHERE "
        "tenant_id = ?1)",
        search.tenant_id));
  std::vector<std::pair<bool, std::int64_t>> found;  // is a job; number
  {
    // No more rows of either table than the page can need: in the usual order, the newest first, an index gives them.
    std::string const order = order_clause(search.order);
    auto const first_rows = [&](std::string const& rows) {
      return fmt::format("SELECT * FROM ({} ORDER BY {} LIMIT ?9 + ?10)", rows, order);
    };
    Statement rows = query(fmt::format("SELECT type, number FROM ({} UNION ALL {}) ORDER BY {}, type LIMIT ?9 OFFSET ?10",
                                       first_rows(jobs), first_rows(sessions), order),
                           search.size, search.page * search.size);
    while (rows.step()) found.emplace_back(rows.column<std::string>(0) == "JOB", rows.column<std::int64_t>(1));
  }
  for (auto const& [is_job, number] : found) {
    if (is_job)
      for (JobRow& row : read_jobs(connection, {number})) page.workloads.emplace_back(std::move(row));
    else
      for (SessionRow& row : read_sessions(connection, {number})) page.workloads.emplace_back(std::move(row));
  }
  return page;
}

}  // namespace qhub::hub
