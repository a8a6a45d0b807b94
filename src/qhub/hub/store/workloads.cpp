#include "qhub/hub/store/workloads.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "qhub/hub/store/places.h"

namespace qhub::hub {
namespace {

std::string json_list(std::vector<std::string> const& values) {
  return boost::json::serialize(boost::json::value_from(values));
}

/// The common columns of the rows of one table that meet the filters ?1 to ?8: the tenant, and a JSON list each.
std::string matching_rows(WorkloadSearch const& search, std::string_view type, std::string_view table,
                          std::string_view end_column, std::string_view name_column) {
  std::string sql = fmt::format(
      "SELECT '{0}' AS type, number, id, created_at, started_at, {2} AS ended_at, {3} AS name, status, backend_id, "
      "provider FROM {1} WHERE tenant_id = ?1",
      type, table, end_column, name_column);
  // Only filters there are, so that each can use its index.
  auto const add = [&](std::vector<std::string> const& values, int parameter, std::string_view expression) {
    if (!values.empty())
      sql += fmt::format(" AND {} IN (SELECT value FROM json_each(?{}))", expression, parameter);
  };
  add(search.types, 2, fmt::format("'{}'", type));
  add(search.statuses, 3, "status");
  add(search.providers, 4, "provider");
  add(search.backend_ids, 5, "backend_id");
  if (!search.tags.empty())
    sql += fmt::format(
        " AND number IN (SELECT number FROM workload_places WHERE facet IN (SELECT id FROM workload_facets WHERE "
        "tenant_id = ?1 AND tag IN (SELECT value FROM json_each(?6)) AND type = '{}'))",
        type);
  add(search.origins, 7, "iif(service_execution_id IS NULL, 'STANDALONE', 'SERVICE_EXECUTION')");
  add(search.service_execution_ids, 8, "service_execution_id");
  return sql;
}

/// Any search, row by row.
Places find_rows(Connection& connection, WorkloadSearch const& search) {
  std::string const jobs = matching_rows(search, "JOB", "jobs", "ended_at", "name");
  std::string const sessions = matching_rows(search, "SESSION", "sessions", "closed_at", "NULL");
  auto const query = [&](std::string const& sql) {
    // The parameters ?9 and ?10 are named in either case, so that ?1 to ?8 exist.
    return connection.query(sql, search.tenant_id, json_list(search.types), json_list(search.statuses),
                                 json_list(search.providers), json_list(search.backend_ids), json_list(search.tags),
                                 json_list(search.origins), json_list(search.service_execution_ids), search.size,
                                 search.page * search.size);
  };
  Places found;
  Statement count = query(fmt::format("SELECT count(*) FROM ({} UNION ALL {}) WHERE ?9 >= 0 AND ?10 >= 0", jobs, sessions));
  if (count.step()) found.total = count.column<std::int64_t>(0);
  // No more rows of either table than the page can need: in the usual order, the newest first, an index gives them.
  std::string const order = order_clause(search.order);
  auto const first_rows = [&](std::string const& rows) {
    return fmt::format("SELECT * FROM ({} ORDER BY {} LIMIT ?9 + ?10)", rows, order);
  };
  Statement rows = query(fmt::format("SELECT type, number FROM ({} UNION ALL {}) ORDER BY {}, type LIMIT ?9 OFFSET ?10",
                                     first_rows(jobs), first_rows(sessions), order));
  while (rows.step())
    found.page.push_back({.is_job = rows.column<std::string>(0) == "JOB", .number = rows.column<std::int64_t>(1)});
  return found;
}

}  // namespace

std::span<std::string_view const> workload_sort_columns() {
  static constexpr std::array<std::string_view, 9> columns{"created_at", "started_at", "ended_at", "name", "status",
                                                           "backend_id", "provider",   "type",     "id"};
  return columns;
}

WorkloadPage search_workloads(Connection& connection, WorkloadSearch const& search) {
  std::optional<Places> found = find_places(connection, search);
  if (!found) found = find_rows(connection, search);
  WorkloadPage page{.workloads = {}, .total = found->total};
  for (auto const& [is_job, number] : found->page) {
    if (is_job)
      for (JobRow& row : read_jobs(connection, {number})) page.workloads.emplace_back(std::move(row));
    else
      for (SessionRow& row : read_sessions(connection, {number})) page.workloads.emplace_back(std::move(row));
  }
  return page;
}

}  // namespace qhub::hub
