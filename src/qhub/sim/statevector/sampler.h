#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "qhub/sim/amplitudes.h"
#include "qhub/sim/random.h"
#include "qhub/sim/statevector/subspace.h"

namespace qhub::sim::statevector {

/// Draws basis states of one state vector with probability |amplitude|^2 (in proportion, if the norm has drifted).
/// Holds one number per block of amplitudes, so even the largest states need no second array.
class Sampler {
 public:
  /// Reads the state once. The state must outlive the sampler and stay as it is.
  Sampler(std::span<Amplitude const> state, Execution const& execution);

  /// Draws one index for each element of `indices`, ascending. The result depends on `random` only, not on the number
  /// of threads; unspecified after a stop request. Cost: sorting the draws, then one pass over the blocks that were
  /// hit.
  void draw(std::span<std::uint64_t> indices, Random& random) const;

  /// An upper bound of what a sampler of 2^qubits amplitudes allocates, without its draws.
  [[nodiscard]] static std::uint64_t bytes(unsigned qubits);

 private:
  /// Finds the draws that fall into one block. \param draws  ascending, in [0, probability of the block).
  void draw_in_block(std::size_t block, std::span<double const> draws, std::uint64_t* indices) const;

  std::span<Amplitude const> state_;
  Execution execution_;
  std::size_t block_size_;
  std::vector<double> starts_;  ///< Total probability before each block; one element more for all of them.
};

}  // namespace qhub::sim::statevector
