#include "qhub/sim/random.h"

#include <bit>
#include <random>

namespace qhub::sim {

namespace {

/// The output function of splitmix64: a permutation of the 64-bit numbers that mixes all bits.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (auto& word : state_) {
    seed += 0x9e3779b97f4a7c15;
    word = mix(seed);
  }
}

// Seeds that differ by a multiple of splitmix64's constant would share words of the state, so the stream's number is
// mixed before it is added.
Random::Random(std::uint64_t seed, std::uint64_t stream) : Random(seed ^ mix(mix(stream) + 0x9e3779b97f4a7c15)) {}

std::uint64_t Random::next() {
  auto& s = state_;
  std::uint64_t const result = std::rotl(s[1] * 5, 7) * 9;
  std::uint64_t const shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  std::uint64_t const uneven = -bound % bound;  // 2^64 mod bound: so many values would favour the low results
  std::uint64_t value = next();
  while (value < uneven) value = next();
  return value % bound;
}

std::uint64_t Random::binomial(std::uint64_t trials, double probability) {
  if (!(probability > 0)) return 0;
  if (probability >= 1) return trials;
  auto const threshold = static_cast<std::uint64_t>(probability * 0x1p64);
  std::uint64_t successes = 0;
  while (trials > 0) {
    unsigned const lanes = trials < 64 ? static_cast<unsigned>(trials) : 64;
    // 64 uniform numbers side by side, one per bit position, are compared with the threshold from the top binary digit
    // down. A lane is decided at the first digit that differs, after two digits on average.
    std::uint64_t undecided = ~std::uint64_t{0} >> (64 - lanes);
    for (std::uint64_t digits = threshold; undecided != 0 && digits != 0; digits <<= 1) {
      std::uint64_t const drawn = next();
      if (digits >> 63 != 0) {
        successes += static_cast<std::uint64_t>(std::popcount(undecided & ~drawn));
        undecided &= drawn;
      } else {
        undecided &= ~drawn;
      }
    }
    trials -= lanes;
  }
  return successes;
}

std::uint64_t seed_or_fresh(std::optional<std::uint64_t> seed) {
  if (seed) return *seed;
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace qhub::sim
