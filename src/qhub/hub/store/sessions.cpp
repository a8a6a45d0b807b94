#include "qhub/hub/store/sessions.h"

#include <fmt/format.h>

namespace qhub::hub {
namespace {

constexpr std::string_view row_columns =
    "number, id, tenant_id, user_id, service_execution_id, backend_id, provider, mode, status, ttl, metadata, "
    "sdk_provider, created_at, started_at, expires_at, closed_at, "
    "(SELECT COUNT(*) FROM jobs WHERE session_id = sessions.id), "
    "(SELECT COALESCE(SUM(ended_at - started_at), 0) FROM jobs WHERE session_id = sessions.id), "
    "(SELECT json_group_array(tag) FROM (SELECT MIN(value) AS tag FROM jobs, json_each(jobs.tags) "
    "WHERE session_id = sessions.id GROUP BY lower(value)))";

/// In the words of the index sessions_open, without which SQLite does not see that it may use it.
constexpr std::string_view is_not_final = "status IN ('OPEN', 'ACTIVE', 'INACTIVE', 'DRAINING')";
constexpr std::string_view has_unfinished_jobs =
    "EXISTS (SELECT 1 FROM jobs WHERE session_id = sessions.id AND status IN ('PENDING', 'RUNNING', 'CANCELLING'))";

SessionRow read_row(Statement const& statement) {
  using Text = std::optional<std::string>;
  using Time = std::optional<std::int64_t>;
  return {.number = statement.column<std::int64_t>(0),
          .id = statement.column<std::string>(1),
          .tenant_id = statement.column<std::string>(2),
          .user_id = statement.column<std::string>(3),
          .service_execution_id = statement.column<Text>(4),
          .backend_id = statement.column<std::string>(5),
          .provider = statement.column<std::string>(6),
          .mode = statement.column<std::string>(7),
          .status = statement.column<std::string>(8),
          .ttl = statement.column<std::int64_t>(9),
          .metadata = statement.column<Text>(10),
          .sdk_provider = statement.column<Text>(11),
          .created_at = statement.column<std::int64_t>(12),
          .started_at = statement.column<Time>(13),
          .expires_at = statement.column<std::int64_t>(14),
          .closed_at = statement.column<Time>(15),
          .job_count = statement.column<std::int64_t>(16),
          .usage = statement.column<std::int64_t>(17),
          .tags = statement.column<std::string>(18)};
}

Error no_session(std::string const& id) {
  return {.kind = ErrorKind::not_found, .message = "there is no session " + id, .details = {}};
}

Error session_error(std::string_view field, std::string message) {
  return {.kind = ErrorKind::unsupported, .message = message, .details = {{std::string(field), std::move(message)}}};
}

/// Ends sessions that drain and have nothing left to do.
void close_drained(Connection& connection, std::int64_t now) {
  connection.execute(
      fmt::format("UPDATE sessions SET status = 'CLOSED', closed_at = ? WHERE {} AND status = 'DRAINING' AND NOT {}",
                  is_not_final, has_unfinished_jobs),
      now);
}

}  // namespace

void insert_session(Connection& connection, SessionRow const& session) {
  connection.execute(
      "INSERT INTO sessions (id, tenant_id, user_id, service_execution_id, backend_id, provider, mode, status, ttl, "
      "metadata, sdk_provider, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      session.id, session.tenant_id, session.user_id, session.service_execution_id, session.backend_id,
      session.provider, session.mode, session.status, session.ttl, session.metadata, session.sdk_provider,
      session.created_at, session.expires_at);
}

std::optional<SessionRow> find_session(Connection& connection, SessionQuery const& query) {
  Statement statement =
      connection.query(fmt::format("SELECT {} FROM sessions WHERE id = ?1 AND tenant_id = ?2 AND (?3 IS NULL OR "
                                   "service_execution_id = ?3)",
                                   row_columns),
                       query.id, query.tenant_id, query.service_execution_id);
  if (!statement.step()) return std::nullopt;
  return read_row(statement);
}

std::vector<SessionRow> read_sessions(Connection& connection, std::vector<std::int64_t> const& numbers) {
  std::vector<SessionRow> rows;
  for (std::int64_t const number : numbers) {
    Statement statement =
        connection.query(fmt::format("SELECT {} FROM sessions WHERE number = ?", row_columns), number);
    if (statement.step()) rows.push_back(read_row(statement));
  }
  return rows;
}

Result<SessionRow> set_accepts_jobs(Connection& connection, SessionQuery const& query, bool accepts, std::int64_t now) {
  auto const session = find_session(connection, query);
  if (!session) return no_session(query.id);
  if (session->is_final())
    return session_error("accept_jobs", fmt::format("session {} is {} and stays so", session->id, session->status));
  if (accepts)
    connection.execute(
        "UPDATE sessions SET status = CASE WHEN started_at IS NULL THEN 'OPEN' ELSE 'ACTIVE' END, active_at = ? "
        "WHERE number = ? AND status = 'DRAINING'",
        now, session->number);
  else
    connection.execute("UPDATE sessions SET status = 'DRAINING' WHERE number = ?", session->number);
  close_drained(connection, now);
  return *find_session(connection, query);
}

Result<void> close_session(Connection& connection, SessionQuery const& query, std::int64_t now) {
  auto const session = find_session(connection, query);
  if (!session) return no_session(query.id);
  if (!session->is_final())
    connection.execute("UPDATE sessions SET status = 'CLOSED', closed_at = ? WHERE number = ?", now, session->number);
  return {};
}

Result<void> check_session_of(Connection& connection, JobRow const& job, std::int64_t now) {
  auto const session = find_session(
      connection,
      {.tenant_id = job.tenant_id, .id = *job.session_id, .service_execution_id = job.service_execution_id});
  if (!session) return no_session(*job.session_id);
  if (session->backend_id != job.backend_id)
    return session_error("session_id", fmt::format("session {} is on {}, and the job is for {}", session->id,
                                                   session->backend_id, job.backend_id));
  if (session->expires_at <= now)
    return session_error("session_id",
                         fmt::format("session {} has reached its lifetime of {} s", session->id, session->ttl));
  if (session->is_final() || session->status == "DRAINING")
    return session_error("session_id",
                         fmt::format("session {} takes no more jobs: it is {}", session->id, session->status));
  return {};
}

void session_job_started(Connection& connection, std::string const& session_id, std::int64_t now) {
  connection.execute(
      "UPDATE sessions SET status = CASE status WHEN 'DRAINING' THEN status ELSE 'ACTIVE' END, active_at = ?1, "
      "expires_at = CASE WHEN started_at IS NULL THEN ?1 + ttl * 1000000 ELSE expires_at END, "
      "started_at = COALESCE(started_at, ?1) WHERE id = ?2 AND status IN ('OPEN', 'ACTIVE', 'INACTIVE', 'DRAINING')",
      now, session_id);
}

void session_job_ended(Connection& connection, std::string const& session_id, std::int64_t now) {
  connection.execute("UPDATE sessions SET active_at = ? WHERE id = ? AND closed_at IS NULL", now, session_id);
  close_drained(connection, now);
}

std::optional<std::int64_t> settle_sessions(Connection& connection, std::int64_t now, std::int64_t idle) {
  connection.execute(fmt::format("UPDATE sessions SET status = 'CLOSED', closed_at = expires_at WHERE {} AND "
                                 "expires_at <= ?",
                                 is_not_final),
                     now);
  close_drained(connection, now);
  connection.execute(fmt::format("UPDATE sessions SET status = 'INACTIVE' WHERE {} AND status = 'ACTIVE' AND "
                                 "active_at <= ? AND NOT {}",
                                 is_not_final, has_unfinished_jobs),
                     now - idle);
  Statement next = connection.query(
      fmt::format("SELECT MIN(CASE WHEN status = 'ACTIVE' AND NOT {} THEN MIN(expires_at, active_at + ?) "
                  "ELSE expires_at END) FROM sessions WHERE {}",
                  has_unfinished_jobs, is_not_final),
      idle);
  return next.step() ? next.column<std::optional<std::int64_t>>(0) : std::nullopt;
}

std::vector<Reservation> read_reservations(Connection& connection) {
  std::vector<Reservation> found;
  Statement statement = connection.query(
      fmt::format("SELECT backend_id, id FROM sessions WHERE mode = 'dedicated' AND started_at IS NOT NULL AND {} AND "
                  "status IN ('ACTIVE', 'DRAINING') ORDER BY started_at",
                  is_not_final));
  while (statement.step())
    found.push_back({.backend_id = statement.column<std::string>(0), .session_id = statement.column<std::string>(1)});
  return found;
}

}  // namespace qhub::hub
