#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace qhub::hub {

/// How often an operation was answered, with which status and how fast. Counting takes no lock.
class RequestMetrics {
 public:
  void count(unsigned status, std::chrono::nanoseconds elapsed);

  /// Appends the samples `qhub_http_requests_total{operation, status}`, those that are not 0.
  void write_requests(std::string_view operation, std::string& text) const;
  /// Appends the samples of the histogram `qhub_http_request_duration_seconds{operation}`, if there are any.
  void write_durations(std::string_view operation, std::string& text) const;

 private:
  /// Of the hub's answers; the last place counts all others.
  static constexpr std::array<unsigned, 24> statuses{200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 406,
                                                     408, 409, 412, 413, 415, 416, 422, 429, 500, 502, 503, 0};
  /// Upper bounds in microseconds.
  static constexpr std::array<std::int64_t, 14> bounds{100,     250,     500,     1'000,     2'500,     5'000,     10'000,
                                                       25'000,  50'000,  100'000, 250'000,   1'000'000, 5'000'000, 30'000'000};

  std::array<std::atomic<std::uint64_t>, statuses.size()> by_status_{};
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> by_duration_{};
  std::atomic<std::uint64_t> total_microseconds_ = 0;
};

/// Appends the lines that introduce a metric: `type` is "counter", "gauge" or "histogram".
/// Source of the format: Prometheus, "Exposition formats", text format 0.0.4.
void write_metric_head(std::string_view name, std::string_view type, std::string_view help, std::string& text);

}  // namespace qhub::hub
