#include "qhub/hub/http/rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace qhub::hub {

double RateLimiter::content(Bucket const& bucket, std::chrono::steady_clock::time_point now) const {
  double const seconds = std::chrono::duration<double>(now - bucket.filled_at).count();
  return std::min(limit_.burst, bucket.requests + seconds * limit_.requests_per_second);
}

std::optional<std::chrono::milliseconds> RateLimiter::take(std::string_view sender_id,
                                                           std::chrono::steady_clock::time_point now) {
  if (limit_.requests_per_second <= 0) return std::nullopt;
  std::scoped_lock const guard(mutex_);
  if (buckets_.size() >= forget_at_) forget_full_buckets(now);
  Bucket& bucket = buckets_.try_emplace(std::string(sender_id), Bucket{limit_.burst, now}).first->second;
  bucket = {content(bucket, now), now};
  if (bucket.requests >= 1) {
    bucket.requests -= 1;
    return std::nullopt;
  }
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(std::ceil((1 - bucket.requests) / limit_.requests_per_second * 1000)));
}

void RateLimiter::forget_full_buckets(std::chrono::steady_clock::time_point now) {
  std::erase_if(buckets_, [&](auto const& entry) { return content(entry.second, now) >= limit_.burst; });
  forget_at_ = std::max<std::size_t>(10'000, 2 * buckets_.size());
}

}  // namespace qhub::hub
