#include "qhub/hub/run/job_watch.h"

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

namespace qhub::hub {

/// A wait that is over once, whoever ends it first.
struct JobWatch::State : std::enable_shared_from_this<JobWatch::State> {
  void finish() {
    std::function<void()> waiting;
    {
      std::scoped_lock const guard(mutex);
      is_over = true;
      waiting.swap(resume);
    }
    if (waiting) waiting();
  }
  void start(std::function<void()> waiting) {
    {
      std::scoped_lock const guard(mutex);
      if (!is_over) {
        resume = std::move(waiting);
        return;
      }
    }
    waiting();
  }

  std::mutex mutex;
  bool is_over = false;
  std::function<void()> resume;
};

JobWatch::Interest::Interest(JobWatch& watch, std::int64_t job_number)
    : watch_(watch), job_number_(job_number), state_(std::make_shared<State>()) {
  std::scoped_lock const guard(watch_.mutex_);
  if (watch_.closed_) state_->is_over = true;
  watch_.states_.emplace(job_number_, state_);
}

JobWatch::Interest::~Interest() {
  std::scoped_lock const guard(watch_.mutex_);
  auto const [begin, end] = watch_.states_.equal_range(job_number_);
  auto const own = std::find_if(begin, end, [&](auto const& entry) { return entry.second == state_; });
  watch_.states_.erase(own);
}

asio::awaitable<void> JobWatch::Interest::wait(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  timer.async_wait([state = state_](boost::system::error_code error) {
    if (!error) state->finish();
  });
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(
      // A plain pointer: GCC 12 destroys what a lambda in a co_await captures by value once too often.
      [state = state_.get()](auto handler) {
        // On a pool of threads the waiting coroutine may go on, and end, before this does.
        auto const held = state->shared_from_this();
        // std::function wants copies, which a handler does not offer.
        auto const shared = std::make_shared<decltype(handler)>(std::move(handler));
        auto const work = asio::make_work_guard(asio::get_associated_executor(*shared));
        state->start([shared, work] {
          asio::post(work.get_executor(), [shared] {
            auto resume = std::move(*shared);
            resume();
          });
        });
      },
      asio::use_awaitable);
}

void JobWatch::ended(std::int64_t job_number) {
  std::vector<std::shared_ptr<State>> waiting;
  {
    std::scoped_lock const guard(mutex_);
    auto const [begin, end] = states_.equal_range(job_number);
    for (auto entry = begin; entry != end; ++entry) waiting.push_back(entry->second);
  }
  for (auto const& state : waiting) state->finish();
}

void JobWatch::close() {
  std::vector<std::shared_ptr<State>> waiting;
  {
    std::scoped_lock const guard(mutex_);
    closed_ = true;
    for (auto const& [number, state] : states_) waiting.push_back(state);
  }
  for (auto const& state : waiting) state->finish();
}

}  // namespace qhub::hub
