#include "qhub/hub/service/executions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>

namespace qhub::hub {
namespace {

constexpr std::string_view columns =
    "number, id, service_id, tenant_id, tenant_kind, provider_tenant_id, user_id, application_id, "
    "parent_id, status, tags, store_input, has_secrets, is_cancelling, attempts, reason, created_at, started_at, "
    "ended_at, type, used_seconds";

/// The condition of the index of unfinished executions, word for word, without which SQLite does not use it.
constexpr std::string_view unfinished = "status IN ('PENDING', 'RUNNING')";

/// So often may an execution die together with its hub before it is taken for the cause.
constexpr int max_runs = 3;

ExecutionRow read_row(Statement const& statement) {
  using Text = std::optional<std::string>;
  using Time = std::optional<std::int64_t>;
  ExecutionRow row{.number = statement.column<std::int64_t>(0),
                   .id = statement.column<std::string>(1),
                   .service_id = statement.column<std::string>(2),
                   .tenant_id = statement.column<std::string>(3),
                   .tenant_kind = statement.column<std::string>(4),
                   .provider_tenant_id = statement.column<std::string>(5),
                   .user_id = statement.column<std::string>(6),
                   .application_id = statement.column<Text>(7),
                   .parent_id = statement.column<Text>(8),
                   .type = statement.column<std::string>(19),
                   .status = statement.column<std::string>(9),
                   .tags = {},
                   .store_input = statement.column<std::int64_t>(11) != 0,
                   .has_secrets = statement.column<std::int64_t>(12) != 0,
                   .is_cancelling = statement.column<std::int64_t>(13) != 0,
                   .attempts = statement.column<std::int64_t>(14),
                   .reason = statement.column<Text>(15),
                   .created_at = statement.column<std::int64_t>(16),
                   .started_at = statement.column<Time>(17),
                   .ended_at = statement.column<Time>(18),
                   .used_seconds = statement.column<Time>(20)};
  if (auto const tags = statement.column<Text>(10))
    row.tags = boost::json::value_to<std::vector<std::string>>(boost::json::parse(*tags));
  return row;
}

std::string json_array(std::vector<std::string> const& texts) {
  return boost::json::serialize(boost::json::array(texts.begin(), texts.end()));
}

std::vector<std::string> ids_of(Statement statement) {
  std::vector<std::string> ids;
  while (statement.step()) ids.push_back(statement.column<std::string>(0));
  return ids;
}

/// What runs do not need any more.
void forget_input(Connection& connection, std::int64_t number) {
  connection.execute("DELETE FROM service_execution_secrets WHERE execution = ?", number);
  connection.execute(
      "DELETE FROM service_execution_inputs WHERE execution = ?1 AND NOT (SELECT store_input FROM service_executions "
      "WHERE number = ?1)",
      number);
}

/// `*` as LIKE has it; its own special characters stand for themselves.
std::string like_pattern(std::string_view text) {
  std::string pattern;
  for (char const c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c == '*' ? '%' : c;
  }
  return pattern;
}

}  // namespace

void insert_execution(Connection& connection, ExecutionRow& execution, std::string const& input,
                      std::string const& sealed_secrets) {
  std::optional<std::string> tags;
  if (!execution.tags.empty()) tags = json_array(execution.tags);
  connection.execute(
      "INSERT INTO service_executions (id, service_id, tenant_id, tenant_kind, provider_tenant_id, "
      "user_id, application_id, parent_id, type, status, tags, store_input, has_secrets, created_at, started_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      execution.id, execution.service_id, execution.tenant_id, execution.tenant_kind,
      execution.provider_tenant_id, execution.user_id, execution.application_id, execution.parent_id,
      execution.type, execution.status, tags, std::int64_t{execution.store_input}, std::int64_t{execution.has_secrets},
      execution.created_at, execution.started_at);
  execution.number = connection.last_row();
  connection.execute("INSERT INTO service_execution_inputs (execution, input) VALUES (?, ?)", execution.number,
                     Blob{input});
  if (execution.has_secrets)
    connection.execute("INSERT INTO service_execution_secrets (execution, sealed) VALUES (?, ?)", execution.number,
                       sealed_secrets);
}

std::optional<ExecutionRow> find_execution(Connection& connection, std::string_view id) {
  static std::string const sql = fmt::format("SELECT {} FROM service_executions WHERE id = ?", columns);
  Statement statement = connection.query(sql, id);
  if (!statement.step()) return std::nullopt;
  return read_row(statement);
}

std::optional<std::string> read_execution_input(Connection& connection, std::int64_t number) {
  Statement statement = connection.query("SELECT input FROM service_execution_inputs WHERE execution = ?", number);
  if (!statement.step()) return std::nullopt;
  return statement.column<std::string>(0);
}

std::optional<std::string> read_sealed_secrets(Connection& connection, std::int64_t number) {
  Statement statement = connection.query("SELECT sealed FROM service_execution_secrets WHERE execution = ?", number);
  if (!statement.step()) return std::nullopt;
  return statement.column<std::string>(0);
}

ExecutionPage search_executions(Connection& connection, ExecutionSearch const& search) {
  // A condition is left out of the text rather than made true, so that an index can serve the rest. The first one has
  // the highest number of a parameter, so that all can be bound to both statements.
  std::vector<std::string_view> conditions{"?9 >= 0"};
  if (search.tenant_id) conditions.emplace_back("tenant_id = ?1");
  if (search.service_id) conditions.emplace_back("service_id = ?2");
  if (search.application_id) conditions.emplace_back("application_id = ?3");
  if (search.only_jobs) conditions.emplace_back("application_id IS NULL");
  if (search.created_after) conditions.emplace_back("created_at >= ?4");
  if (search.created_before) conditions.emplace_back("created_at < ?5");
  if (!search.tags.empty())
    conditions.emplace_back("EXISTS (SELECT 1 FROM json_each(tags) AS own JOIN json_each(?6) AS wanted USING (value))");
  if (!search.ids.empty())
    conditions.emplace_back("EXISTS (SELECT 1 FROM json_each(?7) WHERE id LIKE value ESCAPE '\\')");
  std::string order;
  for (auto const& [column, descending] : search.order)
    order += fmt::format("{}{}, ", column, descending ? " DESC" : "");
  order += search.order.empty() || search.order.front().descending ? "number DESC" : "number";

  std::vector<std::string> patterns;
  for (std::string const& id : search.ids) patterns.push_back(like_pattern(id));
  std::string const tags = json_array(search.tags);
  std::string const ids = json_array(patterns);
  auto const run = [&](std::string_view selected, std::string_view rest) {
    return connection.query(
        fmt::format("SELECT {} FROM service_executions WHERE {} {}", selected, fmt::join(conditions, " AND "), rest),
        search.tenant_id, search.service_id, search.application_id, search.created_after, search.created_before, tags,
        ids, search.limit, search.offset);
  };
  ExecutionPage page;
  if (search.limit >= 0) {
    Statement count = run("count(*)", "");
    count.step();
    page.total = count.column<std::int64_t>(0);
  }
  Statement statement = run(columns, fmt::format("ORDER BY {} LIMIT ?8 OFFSET ?9", order));
  while (statement.step()) page.executions.push_back(read_row(statement));
  return page;
}

std::vector<ExecutionRow> execution_tree(Connection& connection, std::string_view id, std::int64_t limit) {
  // UNION ALL over a queue goes breadth first (SQLite, "Recursive Query Examples").
  static std::string const sql = fmt::format(
      "WITH RECURSIVE tree (node) AS (SELECT ?1 UNION ALL SELECT child.id FROM service_executions AS child JOIN tree ON "
      "child.parent_id = tree.node LIMIT ?2) SELECT {} FROM service_executions WHERE id IN tree ORDER BY number",
      columns);
  Statement statement = connection.query(sql, id, limit);
  std::vector<ExecutionRow> rows;
  while (statement.step()) rows.push_back(read_row(statement));
  return rows;
}

ExecutionCounts count_executions(Connection& connection, std::string_view service_id, std::int64_t from,
                                 std::int64_t to) {
  Statement statement = connection.query(
      "SELECT count(*), count(*) FILTER (WHERE created_at >= ?2 AND created_at < ?3) FROM service_executions WHERE "
      "service_id = ?1",
      service_id, from, to);
  statement.step();
  return {statement.column<std::int64_t>(0), statement.column<std::int64_t>(1)};
}

std::optional<ExecutionRow> lease_execution(Connection& connection, std::int64_t now) {
  static std::string const sql = fmt::format(
      "UPDATE service_executions SET status = 'RUNNING', attempts = attempts + 1, started_at = ?1 WHERE number = "
      "(SELECT min(number) FROM service_executions WHERE {} AND status = 'PENDING') RETURNING {}",
      unfinished, columns);
  Statement statement = connection.query(sql, now);
  std::optional<ExecutionRow> row;
  while (statement.step()) row = read_row(statement);
  return row;
}

std::string finish_execution(Connection& connection, std::int64_t number, std::string_view status,
                             std::optional<std::string> const& reason, std::int64_t now) {
  Statement statement = connection.query(
      "UPDATE service_executions SET status = CASE WHEN is_cancelling THEN 'CANCELLED' ELSE ?2 END, reason = ?3, "
      "ended_at = ?4, used_seconds = CASE WHEN type = 'MANAGED' THEN max(1, (?4 - started_at + 999999) / 1000000) END WHERE "
      "number = ?1 AND status = 'RUNNING' RETURNING status",
      number, status, reason, now);
  std::string now_is;
  while (statement.step()) now_is = statement.column<std::string>(0);
  forget_input(connection, number);
  return now_is;
}

std::optional<ExecutionRow> cancel_execution(Connection& connection, std::string_view id, std::int64_t now) {
  Statement cancelled = connection.query(
      "UPDATE service_executions SET status = 'CANCELLED', ended_at = ?2 WHERE id = ?1 AND status = 'PENDING' RETURNING "
      "number",
      id, now);
  std::optional<std::int64_t> number;
  while (cancelled.step()) number = cancelled.column<std::int64_t>(0);
  if (number) forget_input(connection, *number);
  connection.execute("UPDATE service_executions SET is_cancelling = 1 WHERE id = ? AND status = 'RUNNING'", id);
  return find_execution(connection, id);
}

std::vector<std::string> recover_executions(Connection& connection, bool run_again, std::int64_t now) {
  std::vector<std::int64_t> numbers;
  std::vector<std::string> ids;
  Statement ended = connection.query(
      fmt::format("UPDATE service_executions SET status = CASE WHEN is_cancelling THEN 'CANCELLED' ELSE 'FAILED' END, "
                  "ended_at = ?1, reason = CASE WHEN is_cancelling THEN NULL ELSE 'The hub ended while this was "
                  "running.' END WHERE {} AND status = 'RUNNING' AND type = 'MANAGED' AND (is_cancelling OR attempts >= "
                  "?3 OR (NOT ?2 AND (parent_id IS NULL OR parent_id NOT IN (SELECT execution FROM workflow_runs WHERE "
                  "active)))) RETURNING number, id",
                  unfinished),
      now, std::int64_t{run_again}, std::int64_t{max_runs});
  while (ended.step()) {
    numbers.push_back(ended.column<std::int64_t>(0));
    ids.push_back(ended.column<std::string>(1));
  }
  for (std::int64_t const number : numbers) forget_input(connection, number);
  connection.execute(fmt::format("UPDATE service_executions SET status = 'PENDING', started_at = NULL WHERE {} AND "
                                 "status = 'RUNNING' AND type = 'MANAGED'",
                                 unfinished));
  return ids;
}

void return_execution(Connection& connection, std::int64_t number) {
  connection.execute(
      "UPDATE service_executions SET status = 'PENDING', attempts = attempts - 1, started_at = NULL WHERE number = ? "
      "AND status = 'RUNNING'",
      number);
}

std::vector<std::string> delete_executions_before(Connection& connection, std::int64_t ended_before) {
  std::string_view const old =
      "(SELECT number FROM service_executions WHERE ended_at < ?1 ORDER BY ended_at LIMIT 1000)";
  connection.execute(fmt::format("DELETE FROM service_execution_inputs WHERE execution IN {}", old), ended_before);
  return ids_of(connection.query(
      fmt::format("DELETE FROM service_executions WHERE number IN {} RETURNING id", old), ended_before));
}

}  // namespace qhub::hub
