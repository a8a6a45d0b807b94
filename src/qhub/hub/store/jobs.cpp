#include "qhub/hub/store/jobs.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "qhub/hub/store/places.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {
namespace {

constexpr std::string_view row_columns =
    "number, id, tenant_id, user_id, service_execution_id, session_id, backend_id, provider, name, shots, "
    "input_format, input_params, tags, sdk_provider, status, attempts, created_at, started_at, ended_at, "
    "requested_shots, crashes, memory_bytes";

/// In the words of the index jobs_unfinished, without which SQLite does not see that it may use it.
constexpr std::string_view is_unfinished = "status IN ('PENDING', 'RUNNING', 'CANCELLING')";

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

}  // namespace

Result<StoredInput> keep(Blobs const& blobs, JobInput const& input) {
  try {
    return StoredInput{.input = blobs.keep(input.input), .qasm = blobs.keep(input.qasm)};
  } catch (DatabaseError const& error) {
    return write_failure(error);
  }
}

Result<StoredOutput> keep(Blobs const& blobs, JobOutput const& output) {
  try {
    return StoredOutput{.raw = blobs.keep(output.raw),
                        .normalized = blobs.keep(output.normalized),
                        .memory = blobs.keep(output.memory)};
  } catch (DatabaseError const& error) {
    return write_failure(error);
  }
}

Result<JobRow> insert_job(Connection& connection, JobRow const& job, StoredInput const& input,
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
                     input.input, input.qasm);
  return stored;
}

std::optional<std::int64_t> count_job_of_token(Connection& connection, std::string const& token_id, std::int64_t limit,
                                               std::int64_t now) {
  constexpr std::int64_t seconds_per_day = 86'400;
  std::int64_t const seconds = now / 1'000'000;
  std::int64_t const counted = connection.execute(
      "INSERT INTO token_jobs VALUES (?1, ?2, 1) ON CONFLICT (token_id) DO UPDATE SET jobs = iif(day = ?2, jobs + 1, "
      "1), day = ?2 WHERE day <> ?2 OR jobs < ?3",
      token_id, seconds / seconds_per_day, limit);
  if (counted > 0) return std::nullopt;
  return seconds_per_day - seconds % seconds_per_day;
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

std::optional<FoundOutput> read_job_output(Connection& connection, std::int64_t number, OutputForm form) {
  static constexpr std::array<std::string_view, 3> columns{"raw", "normalized", "memory"};
  Statement statement = connection.query(
      fmt::format("SELECT {} FROM job_results WHERE job = ?", columns[static_cast<std::size_t>(form)]), number);
  if (!statement.step()) return std::nullopt;
  return FoundOutput{connection.blobs().find(statement, 0)};
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
  JobPage page;
  if (!search.service_execution_id && !search.session_id) {
    WorkloadSearch of_places;
    of_places.tenant_id = search.tenant_id;
    of_places.types = {"JOB"};
    of_places.order = search.order;
    of_places.page = search.page;
    of_places.size = search.size;
    if (std::optional<Places> const found = find_places(connection, of_places)) {
      page.total = found->total;
      for (Place const& place : found->page)
        for (JobRow& row : read_jobs(connection, {place.number})) page.jobs.push_back(std::move(row));
      return page;
    }
  }
  // Each filter by itself, so that its index is used.
  std::string const filter = fmt::format(
      "tenant_id = ?1 AND {} AND {}", search.service_execution_id ? "service_execution_id = ?2" : "?2 IS NULL",
      search.session_id ? "session_id = ?3" : "?3 IS NULL");
  Statement count = connection.query(fmt::format("SELECT count(*) FROM jobs WHERE {}", filter), search.tenant_id,
                                     search.service_execution_id, search.session_id);
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
      fmt::format("SELECT {} FROM jobs WHERE {} AND status = 'PENDING' ORDER BY number", row_columns, is_unfinished));
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

std::string finish_job(Connection& connection, std::int64_t number, std::string_view status,
                       StoredOutput const& output, std::int64_t now) {
  if (connection.execute("UPDATE jobs SET status = ?, ended_at = ? WHERE number = ? AND status = 'RUNNING'", status,
                         now, number) == 1)
    connection.execute("INSERT INTO job_results (job, raw, normalized, memory) VALUES (?, ?, ?, ?)", number, output.raw,
                       output.normalized, output.memory);
  else
    end_cancelled_job(connection, number, now);
  Statement statement = connection.query("SELECT status FROM jobs WHERE number = ?", number);
  return statement.step() ? statement.column<std::string>(0) : std::string();
}

void return_job(Connection& connection, std::int64_t number, std::int64_t now) {
  connection.execute(
      "UPDATE jobs SET status = 'PENDING', attempts = attempts - 1, started_at = NULL WHERE number = ? AND status = "
      "'RUNNING'",
      number);
  end_cancelled_job(connection, number, now);
}

void end_cancelled_job(Connection& connection, std::int64_t number, std::int64_t now) {
  connection.execute("UPDATE jobs SET status = 'CANCELLED', ended_at = ? WHERE number = ? AND status = 'CANCELLING'", now,
                     number);
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
  connection.execute(fmt::format("UPDATE jobs SET status = 'CANCELLED', ended_at = ? WHERE {} AND status = "
                                 "'CANCELLING'",
                                 is_unfinished),
                     now);
  for (std::int64_t const number : crashed)
    connection.execute("UPDATE jobs SET crashes = crashes + 1 WHERE number = ? AND status = 'RUNNING'", number);
  std::vector<std::pair<std::int64_t, bool>> given_up;
  {
    Statement statement = connection.query(
        fmt::format("SELECT number, crashes >= ?2 FROM jobs WHERE {} AND status = 'RUNNING' AND (attempts >= ?1 OR "
                    "crashes >= ?2)",
                    is_unfinished),
        max_attempts, max_crashes);
    while (statement.step())
      given_up.emplace_back(statement.column<std::int64_t>(0), statement.column<std::int64_t>(1) != 0);
  }
  for (auto const& [number, has_crashed] : given_up) {
    JobOutput const output =
        failed_output("HUB_FAILURE", has_crashed ? fmt::format("This job crashed the hub {} times, so it is not tried "
                                                               "again. That is a defect of the hub: please report it.",
                                                               max_crashes)
                                                 : fmt::format("The hub ended unexpectedly {} times while it ran this "
                                                               "job, so it does not try again.",
                                                               max_attempts));
    finish_job(connection, number, "ABORTED", *keep(connection.blobs(), output), now);
  }
  return connection.execute(fmt::format(
      "UPDATE jobs SET status = 'PENDING', started_at = NULL WHERE {} AND status = 'RUNNING'", is_unfinished));
}

JobOutput failed_output(std::string_view code, std::string_view message) {
  boost::json::object const error{{"message", message}, {"code", code}};
  boost::json::object const pub{{"type", "error"}, {"error", error}};
  return {.raw = boost::json::serialize(boost::json::object{{"error", error}}),
          .normalized = boost::json::serialize(boost::json::object{{"pubs", boost::json::array{pub}}}),
          .memory = std::nullopt};
}

}  // namespace qhub::hub
