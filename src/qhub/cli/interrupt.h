#pragma once

#include <stop_token>
#include <thread>

namespace qhub::cli {

/// While it lives, the first Ctrl-C (or SIGTERM) is a stop request to `token()`; the next one ends the program at once.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(Interrupt const&) = delete;
  Interrupt& operator=(Interrupt const&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] bool happened() const { return source_.stop_requested(); }

 private:
  std::stop_source source_;
  std::thread listener_;
};

/// Returns after this long, or earlier if a stop is requested. Returns whether it was.
bool sleep_unless_stopped(std::stop_token const& token, long milliseconds);

}  // namespace qhub::cli
