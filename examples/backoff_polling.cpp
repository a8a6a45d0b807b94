// Waiting with growing pauses, a deadline and Ctrl-C: QHUB_URL=… QHUB_TOKEN=… backoff_polling JOB
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <qhub/quantum.hpp>
#include <qhub/sdk/wait_for_job.h>
#include <thread>

int main(int argc, char** argv) try {
  if (argc != 2) return std::cerr << "usage: backoff_polling JOB\n", 2;
  sigset_t interrupt;  // a thread of its own waits for Ctrl-C, so that no signal handler has to stop anything
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, nullptr);
  std::stop_source stop;
  std::thread([stop, interrupt]() mutable {
    int signal = 0;
    sigwait(&interrupt, &signal);
    stop.request_stop();
  }).detach();

  auto const setting = [](char const* name) { return std::getenv(name) ? std::getenv(name) : ""; };
  qhub::HubQuantumClient const client({.api_key = setting("QHUB_TOKEN"), .base_url = setting("QHUB_URL") + std::string("/quantum")});
  auto const status = qhub::wait_for_job(
      client.jobs(), argv[1],
      {.first_pause = std::chrono::seconds(1), .longest_pause = std::chrono::seconds(30), .deadline = std::chrono::hours(1),
       .on_progress = [](auto const& now, auto waited) { std::cerr << now << " after " << waited.count() << " ms\n"; },
       .stop = stop.get_token()});
  std::cout << status << '\n';
} catch (qhub::CancelledError const&) {
  std::cerr << "stopped waiting; the job goes on\n";
  return 130;
} catch (qhub::TimeoutError const& error) {
  std::cerr << error.what() << '\n';
  return 1;
} catch (std::exception const& error) {
  std::cerr << "backoff_polling: " << error.what() << '\n';
  return 1;
}
