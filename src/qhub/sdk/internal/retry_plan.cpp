#include "qhub/sdk/internal/retry_plan.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace qhub::sdk {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds longest{60'000};

std::optional<double> positive_number(std::optional<std::string_view> text) {
  double value = 0;
  if (!text) return std::nullopt;
  auto const [end, status] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (status != std::errc{} || end != text->data() + text->size() || !(value > 0) || !std::isfinite(value))
    return std::nullopt;
  return value;
}

milliseconds capped(double wanted_ms) {
  return milliseconds(static_cast<std::int64_t>(std::clamp(wanted_ms, 0.0, static_cast<double>(longest.count()))));
}

double epoch_ms(RetryPlan::Now now) {
  return std::chrono::duration<double, std::milli>(now.time_since_epoch()).count();
}

std::optional<milliseconds> asked_by_server(Headers const& headers, RetryPlan::Now now, double jitter) {
  if (auto const wait_ms = positive_number(headers.find("retry-after-ms"))) return capped(*wait_ms);
  if (auto const text = headers.find("retry-after")) {
    if (auto const seconds = positive_number(text)) return capped(*seconds * 1000);
    std::time_t const date = curl_getdate(std::string(*text).c_str(), nullptr);
    double const wait_ms = static_cast<double>(date) * 1000 - epoch_ms(now);
    if (date != -1 && wait_ms > 0) return capped(wait_ms);
  }
  if (auto const reset = positive_number(headers.find("x-ratelimit-reset"))) {
    double const wait_ms = std::min(*reset * 1000 - epoch_ms(now), static_cast<double>(longest.count()));
    if (wait_ms > 0) return milliseconds(static_cast<std::int64_t>(wait_ms * (1 + 0.2 * jitter)));
  }
  return std::nullopt;
}

bool worth_repeating(int status) {
  return status == 0 || status == 408 || status == 409 || status == 429 || status >= 500;
}

}  // namespace

std::optional<milliseconds> RetryPlan::after(Attempt const& attempt, Now now, double jitter) {
  if (left_ <= 0 || !worth_repeating(attempt.status)) return std::nullopt;
  --left_;
  int const n = made_++;
  if (attempt.headers)
    if (auto const delay = asked_by_server(*attempt.headers, now, jitter)) return delay;
  double const backoff_ms = std::min(1000.0 * std::exp2(n), static_cast<double>(longest.count()));
  return milliseconds(static_cast<std::int64_t>(backoff_ms * (0.9 + 0.2 * jitter)));
}

}  // namespace qhub::sdk
