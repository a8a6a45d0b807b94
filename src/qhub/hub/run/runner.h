#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/run/job_watch.h"
#include "qhub/hub/run/queue.h"
#include "qhub/hub/store/jobs.h"
#include "qhub/hub/store/store.h"
#include "qhub/sim/engine.h"

namespace qhub::hub {

struct RunnerOptions {
  unsigned workers = 1;  ///< Jobs that run at the same time; each may use every processor.
  Queue::Limits queue = {};
  std::chrono::milliseconds job_time_limit = std::chrono::hours(24);
  std::chrono::milliseconds session_idle_time = std::chrono::minutes(1);  ///< After it a session is INACTIVE.
  std::filesystem::path crash_note;  ///< File for leave_crash_notes(); empty: none.
  /// Called in the transaction in which a job is COMPLETED.
  std::function<void(Connection&, JobRow const&)> completed = {};
};

/// Does the work of one job on a worker's thread. Error: cancelled, if it was told to stop; any other kind is the
/// reason for which the job failed, for its owner to read.
using Execute = std::function<Result<JobOutput>(JobRow const& job, JobInput const& input, sim::Progress const& progress,
                                                std::stop_token stop)>;

/// Runs the PENDING jobs of the store, in the order of Queue.
class Runner {
 public:
  /// Puts jobs of a hub that died back into the queue, and starts the workers. The store must outlive the runner.
  Runner(Store& store, Execute execute, RunnerOptions const& options);

  /// Tells running jobs to stop, and puts them back into the queue.
  ~Runner();
  Runner(Runner const&) = delete;
  Runner& operator=(Runner const&) = delete;

  /// A place in the queue, for a job that is about to be stored; given back unless the job takes it.
  class Place {
   public:
    Place(Place&& other) noexcept;
    Place& operator=(Place&&) = delete;
    ~Place();

    /// The job is stored and waits from now on.
    void take(JobRow const& job);

   private:
    friend class Runner;
    Place(Runner& runner, std::string backend_id, std::string tenant_id);

    Runner* runner_;  ///< Null once taken.
    std::string backend_id_;
    std::string tenant_id_;
  };
  /// Errors: those of Queue::claim().
  [[nodiscard]] Result<Place> claim(std::string const& backend_id, std::string const& tenant_id);

  /// A job was cancelled: it waits no more, or its worker is told to stop.
  void cancel(std::int64_t job_number);

  /// Sessions were opened, closed or told what to accept.
  void sessions_changed();

  /// Where requests wait for the end of jobs.
  [[nodiscard]] JobWatch& watch() { return watch_; }

  /// Jobs that wait for this backend.
  [[nodiscard]] std::int64_t waiting(std::string const& backend_id);
  /// Mean wait of the last 20 jobs that this process started on the backend; 0 before the first.
  [[nodiscard]] std::chrono::microseconds mean_wait(std::string const& backend_id);
  /// Share of the work done, from 0 to 1, of a job that runs now.
  [[nodiscard]] std::optional<double> progress(std::int64_t job_number);

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::stop_source stop;
    Clock::time_point deadline;
    std::optional<Clock::time_point> given_up_at = {};  ///< Cancelled, and ended then in any case.
    std::atomic<bool> is_late = false;
    std::atomic<double> progress = 0;
  };
  struct Waits {
    std::array<std::chrono::microseconds, 20> last{};
    std::size_t count = 0;
  };

  void recover(std::filesystem::path const& crash_note);
  void work();
  void run(Queue::Entry const& entry, Running& running);
  /// Starts the job in the database; nothing if it is not PENDING any more, or if the runner stops.
  std::optional<JobRow> start(Queue::Entry const& entry);
  void finish(JobRow const& job, Result<JobOutput> const& output);
  /// Ends cancelled jobs whose workers have not come to notice it: nobody waits for them any more.
  void give_up(std::vector<std::int64_t> const& job_numbers);
  void keep_time();
  /// Moves sessions on in the database; returns when to do so again.
  std::optional<Clock::time_point> settle();
  void set_reservations(std::vector<Reservation> const& reservations);
  /// Waits; true at once when the runner stops.
  bool stops_within(std::chrono::milliseconds time);

  Store& store_;
  Execute const execute_;
  RunnerOptions const options_;
  JobWatch watch_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable time_changed_;
  bool stopping_ = false;
  bool sessions_changed_ = true;
  Queue queue_;
  std::map<std::int64_t, std::shared_ptr<Running>> running_;  ///< By job number.
  std::unordered_map<std::string, Waits> waits_;              ///< By backend.

  std::vector<std::thread> workers_;
  std::thread timekeeper_;
};

}  // namespace qhub::hub
