#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "qhub/sim/counts.h"

namespace qhub::sim {

/// Collects the outcomes of engines that make shots one by one, in their order, and counts them.
class ShotTable {
 public:
  /// \param keep_all  memory() will be asked for.
  ShotTable(std::uint32_t width, bool keep_all, std::stop_token stop);

  /// Makes room for the next shots.
  /// \return the outcomes to write, zeros: (width + 63) / 64 words for each shot, laid out like Outcome::words(). Valid
  ///         until the next call of start().
  [[nodiscard]] std::span<std::uint64_t> start(std::uint64_t shots);
  /// Counts what was written since start().
  void finish();

  /// Call once, at the end. After a stop request the counts are incomplete.
  [[nodiscard]] Counts counts();
  /// For each shot the position in counts.entries of its outcome.
  [[nodiscard]] std::vector<std::uint32_t> memory(Counts const& counts) const;

  /// An upper bound of the memory used for so many shots, `chunk` of them at a time.
  [[nodiscard]] static std::uint64_t bytes(std::uint32_t width, std::uint64_t shots, std::uint64_t chunk,
                                           bool keep_all);

 private:
  std::uint32_t width_;
  std::size_t words_;  ///< Per shot.
  bool keep_all_;
  std::stop_token stop_;
  std::vector<std::uint64_t> outcomes_;  ///< Of all shots, or of those since start().
  std::size_t started_ = 0;              ///< Position in outcomes_ of the first shot since start().
  std::uint64_t shots_ = 0;              ///< Since start().
  CountsBuilder builder_;
};

}  // namespace qhub::sim
