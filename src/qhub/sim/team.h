#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

namespace qhub::sim {

/// Threads that share work, the calling one among them. The others start when there is something to share for the first
/// time and sleep in between.
///
/// Not OpenMP: its threads spin while they wait, which slows everybody down where processors are shared, and race
/// detectors do not understand them.
class Team {
 public:
  /// \param threads  0: one per processor. At most 512 are used, and fewer if the system has no more.
  /// \param stop     after a request, work that has not begun is left out.
  explicit Team(unsigned threads, std::stop_token stop = {});
  ~Team();
  Team(Team const&) = delete;
  Team& operator=(Team const&) = delete;

  [[nodiscard]] unsigned size() const { return size_; }
  [[nodiscard]] bool stopped() const { return stop_.stop_requested(); }
  [[nodiscard]] std::stop_token const& stop_token() const { return stop_; }

  /// Calls body(i, worker) for each i below count, worker < size() being the number of the thread. Which thread does
  /// what is up to chance, so that one which the system has set aside holds up little. `body` must not throw.
  void for_each(std::size_t count, std::function<void(std::size_t, unsigned)> const& body);

 private:
  void start();
  void work(unsigned worker);
  void share(unsigned worker);

  unsigned const size_;
  std::stop_token const stop_;
  std::vector<std::thread> threads_;
  std::function<void(std::size_t, unsigned)> const* body_ = nullptr;
  std::size_t count_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::uint32_t> round_ = 0;  ///< Of for_each(); the threads wait for it to change.
  std::atomic<std::uint32_t> busy_ = 0;   ///< Threads that have not finished this round.
  bool ending_ = false;
};

}  // namespace qhub::sim
