#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/jobs.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {

struct RunnerOptions {
  unsigned workers = 1;  ///< Jobs that run at the same time; each may use every processor.
};

/// Does the work of one job on a worker's thread. Error: cancelled, if it was told to stop; any other kind is the
/// reason for which the job failed, for its owner to read.
using Execute = std::function<Result<JobOutput>(JobRow const& job, JobInput const& input, std::stop_token stop)>;

/// Takes PENDING jobs from the store, oldest first, and runs them.
class Runner {
 public:
  /// Puts jobs of a hub that died back into the queue, and starts the workers. The store must outlive the runner.
  Runner(Store& store, Execute execute, RunnerOptions const& options);

  /// Tells running jobs to stop, and puts them back into the queue.
  ~Runner();
  Runner(Runner const&) = delete;
  Runner& operator=(Runner const&) = delete;

  /// There is a new job.
  void wake();

  /// Tells the worker of this job, if there is one, to stop.
  void cancel(std::int64_t job_number);

 private:
  void work();
  std::optional<JobRow> lease();
  /// Waits; true at once when the runner stops.
  bool stops_within(std::chrono::milliseconds time);
  void run(JobRow const& job, std::stop_token stop);

  Store& store_;
  Execute const execute_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool may_have_work_ = true;
  std::map<std::int64_t, std::stop_source> running_;  ///< By job number.

  std::vector<std::thread> workers_;
};

}  // namespace qhub::hub
