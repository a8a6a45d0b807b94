#include "qhub/hub/http/rate_limiter.h"

#include <gtest/gtest.h>

namespace qhub::hub {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, GivesTheBurstThenTheRateToEachUserAlone) {
  RateLimiter limiter({.requests_per_second = 10, .burst = 3});
  auto now = std::chrono::steady_clock::time_point();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.take("a", now));
  EXPECT_EQ(limiter.take("a", now), 100ms);
  EXPECT_FALSE(limiter.take("b", now));
  now += 100ms;
  EXPECT_FALSE(limiter.take("a", now));
  EXPECT_TRUE(limiter.take("a", now));
  now += 1h;  // No more than the burst adds up.
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.take("a", now));
  EXPECT_TRUE(limiter.take("a", now));
}

TEST(RateLimiter, WithoutRateThereIsNoLimit) {
  RateLimiter limiter({});
  for (int i = 0; i < 10'000; ++i) EXPECT_FALSE(limiter.take("a", {}));
}

TEST(RateLimiter, ManyUsersDoNotMakeItForgetTheBusyOnes) {
  RateLimiter limiter({.requests_per_second = 1, .burst = 1});
  auto now = std::chrono::steady_clock::time_point();
  for (int i = 0; i < 9'999; ++i) EXPECT_FALSE(limiter.take(std::to_string(i), now));
  now += 2s;
  EXPECT_FALSE(limiter.take("busy", now));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(limiter.take("new" + std::to_string(i), now));
  EXPECT_TRUE(limiter.take("busy", now));
}

}  // namespace
}  // namespace qhub::hub
