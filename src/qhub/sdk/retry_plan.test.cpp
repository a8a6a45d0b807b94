#include "qhub/sdk/internal/retry_plan.h"

#include <gtest/gtest.h>

namespace qhub::sdk {
namespace {

using std::chrono::milliseconds;
RetryPlan::Now const now{std::chrono::seconds(1'700'000'000)};  // Tue, 14 Nov 2023 22:13:20 GMT

std::optional<milliseconds> first_delay(int status, Headers const& headers = {}, double jitter = 0.5) {
  return RetryPlan(2, true).after({status, &headers}, now, jitter);
}

TEST(RetryPlan, RepeatsWhatMayPassAndNothingElse) {
  for (int const status : {0, 408, 409, 429, 500, 502, 503, 599}) EXPECT_TRUE(first_delay(status)) << status;
  for (int const status : {301, 400, 401, 403, 404, 413, 422}) EXPECT_FALSE(first_delay(status)) << status;
}

TEST(RetryPlan, BacksOffExponentiallyUpToAMinuteWithTenPercentJitter) {
  RetryPlan plan(8, true);
  for (int const expected_ms : {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000})
    EXPECT_EQ(plan.after({503, nullptr}, now, 0.5), milliseconds(expected_ms));
  EXPECT_FALSE(plan.after({503, nullptr}, now, 0.5));
  EXPECT_EQ(first_delay(503, {}, 0.0), milliseconds(900));
  EXPECT_NEAR(static_cast<double>(first_delay(503, {}, 0.999999)->count()), 1100, 1);
}

TEST(RetryPlan, TheServersWishBeatsOurs) {
  EXPECT_EQ(first_delay(429, {{"Retry-After", "7"}}), milliseconds(7000));
  EXPECT_EQ(first_delay(429, {{"Retry-After", "3600"}}), milliseconds(60'000));
  EXPECT_EQ(first_delay(503, {{"Retry-After", "Tue, 14 Nov 2023 22:13:25 GMT"}}), milliseconds(5000));
  EXPECT_EQ(first_delay(429, {{"retry-after-ms", "250"}, {"Retry-After", "7"}}), milliseconds(250));
  EXPECT_EQ(first_delay(429, {{"X-RateLimit-Reset", "1700000010"}}, 0), milliseconds(10'000));
}

TEST(RetryPlan, AWishThatIsNoneIsPassedOver) {
  for (char const* value : {"0", "-3", "soon", "", "Mon, 13 Nov 2023 22:13:25 GMT", "nan"})
    EXPECT_EQ(first_delay(503, {{"Retry-After", value}}), milliseconds(1000)) << value;
}

TEST(RetryPlan, NeverRepeatsWhatMustNotBe) {
  EXPECT_FALSE(RetryPlan(5, false).after({503, nullptr}, now, 0));
}

}  // namespace
}  // namespace qhub::sdk
