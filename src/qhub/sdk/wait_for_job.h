#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "qhub/quantum/jobs_client.h"

namespace qhub {

struct WaitOptions {
  std::chrono::milliseconds first_pause{20};  ///< Before the second look; grows by half each time.
  std::chrono::milliseconds longest_pause{2000};
  /// Give up after this long; the job goes on. Nothing: wait for ever.
  std::optional<std::chrono::milliseconds> deadline = {};
  /// Called after each look with the status and the time waited so far.
  std::function<void(quantum::JobStatus const& status, std::chrono::milliseconds waited)> on_progress = {};
};

/// Whether a job of this status will not change any more.
bool is_final(quantum::JobStatus const& status);

/// Asks for the job's status until it is final, and returns that.
/// \throws TimeoutError when the deadline has passed; what JobsClient::get_job_status throws.
quantum::JobStatus wait_for_job(quantum::JobsClient const& jobs, std::string_view id, WaitOptions const& options = {});

}  // namespace qhub
