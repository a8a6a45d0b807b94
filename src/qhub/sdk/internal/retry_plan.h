#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "qhub/sdk/http.h"

namespace qhub::sdk {

/// How an attempt ended.
struct Attempt {
  int status = 0;                    ///< 0 if no answer came.
  Headers const* headers = nullptr;  ///< Of the answer.
};

/// Says whether to repeat a call and after what delay. Holds no clock, socket or random source: the caller passes those
/// in, so that a test covers an hour of backoff in a microsecond.
class RetryPlan {
 public:
  using Now = std::chrono::system_clock::time_point;

  RetryPlan(int max_retries, bool repeatable) : left_(repeatable ? max_retries : 0) {}

  /// The delay before the next attempt, or nothing if the last answer stands.
  ///
  /// `retry-after-ms`, then `Retry-After` (seconds or an HTTP date), then `X-RateLimit-Reset` (epoch seconds, times
  /// 1 to 1.2) beat our own backoff of 1 s, 2 s, 4 s … times 0.9 to 1.1. Never above 60 s.
  /// \param jitter  uniform in [0, 1).
  std::optional<std::chrono::milliseconds> after(Attempt const& attempt, Now now, double jitter);

 private:
  int left_;
  int made_ = 0;
};

}  // namespace qhub::sdk
