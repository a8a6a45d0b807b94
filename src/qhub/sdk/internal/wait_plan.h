#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "qhub/sdk/client_options.h"
#include "qhub/sdk/wait_options.h"

namespace qhub::sdk {

/// Says when to look at a job again. Without clock or thread, like RetryPlan; shared by both kinds of clients.
class WaitPlan {
 public:
  using Time = std::chrono::steady_clock::time_point;

  WaitPlan(std::string id, WaitOptions options, Time start);

  /// Of the next look.
  RequestOptions request_options(Time now) const;

  /// After a look: the pause before the next one, or nothing if the status is final.
  /// \param headers  of the answer; tell whether the server waits itself.
  /// \param jitter   uniform in [0, 1).
  /// \throws TimeoutError when the deadline has passed.
  std::optional<std::chrono::milliseconds> after(quantum::JobStatus const& status, Headers const& headers, Time now,
                                                 double jitter);

  WaitOptions const& options() const { return options_; }

 private:
  std::string const id_;
  WaitOptions const options_;
  Time const start_;
  std::chrono::milliseconds pause_;
  std::chrono::milliseconds last_look_{0};  ///< Since `start_`.
};

}  // namespace qhub::sdk
