#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace qhub::sim {

/// One variant of functions that Google Highway has compiled for several kinds of processor.
struct SimdVariant {
  std::string name;       ///< scalar, avx2, avx512, neon; others as Highway calls the target, in lower case.
  std::size_t index = 0;  ///< In the table that HWY_EXPORT makes.
};

/// The variants that can run on this processor, best first.
/// \param compiled  HWY_TARGETS of the file that has the functions.
[[nodiscard]] std::vector<SimdVariant> usable_variants(std::int64_t compiled);

/// The best of them, or the one that the environment variable QHUB_SIMD names, if it can run here.
[[nodiscard]] SimdVariant chosen_variant(std::int64_t compiled);

}  // namespace qhub::sim
