#include "qhub/sim/team.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace qhub::sim {
namespace {

/// More than any machine has processors to use on one state.
constexpr unsigned most_threads = 512;

}  // namespace

Team::Team(unsigned threads, std::stop_token stop)
    : size_(std::min(most_threads, threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency()))),
      stop_(std::move(stop)) {}

Team::~Team() {
  ending_ = true;
  ++round_;
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::for_each(std::size_t count, std::function<void(std::size_t, unsigned)> const& body) {
  if (size_ == 1 || count < 2) {
    for (std::size_t i = 0; i < count && !stopped(); ++i) body(i, 0);
    return;
  }
  if (threads_.empty()) start();
  body_ = &body;
  count_ = count;
  next_ = 0;
  busy_ = static_cast<std::uint32_t>(threads_.size());
  ++round_;
  round_.notify_all();
  share(0);
  for (std::uint32_t busy = busy_; busy != 0; busy = busy_) busy_.wait(busy);
}

void Team::start() {
  try {
    for (unsigned worker = 1; worker < size_; ++worker) threads_.emplace_back([this, worker] { work(worker); });
  } catch (std::system_error const&) {
    // The system has no more threads: fewer do the work.
  }
}

void Team::work(unsigned worker) {
  for (std::uint32_t seen = 0;; ++seen) {
    round_.wait(seen);
    if (ending_) return;
    share(worker);
    if (--busy_ == 0) busy_.notify_one();
  }
}

void Team::share(unsigned worker) {
  for (std::size_t i = next_++; i < count_ && !stopped(); i = next_++) (*body_)(i, worker);
}

}  // namespace qhub::sim
