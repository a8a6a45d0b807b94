#include "qhub/hub/http/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace qhub::hub {

void RequestMetrics::count(unsigned status, std::chrono::nanoseconds elapsed) {
  auto const found = std::ranges::find(statuses, status);
  auto const place = std::min<std::ptrdiff_t>(found - statuses.begin(), statuses.size() - 1);
  by_status_[static_cast<std::size_t>(place)].fetch_add(1, std::memory_order_relaxed);
  std::int64_t const microseconds = elapsed.count() / 1000;
  auto const bucket = std::ranges::lower_bound(bounds, microseconds) - bounds.begin();
  by_duration_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  total_microseconds_.fetch_add(static_cast<std::uint64_t>(microseconds), std::memory_order_relaxed);
}

void RequestMetrics::write_requests(std::string_view operation, std::string& text) const {
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    std::uint64_t const count = by_status_[i];
    if (count == 0) continue;
    std::string const status = statuses[i] == 0 ? "other" : std::to_string(statuses[i]);
    fmt::format_to(std::back_inserter(text), "qhub_http_requests_total{{operation=\"{}\",status=\"{}\"}} {}\n", operation,
                   status, count);
  }
}

void RequestMetrics::write_durations(std::string_view operation, std::string& text) const {
  std::array<std::uint64_t, bounds.size() + 1> counts;
  std::ranges::copy(by_duration_, counts.begin());
  std::uint64_t const total = [&] {
    std::uint64_t sum = 0;
    for (std::uint64_t const count : counts) sum += count;
    return sum;
  }();
  if (total == 0) return;
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    up_to += counts[i];
    fmt::format_to(std::back_inserter(text),
                   "qhub_http_request_duration_seconds_bucket{{operation=\"{}\",le=\"{:g}\"}} {}\n", operation,
                   static_cast<double>(bounds[i]) / 1e6, up_to);
  }
  fmt::format_to(std::back_inserter(text),
                 "qhub_http_request_duration_seconds_bucket{{operation=\"{0}\",le=\"+Inf\"}} {1}\n"
                 "qhub_http_request_duration_seconds_sum{{operation=\"{0}\"}} {2:.6f}\n"
                 "qhub_http_request_duration_seconds_count{{operation=\"{0}\"}} {1}\n",
                 operation, total, static_cast<double>(total_microseconds_) / 1e6);
}

void write_metric_head(std::string_view name, std::string_view type, std::string_view help, std::string& text) {
  fmt::format_to(std::back_inserter(text), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

}  // namespace qhub::hub
