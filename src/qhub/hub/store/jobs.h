#pragma once

#include <cstdint>
#include <functional>
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
  std::int64_t crashes = 0;  ///< Attempts in which it crashed the hub, as far as that is known.
  std::int64_t memory_bytes = 0;  ///< Predicted use of memory.
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

/// Both as they are stored, their large texts on disk already; they refer to the texts.
struct StoredInput {
  StoredText input;
  std::optional<StoredText> qasm;
};
struct StoredOutput {
  StoredText raw;
  std::optional<StoredText> normalized;
  std::optional<StoredText> memory;
};
/// Outside of any transaction, so that nobody else's write waits for a large file. Errors: write_failure().
[[nodiscard]] Result<StoredInput> keep(Blobs const& blobs, JobInput const& input);
[[nodiscard]] Result<StoredOutput> keep(Blobs const& blobs, JobOutput const& output);

/// Marks a request so that repeating it makes no second job.
struct IdempotencyKey {
  std::string key;
  std::string request_hash;  ///< Tells a repeat from another request under the same key.
};

/// Stores a new PENDING job and returns its row. If the tenant has a job under that key already, that one is returned
/// and nothing stored. Errors: unsupported if the key came with another request.
[[nodiscard]] Result<JobRow> insert_job(Connection& connection, JobRow const& job, StoredInput const& input,
                                        std::optional<IdempotencyKey> const& key);

/// Notes that a token has submitted one more job. If it had submitted `limit` since midnight, UTC, already: changes
/// nothing and returns the seconds until the next midnight.
[[nodiscard]] std::optional<std::int64_t> count_job_of_token(Connection& connection, std::string const& token_id,
                                                             std::int64_t limit, std::int64_t now);

/// Whose job to find; a job of others is like none.
struct JobQuery {
  std::string tenant_id;
  std::string id;
  std::optional<std::string> service_execution_id;  ///< If set, only a job of this service execution.
};
[[nodiscard]] std::optional<JobRow> find_job(Connection& connection, JobQuery const& query);
[[nodiscard]] JobInput read_job_input(Connection& connection, std::int64_t number);

/// A form of what came of a job.
enum class OutputForm { raw, normalized, memory };
struct FoundOutput {
  std::optional<FoundText> text;  ///< Nothing if there is no such view.
};
/// Nothing before the job is final, and for one that was cancelled.
[[nodiscard]] std::optional<FoundOutput> read_job_output(Connection& connection, std::int64_t number, OutputForm form);

/// What a list is ordered by.
struct Order {
  std::string_view column;
  bool descending = false;
};
/// The same in SQL, made total, so that nothing is on two pages or on none; without an order the newest come first.
[[nodiscard]] std::string order_clause(std::vector<Order> const& order);

struct JobSearch {
  std::string tenant_id;
  std::optional<std::string> service_execution_id;
  std::optional<std::string> session_id = {};
  std::vector<Order> order;  ///< Columns of job_sort_columns(); by default the newest first.
  std::int64_t page = 0;
  std::int64_t size = 20;
};
struct JobPage {
  std::vector<JobRow> jobs;
  std::int64_t total = 0;
};
[[nodiscard]] std::span<std::string_view const> job_sort_columns();
/// The rows of these numbers, in their order.
[[nodiscard]] std::vector<JobRow> read_jobs(Connection& connection, std::vector<std::int64_t> const& numbers);
[[nodiscard]] JobPage search_jobs(Connection& connection, JobSearch const& search);

/// Calls `visit(JobRow)` for every PENDING job, oldest first.
void for_each_pending_job(Connection& connection, std::function<void(JobRow const&)> const& visit);

/// Gives a PENDING job to a worker: RUNNING, with one more attempt. Nothing if it is not PENDING any more.
[[nodiscard]] std::optional<JobRow> lease_job(Connection& connection, std::int64_t number, std::int64_t now);

/// Ends a job that is RUNNING with status and output, or, if it became CANCELLING meanwhile, as CANCELLED without
/// output. Does nothing to one that is final already. Returns the status the job has now.
std::string finish_job(Connection& connection, std::int64_t number, std::string_view status,
                       StoredOutput const& output, std::int64_t now);

/// Puts a RUNNING job back, as if it had not been taken; a CANCELLING one becomes CANCELLED.
void return_job(Connection& connection, std::int64_t number, std::int64_t now);

/// A CANCELLING job becomes CANCELLED.
void end_cancelled_job(Connection& connection, std::int64_t number, std::int64_t now);

/// PENDING becomes CANCELLED, RUNNING becomes CANCELLING: its worker has to be told. Returns the row as it is now.
/// Errors: not_found; unsupported if the job ended in another way before.
[[nodiscard]] Result<JobRow> cancel_job(Connection& connection, JobQuery const& query, std::int64_t now);

/// After so many attempts that died with their hub a job is not tried again. Many, since a hub mostly dies of something
/// else, which an acknowledged job must outlive; not endless, so that a job that kills its hub comes to rest.
inline constexpr std::int64_t max_attempts = 100;
/// After so many attempts that certainly crashed their hub a job is not tried again.
inline constexpr std::int64_t max_crashes = 3;

/// Cleans up after a hub that ended without doing so: RUNNING jobs become PENDING, or after max_attempts or max_crashes
/// ABORTED with a reason; CANCELLING ones CANCELLED. Returns how many are PENDING again.
/// \param crashed  numbers of the jobs that crashed the hub.
std::int64_t recover_jobs(Connection& connection, std::vector<std::int64_t> const& crashed, std::int64_t now);

/// The output of a job that failed: `{"error":{"message":…,"code":…}}`, in the raw and in the normalized form.
[[nodiscard]] JobOutput failed_output(std::string_view code, std::string_view message);

}  // namespace qhub::hub
