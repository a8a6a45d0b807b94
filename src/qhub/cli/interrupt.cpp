#include "qhub/cli/interrupt.h"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <initializer_list>
#include <mutex>

namespace qhub::cli {
namespace {

sigset_t signals(std::initializer_list<int> numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (int const number : numbers) sigaddset(&set, number);
  return set;
}

}  // namespace

// The signals are blocked here and, by inheritance, in every thread that is started from here on; the listener alone
// takes them. SIGUSR1 tells it that nobody waits any more.
Interrupt::Interrupt() {
  sigset_t const all = signals({SIGINT, SIGTERM, SIGUSR1});
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  listener_ = std::thread([this, all] {
    int signal = 0;
    sigwait(&all, &signal);
    if (signal == SIGUSR1) return;
    source_.request_stop();
    sigset_t const next = signals({SIGINT, SIGTERM}), end = signals({SIGUSR1});
    pthread_sigmask(SIG_UNBLOCK, &next, nullptr);  // their usual effect: the program ends
    sigwait(&end, &signal);
  });
}

Interrupt::~Interrupt() {
  pthread_kill(listener_.native_handle(), SIGUSR1);
  listener_.join();
  sigset_t const all = signals({SIGINT, SIGTERM, SIGUSR1});
  pthread_sigmask(SIG_UNBLOCK, &all, nullptr);
}

bool sleep_unless_stopped(std::stop_token const& token, long milliseconds) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  return changed.wait_for(lock, token, std::chrono::milliseconds(milliseconds), [&] { return token.stop_requested(); });
}

}  // namespace qhub::cli
