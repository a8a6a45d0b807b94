#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "qhub/base/result.h"
#include "qhub/hub/service/sandbox.h"

namespace qhub::hub {

/// Warm processes that have the official Python runtime imported and fork for each execution (python_worker.py): one per
/// build of a service, in a sandbox of its own, so many at a time; the one used longest ago makes room. Thread-safe.
class PythonWorkers {
 public:
  /// \param capacity  How many are kept; 0: none, every execution starts its own interpreter.
  PythonWorkers(Sandbox const& sandbox, std::size_t capacity) : sandbox_(sandbox), capacity_(capacity) {}

  /// Starts an execution in a fork of the worker called `name`, which is started first if it is not there.
  /// \param worker   how to start the worker: mounts, user; its command is filled in here.
  /// \param python   the interpreter; it has to find qhub-commons.
  /// \param run      the execution: environment, limits and streams count. Its directory is the name of one below
  ///                 /var/runtime/executions with `input` and `output` in it.
  /// Nothing if there are no workers on this machine, or this one does not start: a fresh interpreter will tell why.
  [[nodiscard]] std::unique_ptr<RunningProgram> start(std::string const& name, Launch const& worker,
                                                      std::string const& python, Launch const& run);

  /// Starts the worker, if it is not there yet.
  void warm_up(std::string const& name, Launch const& worker, std::string const& python);

  /// Ends the workers whose names begin so, with what runs in them.
  void end(std::string const& prefix);

 private:
  struct Worker;

  /// Finds or starts a worker; null if there is none to be had.
  std::shared_ptr<Worker> worker(std::string const& name, Launch const& launch, std::string const& python);
  void forget(std::shared_ptr<Worker> const& worker);

  Sandbox const& sandbox_;
  std::size_t const capacity_;
  std::mutex mutex_;
  std::list<std::shared_ptr<Worker>> workers_;  ///< The one used last comes first.
};

}  // namespace qhub::hub
