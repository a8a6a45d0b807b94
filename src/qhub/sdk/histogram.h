#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace qhub {

/// How to draw.
struct HistogramOptions {
  std::size_t columns = 80;    ///< Width of a line in characters.
  std::size_t most_rows = 32;  ///< The most frequent outcomes; one more line sums up the rest.
  /// Shows one standard error of each share, sqrt(p (1 - p) / n) by the binomial distribution: as a number, and at the
  /// end of the bar from p - error to p + error.
  bool error_bars = false;
};

/// Counts as bars for a terminal, one outcome a line in the order of the outcomes: bitstring, bar, count, share.
/// \param counts  how often each outcome was seen, by bitstring.
std::string histogram(std::map<std::string, std::int64_t> const& counts, HistogramOptions const& options = {});

}  // namespace qhub
