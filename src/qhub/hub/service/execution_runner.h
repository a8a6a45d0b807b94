#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "qhub/api/json.h"
#include "qhub/base/result.h"
#include "qhub/hub/service/executions.h"
#include "qhub/hub/service/python_workers.h"
#include "qhub/hub/service/sandbox.h"
#include "qhub/hub/service/service_files.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

/// Code that can be run as a service.
struct ServiceProgram {
  std::string name;                   ///< Tells programs apart: one of the same name is the same.
  std::filesystem::path code;         ///< The directory that becomes /opt/service/user_code.
  std::optional<std::string> python;  ///< The interpreter that runs `entrypoint`; nothing: entrypoint is a file to run.
  std::vector<Mount> mounts;          ///< What the interpreter needs besides the system's programs.
  std::string entrypoint;             ///< "user_code.src.program:run", or a path below the code.
  std::map<std::string, std::string> environment;
  ResourceLimits limits;
};

/// What belongs to one execution and is not in its row.
struct ExecutionInput {
  JsonObject members;                     ///< Input files to be: without `$…` and without data pools.
  std::map<std::string, std::string> secrets = {};  ///< By the name they get behind `SECRET_`.
  std::map<std::string, Mount> pools;     ///< By parameter; the target is filled in by the runner.
};

struct ExecutionRunnerOptions {
  unsigned workers = 16;       ///< Executions at the same time.
  bool run_again = false;      ///< Whether what was running when a hub died runs again, or fails.
  std::chrono::hours retention{24 * 90};  ///< Executions that ended so long ago are removed with their files; 0: never.
  uid_t first_uid = 2'000'000'000;  ///< If the hub is root: executions run as users from here on, one per worker.
};

/// Runs PENDING executions, oldest first.
class ExecutionRunner {
 public:
  /// How to find what the row says, at the time it runs. An error is the reason for which the execution fails.
  struct Source {
    std::function<Result<ServiceProgram>(ExecutionRow const&)> program;
    std::function<Result<ExecutionInput>(ExecutionRow const&)> input;
    /// The token a running execution acts with, in an own transaction; empty: none.
    std::function<Result<std::string>(ExecutionRow const&, std::chrono::seconds lifetime)> token;
    /// Called once it has ended, with the pools it could write to.
    std::function<void(ExecutionRow const&, std::vector<std::filesystem::path> const& written)> after;
    /// Called in the transaction in which it ends, with what it was while it ran.
    std::function<void(Connection&, ExecutionRow const&)> ending;
    /// Called once its end is stored.
    std::function<void(ExecutionRow const&)> ended;
  };

  ExecutionRunner(Store& store, Sandbox const& sandbox, PythonWorkers& pythons, ServiceFiles const& files,
                  Source source, ExecutionRunnerOptions const& options);
  /// Ends what runs; it is put back, or fails, as the options say.
  ~ExecutionRunner();
  ExecutionRunner(ExecutionRunner const&) = delete;
  ExecutionRunner& operator=(ExecutionRunner const&) = delete;

  /// Deals with what a hub that died left behind, and starts the workers.
  /// \param environment  what every program gets, e.g. where this hub answers.
  void start(std::map<std::string, std::string> environment);
  /// Ends what runs, as the destructor does; nothing is started any more.
  void stop();

  /// There is a new execution.
  void submit();
  /// Tells its worker, if there is one, to stop.
  void cancel(std::string const& id);

  /// Starts the warm Python of a program, if it is one.
  void warm_up(ServiceProgram const& program, std::string const& service_id);

 private:
  struct Outcome {
    std::string status;
    std::optional<std::string> reason;
    bool put_back = false;
  };

  void work(unsigned index);
  std::optional<ExecutionRow> lease();
  void run(ExecutionRow const& execution, uid_t uid, int stop);
  Outcome perform(ExecutionRow const& execution, uid_t uid, int stop);
  Outcome execute(ExecutionRow const& execution, ServiceProgram const& program, ExecutionInput const& input, uid_t uid,
                  int stop);
  [[nodiscard]] Launch worker_launch(ServiceProgram const& program, std::string const& service_id) const;
  bool stops_within(std::chrono::milliseconds time);
  void clean_up();

  Store& store_;
  Sandbox const& sandbox_;
  PythonWorkers& pythons_;
  ServiceFiles const& files_;
  Source const source_;
  ExecutionRunnerOptions const options_;
  std::map<std::string, std::string> environment_;

  std::mutex mutex_;
  // Two, since whoever is woken for new work must be one who takes it.
  std::condition_variable has_work_;
  std::condition_variable stops_;
  bool stopping_ = false;
  bool may_have_work_ = true;
  std::map<std::string, std::shared_ptr<Descriptor>> running_;  ///< By id: what tells the worker to stop.

  std::vector<std::thread> threads_;
};

}  // namespace qhub::hub
