#include "qhub/sim/simd.h"

#include <hwy/highway.h>

#include <cctype>
#include <cstdlib>

namespace qhub::sim {

std::vector<SimdVariant> usable_variants(std::int64_t compiled) {
  std::vector<SimdVariant> variants;
  for (std::int64_t targets = hwy::SupportedTargets() & compiled; targets != 0; targets &= targets - 1) {
    std::int64_t const target = targets & -targets;
    hwy::ChosenTarget chosen;
    chosen.Update(target);
    SimdVariant& variant = variants.emplace_back(SimdVariant{hwy::TargetName(target), chosen.GetIndex()});
    if (target == HWY_AVX3) variant.name = "avx512";
    for (char& c : variant.name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return variants;
}

SimdVariant chosen_variant(std::int64_t compiled) {
  std::vector<SimdVariant> const usable = usable_variants(compiled);
  if (char const* const wanted = std::getenv("QHUB_SIMD"))
    for (SimdVariant const& variant : usable)
      if (variant.name == wanted) return variant;
  return usable.front();
}

}  // namespace qhub::sim
