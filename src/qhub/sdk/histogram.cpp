#include "qhub/sdk/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace qhub {
namespace {

/// A bar in eighths of a character.
std::string bar(double length) {
  static constexpr char const* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  auto const units = static_cast<std::size_t>(length * 8 + 0.5);
  std::string text;
  for (std::size_t full = 0; full < units / 8; ++full) text += "█";
  return text + eighths[units % 8];
}

/// A bar whose last part, from `length - error` to `length + error`, shows how certain its end is: ████▓▓──┤.
std::string bar_with_error(double length, double error) {
  auto const cells = [](double value) { return static_cast<std::size_t>(std::max(0.0, value) + 0.5); };
  std::size_t const certain = cells(length - error), end = cells(length), most = cells(length + error);
  std::string text;
  for (std::size_t cell = 0; cell < certain; ++cell) text += "█";
  for (std::size_t cell = certain; cell < end; ++cell) text += "▓";
  for (std::size_t cell = end; cell < most; ++cell) text += cell + 1 == most ? "┤" : "─";
  return text;
}

}  // namespace

std::string histogram(std::map<std::string, std::int64_t> const& counts, HistogramOptions const& options) {
  std::vector<std::pair<std::string, std::int64_t>> rows(counts.begin(), counts.end());
  std::int64_t total = 0, shown = 0;
  for (auto const& [outcome, count] : rows) total += count;
  if (rows.size() > options.most_rows) {
    std::ranges::stable_sort(rows, std::ranges::greater{}, &std::pair<std::string, std::int64_t>::second);
    rows.resize(options.most_rows);
    std::ranges::sort(rows);
  }
  std::size_t label_width = 1, count_width = 1;
  for (auto const& [outcome, count] : rows) {
    shown += count;
    label_width = std::max(label_width, outcome.size());
    count_width = std::max(count_width, fmt::formatted_size("{}", count));
  }
  auto const share_of = [&](std::int64_t count) {
    return total > 0 ? static_cast<double>(count) / static_cast<double>(total) : 0;
  };
  auto const error_of = [&](double share) {
    return options.error_bars && total > 0 ? std::sqrt(share * (1 - share) / static_cast<double>(total)) : 0;
  };
  std::size_t const beside = label_width + count_width + (options.error_bars ? 22 : 14);
  auto const longest = static_cast<double>(options.columns > beside + 8 ? options.columns - beside : 8);
  double widest = 0;
  for (auto const& [outcome, count] : rows)
    widest = std::max(widest, std::min(1.0, share_of(count) + error_of(share_of(count))));

  std::string text;
  for (auto const& [outcome, count] : rows) {
    double const share = share_of(count), error = error_of(share);
    double const scale = widest > 0 ? longest / widest : 0;
    text += fmt::format("  {:>{}}  {:>{}}  {:5.1f}", outcome, label_width, count, count_width, 100 * share);
    if (options.error_bars) text += fmt::format(" ± {:4.1f}", 100 * error);
    text +=
        fmt::format(" %  {}\n", options.error_bars ? bar_with_error(scale * share, scale * std::min(error, 1 - share))
                                                   : bar(scale * share));
  }
  if (counts.size() > rows.size())
    text += fmt::format("  … and {} more outcomes with {} of {} shots\n", counts.size() - rows.size(), total - shown,
                        total);
  return text;
}

}  // namespace qhub
