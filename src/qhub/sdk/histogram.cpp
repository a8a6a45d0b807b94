#include "qhub/sdk/histogram.h"

#include <fmt/format.h>

#include <algorithm>
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

}  // namespace

std::string histogram(std::map<std::string, std::int64_t> const& counts, HistogramOptions const& options) {
  std::vector<std::pair<std::string, std::int64_t>> rows(counts.begin(), counts.end());
  std::int64_t total = 0, shown = 0, highest = 1;
  for (auto const& [outcome, count] : rows) total += count;
  if (rows.size() > options.most_rows) {
    std::ranges::stable_sort(rows, std::ranges::greater{}, &std::pair<std::string, std::int64_t>::second);
    rows.resize(options.most_rows);
    std::ranges::sort(rows);
  }
  std::size_t label_width = 1, count_width = 1;
  for (auto const& [outcome, count] : rows) {
    shown += count;
    highest = std::max(highest, count);
    label_width = std::max(label_width, outcome.size());
    count_width = std::max(count_width, fmt::formatted_size("{}", count));
  }
  std::size_t const beside = label_width + count_width + 14;
  auto const longest = static_cast<double>(options.columns > beside + 8 ? options.columns - beside : 8);

  std::string text;
  for (auto const& [outcome, count] : rows) {
    double const share = total > 0 ? static_cast<double>(count) / static_cast<double>(total) : 0;
    text += fmt::format("  {:>{}}  {:>{}}  {:5.1f} %  {}\n", outcome, label_width, count, count_width, 100 * share,
                        bar(longest * static_cast<double>(count) / static_cast<double>(highest)));
  }
  if (counts.size() > rows.size())
    text += fmt::format("  … and {} more outcomes with {} of {} shots\n", counts.size() - rows.size(), total - shown,
                        total);
  return text;
}

}  // namespace qhub
