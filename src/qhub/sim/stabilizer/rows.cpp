#include "qhub/sim/stabilizer/rows.h"

#include "qhub/sim/simd.h"

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "qhub/sim/stabilizer/rows.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace qhub::sim::stabilizer::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void AddRows(std::uint64_t* rows, std::size_t words, std::span<Addition const> additions) {
  hn::CappedTag<std::uint64_t, 8> const tag;
  for (Addition const addition : additions) {
    std::uint64_t* const target = rows + addition.target * words;
    std::uint64_t const* const source = rows + addition.source * words;
    for (std::size_t w = 0; w < words; w += hn::Lanes(tag))
      hn::StoreU(hn::Xor(hn::LoadU(tag, target + w), hn::LoadU(tag, source + w)), tag, target + w);
  }
}

}  // namespace qhub::sim::stabilizer::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qhub::sim::stabilizer {

HWY_EXPORT(AddRows);

void add_rows(std::uint64_t* rows, std::size_t words, std::span<Addition const> additions) {
  static auto const chosen = HWY_DISPATCH_TABLE(AddRows)[chosen_variant(HWY_TARGETS).index];
  chosen(rows, words, additions);
}

}  // namespace qhub::sim::stabilizer
#endif
