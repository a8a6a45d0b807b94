#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "qhub/sim/random.h"
#include "qhub/sim/statevector/state.h"
#include "qhub/sim/team.h"

namespace qhub::sim::statevector {

/// Draws basis states of one state vector with probability |amplitude|^2 (in proportion, if the norm has drifted).
/// Holds one number per block of amplitudes, so even the largest states need no second array.
template <class Real>
class Sampler {
 public:
  /// How often one index was drawn.
  struct Drawn {
    std::uint64_t index;
    std::uint64_t count;
  };

  /// Reads the state's first 2^written amplitudes once. The state must outlive the sampler and stay as it is.
  Sampler(State<Real> const& state, unsigned written, Team& team);

  /// Draws `count` times. The result, ascending by index, depends on `random` only, not on the number of threads;
  /// unspecified after a stop request. Cost: sorting the draws, then one pass over the blocks that were hit; or one
  /// pass over all amplitudes, if they are fewer than the draws.
  [[nodiscard]] std::vector<Drawn> draw(std::uint64_t count, Random& random) const;

  /// An upper bound of what a sampler of 2^positions amplitudes allocates, without its draws.
  [[nodiscard]] static std::uint64_t bytes(unsigned positions);

 private:
  [[nodiscard]] std::vector<Drawn> draw_one_by_one(std::uint64_t count, Random& random) const;
  [[nodiscard]] std::vector<Drawn> divide(std::uint64_t count, Random& random) const;
  void find_in_block(std::size_t block, std::span<double const> draws, Drawn* drawn) const;

  State<Real> const& state_;
  Team& team_;
  std::size_t size_;
  std::size_t block_size_;
  std::vector<double> starts_;  ///< Total probability before each block; one element more for all of them.
};

}  // namespace qhub::sim::statevector
