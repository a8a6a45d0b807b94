#include "qhub/hub/store/jobs.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

namespace qhub::hub {
namespace {

constexpr std::string_view row_columns =
    "number, id, tenant_id, user_id, service_execution_id, session_id, backend_id, provider, name, shots, "
    "input_format, input_params, tags, sdk_provider, status, attempts, created_at, started_at, ended_at, "
    "requested_shots, crashes, memory_bytes";

JobRow read_row(Statement const& statement) {
  using Text = std::optional<std::string>;
  using Time = std::optional<std::int64_t>;
  return {.number = statement.column<std::int64_t>(0),
          .id = statement.column<std::string>(1),
          .tenant_id = statement.column<std::string>(2),
          .user_id = statement.column<std::string>(3),
          .service_execution_id = statement.column<Text>(4),
          .session_id = statement.column<Text>(5),
          .backend_id = statement.column<std::string>(6),
          .provider = statement.column<std::string>(7),
          .name = statement.column<Text>(8),
          .shots = statement.column<std::int64_t>(9),
          .requested_shots = statement.column<std::int64_t>(19),
          .input_format = statement.column<Text>(10),
          .input_params = statement.column<Text>(11),
          .tags = statement.column<Text>(12),
          .sdk_provider = statement.column<Text>(13),
          .status = statement.column<std::string>(14),
          .attempts = statement.column<std::int64_t>(15),
          .crashes = statement.column<std::int64_t>(20),
          .memory_bytes = statement.column<std::int64_t>(21),
          .created_at = statement.column<std::int64_t>(16),
          .started_at = statement.column<Time>(17),
          .ended_at = statement.column<Time>(18)};
}

template <class... Values>
std::optional<JobRow> find_row(Connection& connection, std::string_view condition, Values const&... values) {
  Statement statement =
      connection.query(fmt::format("SELECT {} FROM jobs WHERE {}", row_columns, condition), values...);
  if (!statement.step()) return std::nullopt;
  return read_row(statement);
}

void write_output(Connection& connection, std::int64_t number, JobOutput const& output) {
  connection.execute("INSERT INTO job_results (job, raw, normalized, memory) VALUES (?, ?, ?, ?)", number,
                     connection.blobs().keep(output.raw), connection.blobs().keep(output.normalized),
                     connection.blobs().keep(output.memory));
}

}  // namespace

Result<JobRow> insert_job(Connection& connection, JobRow const& job, JobInput const& input,
                          std::optional<IdempotencyKey> const& key) {
  if (key) {
    auto earlier = find_row(connection, "tenant_id = ? AND idempotency_key = ?", job.tenant_id, key->key);
    if (earlier) {
      Statement hash = connection.query("SELECT request_hash FROM jobs WHERE number = ?", earlier->number);
      if (!hash.step() || hash.column<std::string>(0) != key->request_hash)
        return Error{.kind = ErrorKind::unsupported,
                     .message = fmt::format("the Idempotency-Key was used before, with another request, for job {}",
                                            earlier->id),
                     .details = {}};
      return std::move(*earlier);
    }
  }
  connection.execute(
      "INSERT INTO jobs (id, tenant_id, user_id, service_execution_id, session_id, backend_id, provider, name, shots, "
      "requested_shots, input_format, input_params, tags, sdk_provider, status, created_at, memory_bytes, "
      "idempotency_key, request_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'PENDING', ?, ?, ?, ?)",
      job.id, job.tenant_id, job.user_id, job.service_execution_id, job.session_id, job.backend_id, job.provider,
      job.name, job.shots, job.requested_shots, job.input_format, job.input_params, job.tags, job.sdk_provider,
      job.created_at, job.memory_bytes, key ? std::optional(key->key) : std::nullopt,
      key ? std::optional(Blob{key->request_hash}) : std::nullopt);
  JobRow stored = job;
  stored.number = connection.last_row();
  connection.execute("INSERT INTO job_inputs (job, input, qasm) VALUES (?, ?, ?)", stored.number,
                     connection.blobs().keep(input.input), connection.blobs().keep(input.qasm));
  return stored;
}

std::optional<JobRow> find_job(Connection& connection, JobQuery const& query) {
  auto row = find_row(connection, "id = ? AND tenant_id = ?", query.id, query.tenant_id);
  if (row && query.service_execution_id && row->service_execution_id != query.service_execution_id) return std::nullopt;
  return row;
}

JobInput read_job_input(Connection& connection, std::int64_t number) {
  Statement statement = connection.query("SELECT input, qasm FROM job_inputs WHERE job = ?", number);
  if (!statement.step()) throw std::logic_error(fmt::format("job number {} has no input", number));
  return {.input = connection.blobs().load(statement, 0).value_or(""), .qasm = connection.blobs().load(statement, 1)};
}

std::optional<JobOutput> read_job_output(Connection& connection, std::int64_t number) {
  Statement statement = connection.query("SELECT raw, normalized, memory FROM job_results WHERE job = ?", number);
  if (!statement.step()) return std::nullopt;
  return JobOutput{.raw = connection.blobs().load(statement, 0).value_or(""),
                   .normalized = connection.blobs().load(statement, 1),
                   .memory = connection.blobs().load(statement, 2)};
}

std::span<std::string_view const> job_sort_columns() {
  static constexpr std::array<std::string_view, 9> columns{"created_at", "started_at", "ended_at", "name", "status",
                                                           "backend_id", "provider",   "shots",    "id"};
  return columns;
}

std::string order_clause(std::vector<Order> const& order) {
  std::string clause;
  for (auto const& [column, descending] : order) clause += fmt::format("{} {}, ", column, descending ? "DESC" : "ASC");
  return clause + (order.empty() ? "created_at DESC, number DESC" : "number ASC");
}

std::vector<JobRow> read_jobs(Connection& connection, std::vector<std::int64_t> const& numbers) {
  std::vector<JobRow> rows;
  for (std::int64_t const number : numbers)
    if (auto row = find_row(connection, "number = ?", number)) rows.push_back(std::move(*row));
  return rows;
}

JobPage search_jobs(Connection& connection, JobSearch const& search) {
  // Each filter by itself, so that its index is used.
  std::string const filter = fmt::format(
      "tenant_id = ?1 AND {} AND {}", search.service_execution_id ? "service_execution_id = ?2" : "?2 IS NULL",
      search.session_id ? "session_id = ?3" : "?3 IS NULL");
  bool const is_filtered = search.service_execution_id || search.session_id;
  JobPage page;
  Statement count = connection.query(
      is_filtered ? fmt::format("SELECT count(*) FROM jobs WHERE {}", filter)
                  : "SELECT jobs FROM job_counts WHERE tenant_id = ?1 AND ?2 IS NULL AND ?3 IS NULL",
      search.tenant_id, search.service_execution_id, search.session_id);
  if (count.step()) page.total = count.column<std::int64_t>(0);
  Statement rows = connection.query(fmt::format("SELECT {} FROM jobs WHERE {} ORDER BY {} LIMIT ?4 OFFSET ?5",
                                                row_columns, filter, order_clause(search.order)),
                                    search.tenant_id, search.service_execution_id, search.session_id, search.size,
                                    search.page * search.size);
  while (rows.step()) page.jobs.push_back(read_row(rows));
  return page;
}

void for_each_pending_job(Connection& connection, std::function<void(JobRow const&)> const& visit) {
  Statement rows = connection.query(
      fmt::format("SELECT {} FROM jobs WHERE status = 'PENDING' ORDER BY number", row_columns));
  while (rows.step()) visit(read_row(rows));
}

std::optional<JobRow> lease_job(Connection& connection, std::int64_t number, std::int64_t now) {
  Statement statement = connection.query(
      fmt::format("UPDATE jobs SET status = 'RUNNING', attempts = attempts + 1, started_at = ? WHERE number = ? AND "
                  "status = 'PENDING' RETURNING {}",
                  row_columns),
      now, number);
  if (!statement.step()) return std::nullopt;
  JobRow row = read_row(statement);
  while (statement.step()) {
  }
  return row;
}

std::string finish_job(Connection& connection, std::int64_t number, std::string_view status, JobOutput const& output,
                       std::int64_t now) {
  if (connection.execute("UPDATE jobs SET status = ?, ended_at = ? WHERE number = ? AND status = 'RUNNING'", status,
                         now, number) == 1)
    write_output(connection, number, output);
  else
    connection.execute("UPDATE jobs SET status = 'CANCELLED', ended_at = ? WHERE number = ? AND status = 'CANCELLING'",
                       now, number);
  Statement statement = connection.query("SELECT status FROM jobs WHERE number = ?", number);
  return statement.step() ? statement.column<std::string>(0) : std::string();
}

void return_job(Connection& connection, std::int64_t number, std::int64_t now) {
  connection.execute(
      "UPDATE jobs SET status = 'PENDING', attempts = attempts - 1, started_at = NULL WHERE number = ? AND status = "
      "'RUNNING'",
      number);
  connection.execute("UPDATE jobs SET status = 'CANCELLED', ended_at = ? WHERE number = ? AND status = 'CANCELLING'",
                     now, number);
}

Result<JobRow> cancel_job(Connection& connection, JobQuery const& query, std::int64_t now) {
  std::optional<JobRow> const job = find_job(connection, query);
  if (!job) return Error{.kind = ErrorKind::not_found, .message = "there is no job " + query.id, .details = {}};
  if (job->is_final() && job->status != "CANCELLED")
    return Error{.kind = ErrorKind::unsupported,
                 .message = fmt::format("job {} cannot be cancelled: it is {}", job->id, job->status),
                 .details = {}};
  connection.execute("UPDATE jobs SET status = 'CANCELLED', ended_at = ? WHERE number = ? AND status = 'PENDING'", now,
                     job->number);
  connection.execute("UPDATE jobs SET status = 'CANCELLING' WHERE number = ? AND status = 'RUNNING'", job->number);
  return *find_job(connection, query);
}

std::int64_t recover_jobs(Connection& connection, std::vector<std::int64_t> const& crashed, std::int64_t now) {
  connection.execute("UPDATE jobs SET status = 'CANCELLED', ended_at = ? WHERE status = 'CANCELLING'", now);
  for (std::int64_t const number : crashed)
    connection.execute("UPDATE jobs SET crashes = crashes + 1 WHERE number = ? AND status = 'RUNNING'", number);
  std::vector<std::pair<std::int64_t, bool>> given_up;
  {
    Statement statement = connection.query(
        "SELECT number, crashes >= ?2 FROM jobs WHERE status = 'RUNNING' AND (attempts >= ?1 OR crashes >= ?2)",
        max_attempts, max_crashes);
    while (statement.step())
      given_up.emplace_back(statement.column<std::int64_t>(0), statement.column<std::int64_t>(1) != 0);
  }
  for (auto const& [number, has_crashed] : given_up)
    finish_job(connection, number, "ABORTED",
               failed_output("HUB_FAILURE",
                             has_crashed ? fmt::format("This job crashed the hub {} times, so it is not tried again. "
                                                       "That is a defect of the hub: please report it.",
                                                       max_crashes)
                                         : fmt::format("The hub ended unexpectedly {} times while it ran this job, so "
                                                       "it does not try again.",
                                                       max_attempts)),
               now);
  return connection.execute("UPDATE jobs SET status = 'PENDING', started_at = NULL WHERE status = 'RUNNING'");
}

JobOutput failed_output(std::string_view code, std::string_view message) {
  boost::json::object const error{{"message", message}, {"code", code}};
  boost::json::object const pub{{"type", "error"}, {"error", error}};
  return {.raw = boost::json::serialize(boost::json::object{{"error", error}}),
          .normalized = boost::json::serialize(boost::json::object{{"pubs", boost::json::array{pub}}}),
          .memory = std::nullopt};
}

}  // namespace qhub::hub
