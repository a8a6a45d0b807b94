#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace qhub::hub {

namespace asio = boost::asio;

/// Lets requests wait for the end of jobs. Thread-safe.
class JobWatch {
  struct State;

 public:
  /// Somebody's interest in one job, from its construction on: who registers first and looks at the job then misses
  /// nothing.
  class Interest {
   public:
    Interest(JobWatch& watch, std::int64_t job_number);
    ~Interest();
    Interest(Interest const&) = delete;
    Interest& operator=(Interest const&) = delete;

    /// Returns when the job has ended, the time has passed, or the watch is closed.
    asio::awaitable<void> wait(std::chrono::milliseconds time);

   private:
    JobWatch& watch_;
    std::int64_t job_number_;
    std::shared_ptr<State> state_;
  };

  /// Wakes who waits for this job.
  void ended(std::int64_t job_number);

  /// Wakes everybody; from now on nobody waits.
  void close();

 private:
  std::mutex mutex_;
  bool closed_ = false;
  std::unordered_multimap<std::int64_t, std::shared_ptr<State>> states_;  ///< By job number.
};

}  // namespace qhub::hub
