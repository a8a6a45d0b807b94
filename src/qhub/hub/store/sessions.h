#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/jobs.h"
#include "qhub/hub/store/sqlite.h"

/// Sessions in the database: frames for jobs of one backend. Every function runs inside a transaction of its caller.
///
/// A session is OPEN until its first job starts; then ACTIVE while it has work and INACTIVE when it has been idle for a
/// while; DRAINING when it finishes what it has and takes no more; at last CLOSED. Time alone moves sessions on, too:
/// settle_sessions() does that.
namespace qhub::hub {

/// A row of the table, and what its jobs add up to. Times are microseconds since 1970, UTC; JSON is text.
struct SessionRow {
  std::int64_t number = 0;
  std::string id;
  std::string tenant_id;
  std::string user_id;
  std::optional<std::string> service_execution_id;
  std::string backend_id;
  std::string provider;
  std::string mode;  ///< "batch" or "dedicated".
  std::string status = "OPEN";
  std::int64_t ttl = 0;  ///< Seconds from its first job on, or, without one, from its creation on.
  std::optional<std::string> metadata;
  std::optional<std::string> sdk_provider;
  std::int64_t created_at = 0;
  std::optional<std::int64_t> started_at;
  std::int64_t expires_at = 0;
  std::optional<std::int64_t> closed_at;

  std::int64_t job_count = 0;
  std::int64_t usage = 0;   ///< Microseconds that its jobs ran.
  std::string tags = "[]";  ///< JSON, the union of its jobs'.

  [[nodiscard]] bool is_final() const { return status == "CLOSED" || status == "ABORTED" || status == "DETACHED"; }
};

void insert_session(Connection& connection, SessionRow const& session);

/// Whose session to find; one of others is like none.
struct SessionQuery {
  std::string tenant_id;
  std::string id;
  std::optional<std::string> service_execution_id;  ///< If set, only a session of this service execution.
};
[[nodiscard]] std::optional<SessionRow> find_session(Connection& connection, SessionQuery const& query);

/// The rows of these numbers, in their order.
[[nodiscard]] std::vector<SessionRow> read_sessions(Connection& connection, std::vector<std::int64_t> const& numbers);

/// Lets a session take jobs or not; one without unfinished jobs that may take none any more is CLOSED. Returns the row
/// as it is now. Errors: not_found; unsupported if the session is final.
[[nodiscard]] Result<SessionRow> set_accepts_jobs(Connection& connection, SessionQuery const& query, bool accepts,
                                                  std::int64_t now);

/// Ends a session: it takes no more jobs, and those it has run as jobs without session do. Closing a final session
/// changes nothing. Errors: not_found.
[[nodiscard]] Result<void> close_session(Connection& connection, SessionQuery const& query, std::int64_t now);

/// Whether the job may join the session it names. Errors: not_found; unsupported, naming the field, for a session of
/// another backend or one that takes no jobs.
[[nodiscard]] Result<void> check_session_of(Connection& connection, JobRow const& job, std::int64_t now);

/// Tells a session that one of its jobs starts or has ended.
void session_job_started(Connection& connection, std::string const& session_id, std::int64_t now);
void session_job_ended(Connection& connection, std::string const& session_id, std::int64_t now);

/// Moves every session to where time and its jobs have taken it: CLOSED after its lifetime or when drained, INACTIVE
/// after `idle` microseconds without work. Returns when the next one will move by time alone, if any will.
[[nodiscard]] std::optional<std::int64_t> settle_sessions(Connection& connection, std::int64_t now, std::int64_t idle);

/// Which session has a backend to itself.
struct Reservation {
  std::string backend_id;
  std::string session_id;
};
/// The dedicated sessions that run, oldest first.
[[nodiscard]] std::vector<Reservation> read_reservations(Connection& connection);

}  // namespace qhub::hub
