#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "qhub/hub/workflow/process.h"

namespace qhub::hub {

/// A walk through a process, as plain data: it is told what ended and says what is to begin. It holds neither clock nor
/// database, so that all of it can be stored after each step and be taken up by another hub.
class WorkflowRun {
 public:
  struct Activity {
    std::string id;  ///< Unique within the run.
    std::string node_id;
    std::string state;  ///< RUNNING, COMPLETED or FAILED
    std::int64_t started_at = 0;
    std::optional<std::int64_t> ended_at;
    std::optional<std::string> service_execution_id;  ///< Of a service task, once it was started.
    std::optional<std::string> failure;
  };

  /// Begins at the start event.
  [[nodiscard]] static WorkflowRun start(Process const& process, JsonObject variables, std::int64_t now);

  /// A service or user task has ended. What it gave is the variable of the task's id. Errors: not_found if there is no
  /// such activity; conflict if it has ended before.
  [[nodiscard]] Result<void> complete(Process const& process, std::string_view activity_id, Json result,
                                      std::int64_t now);
  /// A task has failed, and with it the run. Errors: those of complete().
  [[nodiscard]] Result<void> fail(std::string_view activity_id, std::string message, std::int64_t now);
  /// Nothing more is walked.
  void cancel(std::int64_t now);
  void set_service_execution(std::string_view activity_id, std::string execution_id);

  /// Tasks that wait for their service or their user.
  [[nodiscard]] std::vector<Activity> waiting() const;

  [[nodiscard]] std::string const& status() const { return status_; }  ///< RUNNING, SUCCEEDED, FAILED or CANCELLED
  [[nodiscard]] bool is_running() const { return status_ == "RUNNING"; }
  [[nodiscard]] std::optional<std::string> const& failure() const { return failure_; }  ///< Why it FAILED.
  [[nodiscard]] JsonObject const& variables() const { return variables_; }
  [[nodiscard]] std::vector<Activity> const& activities() const { return activities_; }

  [[nodiscard]] JsonObject to_document() const;
  [[nodiscard]] static WorkflowRun from_document(JsonObject const& document);

 private:
  /// A token on its way to a node.
  struct Token {
    std::string flow_id;  ///< By which it comes; empty: the start.
    std::string node_id;
  };

  /// Lets tokens walk until each waits for a task or for others, or has ended.
  void walk(Process const& process, std::vector<Token> moving, std::int64_t now);
  /// Whether a token that comes by that flow goes on: at a parallel gateway, once one has come by each.
  bool passes(Process::Node const& node, std::string const& flow_id);
  /// Where a token goes from a node: to one target, from a parallel gateway to each, from an end to none.
  std::vector<Token> leave(Process::Node const& node, std::int64_t now);
  Result<Activity*> running(std::string_view activity_id);
  void stop(std::string status, std::optional<std::string> failure, std::int64_t now);

  std::string status_ = "RUNNING";
  std::optional<std::string> failure_;
  JsonObject variables_;
  std::vector<Activity> activities_;
  std::map<std::string, std::size_t> arrived_;  ///< Tokens that wait at parallel gateways, by flow.
};

}  // namespace qhub::hub
