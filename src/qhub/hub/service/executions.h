#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/sqlite.h"

/// Service executions in the database. Every function runs inside a transaction of its caller.
///
/// An execution is PENDING until a worker takes it, then RUNNING, then SUCCEEDED, FAILED or CANCELLED, once and for all.
/// A hub that dies leaves executions RUNNING: recover_executions() of the next one ends them or puts them back.
namespace qhub::hub {

/// A row of the table. Times are microseconds since 1970, UTC.
struct ExecutionRow {
  std::int64_t number = 0;  ///< Order of arrival.
  std::string id;
  std::string service_id;
  std::string tenant_id;           ///< Of the caller: who sees input and results.
  std::string tenant_kind;         ///< USER or ORGANIZATION
  std::string provider_tenant_id;  ///< Of the service: who may look at metrics.
  std::string user_id;             ///< Who acts in the caller's tenant.
  std::optional<std::string> application_id;  ///< Whose gateway token called; none for a test run by the provider.
  std::optional<std::string> parent_id;       ///< The execution that started this one.
  std::string type = "MANAGED";  ///< Or WORKFLOW, which no worker takes.
  std::string status = "PENDING";
  std::vector<std::string> tags;  ///< Lower case.
  bool store_input = false;       ///< Whether the input outlives the run.
  bool has_secrets = false;       ///< They are kept, sealed, until it has ended.
  bool is_cancelling = false;     ///< RUNNING, but told to stop.
  std::int64_t attempts = 0;
  std::optional<std::string> reason;  ///< Why it failed, if the hub ended it.
  std::int64_t created_at = 0;
  std::optional<std::int64_t> started_at;
  std::optional<std::int64_t> ended_at;
  std::optional<std::int64_t> used_seconds = {};  ///< Begun ones that it ran; nothing where they are not charged.

  [[nodiscard]] bool is_final() const { return status != "PENDING" && status != "RUNNING"; }
};

/// Stores a new execution with its input, JSON of an object without `$…` members, and gives it its number.
/// \param sealed_secrets  as a Vault gave them; counts if `has_secrets`.
void insert_execution(Connection& connection, ExecutionRow& execution, std::string const& input,
                      std::string const& sealed_secrets = {});
[[nodiscard]] std::optional<ExecutionRow> find_execution(Connection& connection, std::string_view id);
/// Nothing after the end, unless it was to be stored.
[[nodiscard]] std::optional<std::string> read_execution_input(Connection& connection, std::int64_t number);
/// As they were stored; nothing if there are none, or not any more.
[[nodiscard]] std::optional<std::string> read_sealed_secrets(Connection& connection, std::int64_t number);

struct ExecutionOrder {
  std::string_view column;  ///< Of the table; checked against a list by the caller.
  bool descending = false;
};
struct ExecutionSearch {
  std::optional<std::string> tenant_id = {};
  std::optional<std::string> service_id = {};
  std::optional<std::string> application_id = {};
  bool only_jobs = false;  ///< Those without application.
  std::optional<std::int64_t> created_after = {}, created_before = {};
  std::vector<std::string> tags = {};      ///< Any of them.
  std::vector<std::string> ids = {};       ///< Any of them; `*` stands for any text.
  std::vector<ExecutionOrder> order = {};  ///< By default the newest first.
  std::int64_t offset = 0;
  std::int64_t limit = -1;  ///< Negative: all.
};
struct ExecutionPage {
  std::vector<ExecutionRow> executions;
  std::int64_t total = 0;  ///< Only counted if there is a limit.
};
[[nodiscard]] ExecutionPage search_executions(Connection& connection, ExecutionSearch const& search);

/// An execution and all it started, directly or not, the oldest first; at most `limit`, those near the root.
[[nodiscard]] std::vector<ExecutionRow> execution_tree(Connection& connection, std::string_view id, std::int64_t limit);

struct ExecutionCounts {
  std::int64_t total = 0;
  std::int64_t since = 0;  ///< Created at or after the moment given.
};
[[nodiscard]] ExecutionCounts count_executions(Connection& connection, std::string_view service_id, std::int64_t from,
                                               std::int64_t to);

/// Gives the oldest PENDING execution to a worker.
[[nodiscard]] std::optional<ExecutionRow> lease_execution(Connection& connection, std::int64_t now);

/// Ends an execution that is RUNNING; CANCELLED, whatever `status` says, if it was told to stop. Returns its status. What
/// it used counts among what its tenant used.
std::string finish_execution(Connection& connection, std::int64_t number, std::string_view status,
                             std::optional<std::string> const& reason, std::int64_t now);

/// PENDING becomes CANCELLED; RUNNING is marked: its worker has to be told. Returns the row as it is now.
[[nodiscard]] std::optional<ExecutionRow> cancel_execution(Connection& connection, std::string_view id,
                                                           std::int64_t now);

/// Cleans up after a hub that died: executions told to stop are CANCELLED, other RUNNING ones FAILED with a reason or,
/// if `run_again`, PENDING, at most three times each. Those that a workflow waits for run again in any case, and
/// workflows go on where they were; PENDING ones whose secrets are gone are FAILED. Returns the ids of
/// those that ended.
std::vector<std::string> recover_executions(Connection& connection, bool run_again, std::int64_t now);

/// Puts a RUNNING execution back, as if it had not been taken.
void return_execution(Connection& connection, std::int64_t number);

/// Removes executions that ended before the moment and returns their ids; at most 1,000 at a time.
std::vector<std::string> delete_executions_before(Connection& connection, std::int64_t ended_before);

}  // namespace qhub::hub
