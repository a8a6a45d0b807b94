#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "qhub/hub/resource/resource.h"
#include "qhub/hub/resource/transaction.h"
#include "qhub/hub/service/executions.h"
#include "qhub/hub/service/service_files.h"
#include "qhub/hub/service/services.h"
#include "qhub/hub/workflow/run.h"
#include "qhub/platform/models.h"

namespace qhub::hub {

/// Walks the executions of workflow services: starts the services of their service tasks, asks users, and goes on when
/// either has answered. All of it is in the database, so that a hub which starts again goes on where the last one was.
class WorkflowEngine {
 public:
  /// How services are run, seen from here.
  struct Services {
    /// Starts a service as the execution of that id, on behalf of the principal; twice is the same as once.
    std::function<Result<ExecutionRow>(std::string id, Principal const&, ServiceRow const&, JsonObject input)> start;
    std::function<Result<ExecutionRow>(std::string id)> cancel;
  };

  WorkflowEngine(Store& store, ServiceFiles const& files, Services services);
  /// Stops walking; nothing is lost.
  ~WorkflowEngine();
  WorkflowEngine(WorkflowEngine const&) = delete;
  WorkflowEngine& operator=(WorkflowEngine const&) = delete;

  /// Goes on with what an earlier hub has left, and begins to walk.
  void start();
  /// Ends the thread that walks; wake() may still be called.
  void stop();

  /// The execution of a workflow has been stored.
  void begun(std::string const& execution_id);
  /// Something has happened to an execution or a task of it; of others than workflows nothing comes.
  void wake(std::string const& execution_id);

 private:
  struct State;
  /// What a pass has found out, to be stored together.
  struct Step;

  void walk_all(std::stop_token stop);
  void advance(std::string const& execution_id);
  void note_what_ended(State& state, Process const& process, Step& step);
  void start_tasks(State& state, Process const& process, Step& step);
  Result<ExecutionRow> start_service(State const& state, Process::Node const& node, std::string const& activity_id);
  void store(State const& state, Step const& step);

  Store& store_;
  ServiceFiles const& files_;
  Services const services_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::string> active_;  ///< Executions of workflows that have not ended.
  std::set<std::string> due_;     ///< Those of them to look at.
  std::jthread thread_;
};

/// Whether a model can be walked here: read() of it, and every service and every person that it names are there for the
/// tenant whose workflow it is. Errors: those of Process::read(); invalid_argument.
[[nodiscard]] Result<Process> check_model(Transaction& tx, Resource const& service, std::string_view model);

/// Stores a workflow's execution with its run, which begins. Errors: unsupported if no model is deployed; conflict for
/// workflows that start each other without end.
[[nodiscard]] Result<void> begin_workflow(Connection& connection, ExecutionRow& execution, JsonObject const& input);

/// A user's answer to a task; returns the execution that waited for it. Errors: not_found for a task that is not the
/// caller's; conflict if it was answered or the workflow has ended; unsupported if the value is not what is asked for.
[[nodiscard]] Result<std::string> respond(Transaction& tx, std::string const& task_id, std::optional<Json> const& value);

/// How a workflow's execution stands, as the API shows it, and the model it walks through; nothing for executions of
/// other services.
[[nodiscard]] std::optional<platform::WorkflowServiceExecutionDto> workflow_execution(Transaction& tx,
                                                                                      ExecutionRow const& execution);

/// The name under which the deployed model of a service is attached to it.
inline constexpr std::string_view deployed_model = "deployed-model";

}  // namespace qhub::hub
