#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace qhub::hub {

/// How many requests one sender may send.
struct RateLimit {
  double requests_per_second = 0;  ///< On the long run; 0: without limit.
  double burst = 100;              ///< At once, after a pause.
};

/// One token bucket per sender. Thread-safe; takes nothing at all while there is no limit.
class RateLimiter {
 public:
  explicit RateLimiter(RateLimit limit) : limit_(limit) {}

  /// Takes one request off the sender's account. If it is empty: how long until it is worth asking again.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take(std::string_view sender_id,
                                                              std::chrono::steady_clock::time_point now);

 private:
  struct Bucket {
    double requests;
    std::chrono::steady_clock::time_point filled_at;
  };
  void forget_full_buckets(std::chrono::steady_clock::time_point now);
  [[nodiscard]] double content(Bucket const& bucket, std::chrono::steady_clock::time_point now) const;

  RateLimit const limit_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::size_t forget_at_ = 10'000;  ///< Number of buckets at which the full ones, which tell nothing, are dropped.
};

}  // namespace qhub::hub
