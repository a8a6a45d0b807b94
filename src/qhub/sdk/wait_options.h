#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

#include "qhub/quantum/models.h"

namespace qhub {

/// How to wait for a job.
struct WaitOptions {
  std::chrono::milliseconds first_pause{20};      ///< Before the second look; grows by half each time.
  std::chrono::milliseconds longest_pause{2000};  ///< It grows no further than this.
  /// Each pause is lengthened by up to this part of itself, at random, so that many who wait do not look all at once.
  double jitter = 0.1;
  /// Asks the server to keep each look until the job's status changes, at most this long (`Prefer: wait`, RFC 7240). A
  /// server that does so is asked again without a pause; of others it costs nothing. Zero: do not ask.
  std::chrono::seconds long_poll{10};
  /// Give up after this long; the job goes on. Nothing: wait for ever.
  std::optional<std::chrono::milliseconds> deadline = {};
  /// Called after each look with the status and the time waited so far.
  std::function<void(quantum::JobStatus const& status, std::chrono::milliseconds waited)> on_progress = {};
  /// Ends the waiting, not the job, at once.
  std::stop_token stop = {};
};

/// Whether a job of this status will not change any more.
bool is_final(quantum::JobStatus const& status);

}  // namespace qhub
