#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/sqlite.h"

/// Jobs in the database. Every function runs inside a transaction of its caller.
///
/// A job is PENDING until a worker takes it; RUNNING, and perhaps CANCELLING, while one works on it; then it has one
/// final status and one result, written together. A hub that dies leaves its jobs RUNNING: the next one puts them back.
namespace qhub::hub {

/// A row of the table; the columns of that name. Times are microseconds since 1970, UTC; JSON is text.
struct JobRow {
  std::int64_t number = 0;
  std::string id;
  std::string tenant_id;
  std::string user_id;
  std::optional<std::string> service_execution_id;
  std::optional<std::string> session_id;
  std::string backend_id;
  std::string provider;
  std::optional<std::string> name;
  std::int64_t shots = 0;            ///< Of all circuits together.
  std::int64_t requested_shots = 0;  ///< As the request has it: of each circuit, or of all.
  std::optional<std::string> input_format;
  std::optional<std::string> input_params;
  std::optional<std::string> tags;
  std::optional<std::string> sdk_provider;
  std::string status = "PENDING";
  std::int64_t attempts = 0;
  std::int64_t created_at = 0;
  std::optional<std::int64_t> started_at;
  std::optional<std::int64_t> ended_at;

  [[nodiscard]] bool is_final() const { return status != "PENDING" && status != "RUNNING" && status != "CANCELLING"; }
};

/// What to run: JSON texts.
struct JobInput {
  std::string input;
  std::optional<std::string> qasm;
};

/// What came of it: JSON texts.
struct JobOutput {
  std::string raw;                        ///< In the backend's own format.
  std::optional<std::string> normalized;  ///< Nothing if there is no such view.
  std::optional<std::string> memory;      ///< Nothing if there is no such view.
};

/// Marks a request so that repeating it makes no second job.
struct IdempotencyKey {
  std::string key;
  std::string request_hash;  ///< Tells a repeat from another request under the same key.
};

/// Stores a new PENDING job and returns its row. If the tenant has a job under that key already, that one is returned
/// and nothing stored. Errors: unsupported if the key came with another request.
[[nodiscard]] Result<JobRow> insert_job(Connection& connection, JobRow const& job, JobInput const& input,
                                        std::optional<IdempotencyKey> const& key);

/// Whose job to find; a job of others is like none.
struct JobQuery {
  std::string tenant_id;
  std::string id;
  std::optional<std::string> service_execution_id;  ///< If set, only a job of this service execution.
};
[[nodiscard]] std::optional<JobRow> find_job(Connection& connection, JobQuery const& query);
[[nodiscard]] JobInput read_job_input(Connection& connection, std::int64_t number);
/// Nothing before the job is final, and for one that was cancelled.
[[nodiscard]] std::optional<JobOutput> read_job_output(Connection& connection, std::int64_t number);

struct JobSearch {
  struct Order {
    std::string_view column;  ///< One of job_sort_columns().
    bool descending = false;
  };
  std::string tenant_id;
  std::optional<std::string> service_execution_id;
  std::vector<Order> order;  ///< By default the newest first.
  std::int64_t page = 0;
  std::int64_t size = 20;
};
struct JobPage {
  std::vector<JobRow> jobs;
  std::int64_t total = 0;
};
[[nodiscard]] std::span<std::string_view const> job_sort_columns();
[[nodiscard]] JobPage search_jobs(Connection& connection, JobSearch const& search);

/// Jobs of the backend that are not final.
[[nodiscard]] std::int64_t count_unfinished_jobs(Connection& connection, std::string const& backend_id);

/// Mean wait of the backend's last 20 jobs, in seconds; 0 before the first.
[[nodiscard]] std::int64_t average_queue_seconds(Connection& connection, std::string const& backend_id);

/// Gives the oldest PENDING job to a worker: RUNNING, with one more attempt.
[[nodiscard]] std::optional<JobRow> lease_job(Connection& connection, std::int64_t now);

/// Ends a job that is RUNNING with status and output, or, if it became CANCELLING meanwhile, as CANCELLED without
/// output. Does nothing to one that is final already. Returns the status the job has now.
std::string finish_job(Connection& connection, std::int64_t number, std::string_view status, JobOutput const& output,
                       std::int64_t now);

/// Puts a RUNNING job back, as if it had not been taken; a CANCELLING one becomes CANCELLED.
void return_job(Connection& connection, std::int64_t number, std::int64_t now);

/// PENDING becomes CANCELLED, RUNNING becomes CANCELLING: its worker has to be told. Returns the row as it is now.
/// Errors: not_found; unsupported if the job ended in another way before.
[[nodiscard]] Result<JobRow> cancel_job(Connection& connection, JobQuery const& query, std::int64_t now);

/// After so many attempts that died with their hub a job is not tried again. Many, since a hub mostly dies of something
/// else, which an acknowledged job must outlive; not endless, so that a job that kills its hub comes to rest.
inline constexpr std::int64_t max_attempts = 100;

/// Cleans up after a hub that ended without doing so: RUNNING jobs become PENDING, or after max_attempts ABORTED with a
/// reason; CANCELLING ones CANCELLED. Returns how many are PENDING again.
std::int64_t recover_jobs(Connection& connection, std::int64_t now);

/// The output of a job that failed: `{"error":{"message":…,"code":…}}`, in the raw and in the normalized form.
[[nodiscard]] JobOutput failed_output(std::string_view code, std::string_view message);

}  // namespace qhub::hub
