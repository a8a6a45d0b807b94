#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "qhub/sim/random.h"

namespace qhub::sim::stabilizer {

/// Walks through a long series of independent trials of one small probability from success to success, without looking
/// at each trial.
class RareEvents {
 public:
  /// \param probability  of each trial, 0 < probability <= 1.
  explicit RareEvents(double probability);

  /// How many trials fail before the next success. Cost: a few nanoseconds per success and per 1024 failures.
  [[nodiscard]] std::uint64_t failures(Random& random) const;

 private:
  static constexpr std::size_t table_size = 1024, guide_size = 1024;

  /// cumulative_[k]: probability that at most k trials fail; only additions and multiplications went into it, so it is
  /// the same on every platform.
  std::vector<double> cumulative_;
  std::array<std::uint16_t, guide_size>
      guide_;  ///< Where to start the search, by the first digits of the number drawn.
};

}  // namespace qhub::sim::stabilizer
