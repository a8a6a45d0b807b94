#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace qhub::sim {

/// The one source of randomness of every engine: xoshiro256**, its state filled from the seed by splitmix64. All
/// results are computed with integers and exact floating-point steps, so a seed gives the same numbers on every
/// platform. Source: Blackman & Vigna, "Scrambled linear pseudorandom number generators", arXiv:1805.01407; the
/// authors' public domain code at https://prng.di.unimi.it.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// One of 2^64 independent sequences of the same seed: for parts of a run that are done in any order.
  Random(std::uint64_t seed, std::uint64_t stream);

  /// 64 uniform bits.
  std::uint64_t next();

  /// Uniform on the multiples of 2^-53 in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Uniform on [0, bound), without bias. Requires bound > 0.
  std::uint64_t below(std::uint64_t bound);

  /// How many of `trials` independent trials succeed, each with the given probability.
  /// Cost: about 7 calls of next() per 64 trials.
  std::uint64_t binomial(std::uint64_t trials, double probability);

 private:
  std::array<std::uint64_t, 4> state_;
};

/// `seed` if there is one, otherwise a fresh one from the operating system.
[[nodiscard]] std::uint64_t seed_or_fresh(std::optional<std::uint64_t> seed);

}  // namespace qhub::sim
