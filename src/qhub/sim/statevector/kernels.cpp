#include "qhub/sim/statevector/kernels.h"

#include <bit>

// SSSE3 and SSE4 machines are rare and take the scalar variant; vectors of a length unknown to the compiler cannot be
// held in a tile.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "qhub/sim/statevector/kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "qhub/sim/simd.h"

HWY_BEFORE_NAMESPACE();
namespace qhub::sim::statevector::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Kind = TileOperation::Kind;

/// A tile in registers: that needs indices which the compiler knows, hence the templates over small numbers below.
template <class D>
struct Tile {
  using Real = hn::TFromD<D>;
  using Vector = hn::VFromD<D>;
  Vector re[8], im[8];
};

/// Number of the block that is `a` of a pair.
constexpr int lower(int bit, int pair) {
  return (pair >> bit << (bit + 1)) | (pair & ((1 << bit) - 1));
}

/// (re, im) *= (f_re, f_im)
template <class V>
HWY_INLINE void multiply(V& re, V& im, V f_re, V f_im) {
  V const old_re = re;
  re = hn::NegMulAdd(im, f_im, hn::Mul(re, f_re));
  im = hn::MulAdd(old_re, f_im, hn::Mul(im, f_re));
}

template <int kBlock, class D>
HWY_INLINE void multiply_block(D d, Tile<D>& tile, unsigned groups, typename Tile<D>::Real const* factors) {
  if (groups >> kBlock & 1)
    multiply(tile.re[kBlock], tile.im[kBlock], hn::Set(d, factors[2 * kBlock]), hn::Set(d, factors[2 * kBlock + 1]));
}

template <class D>
HWY_INLINE void phases(D d, Tile<D>& tile, unsigned groups, typename Tile<D>::Real const* factors) {
  multiply_block<0>(d, tile, groups, factors);
  multiply_block<1>(d, tile, groups, factors);
  multiply_block<2>(d, tile, groups, factors);
  multiply_block<3>(d, tile, groups, factors);
  multiply_block<4>(d, tile, groups, factors);
  multiply_block<5>(d, tile, groups, factors);
  multiply_block<6>(d, tile, groups, factors);
  multiply_block<7>(d, tile, groups, factors);
}

template <int kBit, int kPair, class D>
HWY_INLINE void rotate_pair(D, Tile<D>& tile, typename Tile<D>::Vector t) {
  constexpr int a = lower(kBit, kPair), b = a | 1 << kBit;
  auto const re = tile.re[a], im = tile.im[a];
  tile.re[a] = hn::NegMulAdd(t, tile.re[b], re);
  tile.im[a] = hn::NegMulAdd(t, tile.im[b], im);
  tile.re[b] = hn::MulAdd(t, re, tile.re[b]);
  tile.im[b] = hn::MulAdd(t, im, tile.im[b]);
}

template <int kBit, class D>
HWY_INLINE void rotate(D d, Tile<D>& tile, typename Tile<D>::Real tangent) {
  auto const t = hn::Set(d, tangent);
  rotate_pair<kBit, 0>(d, tile, t);
  rotate_pair<kBit, 1>(d, tile, t);
  rotate_pair<kBit, 2>(d, tile, t);
  rotate_pair<kBit, 3>(d, tile, t);
}

template <int kBit, int kPair, class D>
HWY_INLINE void rotate_exchanged_pair(D, Tile<D>& tile, typename Tile<D>::Vector t) {
  constexpr int a = lower(kBit, kPair), b = a | 1 << kBit;
  auto const re = tile.re[a], im = tile.im[a];
  tile.re[a] = hn::MulSub(t, re, tile.re[b]);
  tile.im[a] = hn::MulSub(t, im, tile.im[b]);
  tile.re[b] = hn::MulAdd(t, tile.re[b], re);
  tile.im[b] = hn::MulAdd(t, tile.im[b], im);
}

template <int kBit, class D>
HWY_INLINE void rotate_exchanged(D d, Tile<D>& tile, typename Tile<D>::Real cotangent) {
  auto const t = hn::Set(d, cotangent);
  rotate_exchanged_pair<kBit, 0>(d, tile, t);
  rotate_exchanged_pair<kBit, 1>(d, tile, t);
  rotate_exchanged_pair<kBit, 2>(d, tile, t);
  rotate_exchanged_pair<kBit, 3>(d, tile, t);
}

template <int kBit, int kPair, class D>
HWY_INLINE void multiply_pair(D d, Tile<D>& tile, unsigned groups, typename Tile<D>::Real const* m, hn::Mask<D> lanes) {
  if ((groups >> kPair & 1) == 0) return;
  constexpr int a = lower(kBit, kPair), b = a | 1 << kBit;
  auto a_re = tile.re[a], a_im = tile.im[a], b_re = tile.re[b], b_im = tile.im[b];
  auto old_a_re = a_re, old_a_im = a_im, old_b_re = b_re, old_b_im = b_im;
  multiply(a_re, a_im, hn::Set(d, m[0]), hn::Set(d, m[1]));
  multiply(b_re, b_im, hn::Set(d, m[2]), hn::Set(d, m[3]));
  tile.re[a] = hn::IfThenElse(lanes, hn::Add(a_re, b_re), old_a_re);
  tile.im[a] = hn::IfThenElse(lanes, hn::Add(a_im, b_im), old_a_im);
  a_re = old_a_re, a_im = old_a_im, b_re = old_b_re, b_im = old_b_im;
  multiply(a_re, a_im, hn::Set(d, m[4]), hn::Set(d, m[5]));
  multiply(b_re, b_im, hn::Set(d, m[6]), hn::Set(d, m[7]));
  tile.re[b] = hn::IfThenElse(lanes, hn::Add(a_re, b_re), old_b_re);
  tile.im[b] = hn::IfThenElse(lanes, hn::Add(a_im, b_im), old_b_im);
}

template <int kBit, class D>
HWY_INLINE void multiply_one(D d, Tile<D>& tile, unsigned groups, typename Tile<D>::Real const* numbers) {
  auto const lanes = hn::Ne(hn::LoadU(d, numbers + 8), hn::Zero(d));
  multiply_pair<kBit, 0>(d, tile, groups, numbers, lanes);
  multiply_pair<kBit, 1>(d, tile, groups, numbers, lanes);
  multiply_pair<kBit, 2>(d, tile, groups, numbers, lanes);
  multiply_pair<kBit, 3>(d, tile, groups, numbers, lanes);
}

template <int kBit, int kPair, class D>
HWY_INLINE void exchange_pair(D, Tile<D>& tile, unsigned groups) {
  if ((groups >> kPair & 1) == 0) return;
  constexpr int a = lower(kBit, kPair), b = a | 1 << kBit;
  auto const re = tile.re[a], im = tile.im[a];
  tile.re[a] = tile.re[b];
  tile.im[a] = tile.im[b];
  tile.re[b] = re;
  tile.im[b] = im;
}

template <int kBit, class D>
HWY_INLINE void exchange(D d, Tile<D>& tile, unsigned groups) {
  exchange_pair<kBit, 0>(d, tile, groups);
  exchange_pair<kBit, 1>(d, tile, groups);
  exchange_pair<kBit, 2>(d, tile, groups);
  exchange_pair<kBit, 3>(d, tile, groups);
}

template <int kBit, int kPair, class D>
HWY_INLINE void exchange_lanes_pair(D, Tile<D>& tile, unsigned groups, hn::Mask<D> lanes) {
  if ((groups >> kPair & 1) == 0) return;
  constexpr int a = lower(kBit, kPair), b = a | 1 << kBit;
  auto const re = tile.re[a], im = tile.im[a];
  tile.re[a] = hn::IfThenElse(lanes, tile.re[b], re);
  tile.im[a] = hn::IfThenElse(lanes, tile.im[b], im);
  tile.re[b] = hn::IfThenElse(lanes, re, tile.re[b]);
  tile.im[b] = hn::IfThenElse(lanes, im, tile.im[b]);
}

template <int kBit, class D>
HWY_INLINE void exchange_lanes(D d, Tile<D>& tile, unsigned groups, typename Tile<D>::Real const* numbers) {
  auto const lanes = hn::Ne(hn::LoadU(d, numbers), hn::Zero(d));
  exchange_lanes_pair<kBit, 0>(d, tile, groups, lanes);
  exchange_lanes_pair<kBit, 1>(d, tile, groups, lanes);
  exchange_lanes_pair<kBit, 2>(d, tile, groups, lanes);
  exchange_lanes_pair<kBit, 3>(d, tile, groups, lanes);
}

/// For each lane bit, where swap_lane takes each number from, and which lanes have the bit.
template <class Real>
struct LaneTables {
  using Index = hwy::MakeSigned<Real>;
  static constexpr std::size_t most_lanes = HWY_MAX_BYTES / sizeof(Real);
  HWY_ALIGN Index source[5][most_lanes];
  HWY_ALIGN Real has_bit[5][most_lanes];

  explicit LaneTables(std::size_t lanes) {
    for (unsigned bit = 0; std::size_t{1} << bit < lanes; ++bit) {
      for (std::size_t i = 0; i < lanes; ++i) {
        source[bit][i] = static_cast<Index>(i ^ std::size_t{1} << bit);
        has_bit[bit][i] = static_cast<Real>(i >> bit & 1);
      }
    }
  }
};

template <int kBit, int kPair, class D, class Source>
HWY_INLINE void swap_lane_pair(D, Tile<D>& tile, Source source, hn::Mask<D> has_bit) {
  constexpr int a = lower(kBit, kPair), b = a | 1 << kBit;
  auto const a_re = hn::TableLookupLanes(tile.re[a], source), a_im = hn::TableLookupLanes(tile.im[a], source);
  auto const b_re = hn::TableLookupLanes(tile.re[b], source), b_im = hn::TableLookupLanes(tile.im[b], source);
  tile.re[a] = hn::IfThenElse(has_bit, b_re, tile.re[a]);
  tile.im[a] = hn::IfThenElse(has_bit, b_im, tile.im[a]);
  tile.re[b] = hn::IfThenElse(has_bit, tile.re[b], a_re);
  tile.im[b] = hn::IfThenElse(has_bit, tile.im[b], a_im);
}

template <int kBit, class D>
HWY_INLINE void swap_lane(D d, Tile<D>& tile, unsigned lane, LaneTables<typename Tile<D>::Real> const& tables) {
  auto const source = hn::SetTableIndices(d, tables.source[lane]);
  auto const has_bit = hn::Ne(hn::Load(d, tables.has_bit[lane]), hn::Zero(d));
  swap_lane_pair<kBit, 0>(d, tile, source, has_bit);
  swap_lane_pair<kBit, 1>(d, tile, source, has_bit);
  swap_lane_pair<kBit, 2>(d, tile, source, has_bit);
  swap_lane_pair<kBit, 3>(d, tile, source, has_bit);
}

/// One row of a 4 × 4 matrix times the blocks 0 … 3.
template <class D, class V>
HWY_INLINE void row_product(D d, typename Tile<D>::Real const* m, V const (&re)[4], V const (&im)[4], V& out_re,
                            V& out_im) {
  V sum_re = hn::Mul(hn::Set(d, m[0]), re[0]), sum_im = hn::Mul(hn::Set(d, m[0]), im[0]);
  sum_re = hn::NegMulAdd(hn::Set(d, m[1]), im[0], sum_re), sum_im = hn::MulAdd(hn::Set(d, m[1]), re[0], sum_im);
  sum_re = hn::MulAdd(hn::Set(d, m[2]), re[1], sum_re), sum_im = hn::MulAdd(hn::Set(d, m[2]), im[1], sum_im);
  sum_re = hn::NegMulAdd(hn::Set(d, m[3]), im[1], sum_re), sum_im = hn::MulAdd(hn::Set(d, m[3]), re[1], sum_im);
  sum_re = hn::MulAdd(hn::Set(d, m[4]), re[2], sum_re), sum_im = hn::MulAdd(hn::Set(d, m[4]), im[2], sum_im);
  sum_re = hn::NegMulAdd(hn::Set(d, m[5]), im[2], sum_re), sum_im = hn::MulAdd(hn::Set(d, m[5]), re[2], sum_im);
  sum_re = hn::MulAdd(hn::Set(d, m[6]), re[3], sum_re), sum_im = hn::MulAdd(hn::Set(d, m[6]), im[3], sum_im);
  out_re = hn::NegMulAdd(hn::Set(d, m[7]), im[3], sum_re), out_im = hn::MulAdd(hn::Set(d, m[7]), re[3], sum_im);
}

template <int kBit, int kValue, class D>
HWY_INLINE void multiply_four(D d, Tile<D>& tile, unsigned groups, typename Tile<D>::Real const* m) {
  using V = typename Tile<D>::Vector;
  if ((groups >> kValue & 1) == 0) return;
  constexpr int i0 = lower(kBit, 0) | kValue << kBit, i1 = lower(kBit, 1) | kValue << kBit,
                i2 = lower(kBit, 2) | kValue << kBit, i3 = lower(kBit, 3) | kValue << kBit;
  V const re[4] = {tile.re[i0], tile.re[i1], tile.re[i2], tile.re[i3]};
  V const im[4] = {tile.im[i0], tile.im[i1], tile.im[i2], tile.im[i3]};
  row_product(d, m, re, im, tile.re[i0], tile.im[i0]);
  row_product(d, m + 8, re, im, tile.re[i1], tile.im[i1]);
  row_product(d, m + 16, re, im, tile.re[i2], tile.im[i2]);
  row_product(d, m + 24, re, im, tile.re[i3], tile.im[i3]);
}

template <int kBit, class D>
HWY_INLINE void multiply_two(D d, Tile<D>& tile, unsigned groups, typename Tile<D>::Real const* m) {
  multiply_four<kBit, 0>(d, tile, groups, m);
  multiply_four<kBit, 1>(d, tile, groups, m);
}

template <int kBlock, class D>
HWY_INLINE void load(D d, Tile<D>& tile, typename Tile<D>::Real const* at, std::size_t const (&offset)[3]) {
  if constexpr ((kBlock & 1) != 0) at += offset[0];
  if constexpr ((kBlock & 2) != 0) at += offset[1];
  if constexpr ((kBlock & 4) != 0) at += offset[2];
  tile.re[kBlock] = hn::Load(d, at);
  tile.im[kBlock] = hn::Load(d, at + hn::Lanes(d));
}

template <int kBlock, class D>
HWY_INLINE void store(D d, Tile<D> const& tile, typename Tile<D>::Real* at, std::size_t const (&offset)[3]) {
  if constexpr ((kBlock & 1) != 0) at += offset[0];
  if constexpr ((kBlock & 2) != 0) at += offset[1];
  if constexpr ((kBlock & 4) != 0) at += offset[2];
  hn::Store(tile.re[kBlock], d, at);
  hn::Store(tile.im[kBlock], d, at + hn::Lanes(d));
}

/// A kind on one of the tile's bits, as one number to switch on.
constexpr unsigned choice(Kind kind, unsigned bit) {
  return static_cast<unsigned>(kind) * tile_bits + bit;
}

template <class Real>
void apply_tiles(Real* chunk, unsigned chunk_bits, std::array<std::uint8_t, tile_bits> bits,
                 std::span<TileOperation const> operations, Real const* numbers) {
  hn::ScalableTag<Real> const d;
  std::size_t const lanes = hn::Lanes(d);
  static LaneTables<Real> const tables(lanes);
  std::size_t fixed = 0;  // the tile's bits in the index of an amplitude
  std::size_t offset[tile_bits];
  for (unsigned i = 0; i < tile_bits; ++i) {
    fixed |= std::size_t{1} << bits[i];
    offset[i] = std::size_t{2} << bits[i];
  }
  for (std::size_t index = 0; index < std::size_t{1} << chunk_bits; index = ((index | fixed) + lanes) & ~fixed) {
    Real* const at = chunk + 2 * index;
    Tile<hn::ScalableTag<Real>> tile;
    load<0>(d, tile, at, offset);
    load<1>(d, tile, at, offset);
    load<2>(d, tile, at, offset);
    load<3>(d, tile, at, offset);
    load<4>(d, tile, at, offset);
    load<5>(d, tile, at, offset);
    load<6>(d, tile, at, offset);
    load<7>(d, tile, at, offset);
    for (TileOperation const& operation : operations) {
      if ((index & operation.chunk_mask) != operation.chunk_value) continue;
      Real const* const number = numbers + operation.first_number;
      unsigned const groups = operation.groups;
      switch (choice(operation.kind, operation.bit)) {
        case choice(Kind::phases, 0):
          phases(d, tile, groups, number);
          break;
        case choice(Kind::rotate, 0):
          rotate<0>(d, tile, *number);
          break;
        case choice(Kind::rotate, 1):
          rotate<1>(d, tile, *number);
          break;
        case choice(Kind::rotate, 2):
          rotate<2>(d, tile, *number);
          break;
        case choice(Kind::rotate_exchanged, 0):
          rotate_exchanged<0>(d, tile, *number);
          break;
        case choice(Kind::rotate_exchanged, 1):
          rotate_exchanged<1>(d, tile, *number);
          break;
        case choice(Kind::rotate_exchanged, 2):
          rotate_exchanged<2>(d, tile, *number);
          break;
        case choice(Kind::multiply_one, 0):
          multiply_one<0>(d, tile, groups, number);
          break;
        case choice(Kind::multiply_one, 1):
          multiply_one<1>(d, tile, groups, number);
          break;
        case choice(Kind::multiply_one, 2):
          multiply_one<2>(d, tile, groups, number);
          break;
        case choice(Kind::exchange, 0):
          exchange<0>(d, tile, groups);
          break;
        case choice(Kind::exchange, 1):
          exchange<1>(d, tile, groups);
          break;
        case choice(Kind::exchange, 2):
          exchange<2>(d, tile, groups);
          break;
        case choice(Kind::exchange_lanes, 0):
          exchange_lanes<0>(d, tile, groups, number);
          break;
        case choice(Kind::exchange_lanes, 1):
          exchange_lanes<1>(d, tile, groups, number);
          break;
        case choice(Kind::exchange_lanes, 2):
          exchange_lanes<2>(d, tile, groups, number);
          break;
        case choice(Kind::swap_lane, 0):
          swap_lane<0>(d, tile, operation.lane, tables);
          break;
        case choice(Kind::swap_lane, 1):
          swap_lane<1>(d, tile, operation.lane, tables);
          break;
        case choice(Kind::swap_lane, 2):
          swap_lane<2>(d, tile, operation.lane, tables);
          break;
        case choice(Kind::multiply_two, 0):
          multiply_two<0>(d, tile, groups, number);
          break;
        case choice(Kind::multiply_two, 1):
          multiply_two<1>(d, tile, groups, number);
          break;
        case choice(Kind::multiply_two, 2):
          multiply_two<2>(d, tile, groups, number);
          break;
      }
    }
    store<0>(d, tile, at, offset);
    store<1>(d, tile, at, offset);
    store<2>(d, tile, at, offset);
    store<3>(d, tile, at, offset);
    store<4>(d, tile, at, offset);
    store<5>(d, tile, at, offset);
    store<6>(d, tile, at, offset);
    store<7>(d, tile, at, offset);
  }
}

template <class Real>
void multiply_rows(Real* chunk, unsigned chunk_bits, RowPhases<Real> const& phases) {
  hn::ScalableTag<Real> const d;
  std::size_t const lanes = hn::Lanes(d), row_size = 2 * lanes << tile_bits;
  std::size_t const rows = (std::size_t{2} << chunk_bits) / row_size;
  for (std::size_t r = 0; r < rows; ++r, chunk += row_size) {
    std::size_t const depth = static_cast<std::size_t>(std::popcount(r));
    Real const* const step = r == 0 ? nullptr : phases.steps + static_cast<std::size_t>(std::countr_zero(r)) * row_size;
    auto const pair_re = hn::Set(d, phases.pairs ? phases.pairs[2 * r] : Real{1});
    auto const pair_im = hn::Set(d, phases.pairs ? phases.pairs[2 * r + 1] : Real{0});
    for (std::size_t i = 0; i < row_size; i += 2 * lanes) {
      Real* const row = phases.stack + depth * row_size + i;
      hn::VFromD<decltype(d)> w_re, w_im;
      if (r == 0) {
        w_re = hn::Load(d, phases.first + i), w_im = hn::Load(d, phases.first + i + lanes);
      } else {
        w_re = hn::Load(d, row - row_size), w_im = hn::Load(d, row - row_size + lanes);
        multiply(w_re, w_im, hn::Load(d, step + i), hn::Load(d, step + i + lanes));
        if (phases.pairs) multiply(w_re, w_im, pair_re, pair_im);
        hn::Store(w_re, d, row);
        hn::Store(w_im, d, row + lanes);
      }
      auto re = hn::Load(d, chunk + i), im = hn::Load(d, chunk + i + lanes);
      multiply(re, im, w_re, w_im);
      hn::Store(re, d, chunk + i);
      hn::Store(im, d, chunk + i + lanes);
    }
  }
}

template <class Real>
void multiply_blocks(Real* chunk, unsigned chunk_bits, std::uint32_t mask, std::uint32_t value, Real const* factors) {
  hn::ScalableTag<Real> const d;
  std::size_t const lanes = hn::Lanes(d);
  auto const f_re = hn::LoadU(d, factors), f_im = hn::LoadU(d, factors + lanes);
  std::size_t const fixed = mask;
  for (std::size_t index = 0; index < std::size_t{1} << chunk_bits; index = ((index | fixed) + lanes) & ~fixed) {
    Real* const at = chunk + 2 * (index | value);
    auto re = hn::Load(d, at), im = hn::Load(d, at + lanes);
    multiply(re, im, f_re, f_im);
    hn::Store(re, d, at);
    hn::Store(im, d, at + lanes);
  }
}

template <class Real>
void apply_dense(Real* chunk, unsigned chunk_bits, DenseGate<Real> const& gate) {
  hn::ScalableTag<Real> const d;
  std::size_t const lanes = hn::Lanes(d), size = std::size_t{1} << gate.bits.size();
  std::size_t fixed = gate.chunk_mask;
  for (std::uint8_t const bit : gate.bits) fixed |= std::size_t{1} << bit;
  std::size_t offset[64];
  for (std::size_t g = 0; g < size; ++g) {
    offset[g] = 0;
    for (std::size_t t = 0; t < gate.bits.size(); ++t) offset[g] |= (g >> t & 1) * std::size_t{2} << gate.bits[t];
  }
  auto const acts = hn::Ne(hn::LoadU(d, gate.lanes), hn::Zero(d));
  HWY_ALIGN Real before[2 * 64 * HWY_MAX_BYTES / sizeof(Real)];
  for (std::size_t index = 0; index < std::size_t{1} << chunk_bits; index = ((index | fixed) + lanes) & ~fixed) {
    Real* const at = chunk + 2 * (index | gate.chunk_value);
    for (std::size_t g = 0; g < size; ++g) {
      hn::Store(hn::Load(d, at + offset[g]), d, before + 2 * lanes * g);
      hn::Store(hn::Load(d, at + offset[g] + lanes), d, before + 2 * lanes * g + lanes);
    }
    for (std::size_t r = 0; r < size; r += 2) {  // two rows at once, so that additions need not wait for each other
      auto re0 = hn::Zero(d), im0 = hn::Zero(d), re1 = hn::Zero(d), im1 = hn::Zero(d);
      Real const* const m0 = gate.matrix + 2 * r * size;
      Real const* const m1 = m0 + 2 * size;
      for (std::size_t c = 0; c < size; ++c) {
        auto const re = hn::Load(d, before + 2 * lanes * c), im = hn::Load(d, before + 2 * lanes * c + lanes);
        re0 = hn::NegMulAdd(hn::Set(d, m0[2 * c + 1]), im, hn::MulAdd(hn::Set(d, m0[2 * c]), re, re0));
        im0 = hn::MulAdd(hn::Set(d, m0[2 * c + 1]), re, hn::MulAdd(hn::Set(d, m0[2 * c]), im, im0));
        re1 = hn::NegMulAdd(hn::Set(d, m1[2 * c + 1]), im, hn::MulAdd(hn::Set(d, m1[2 * c]), re, re1));
        im1 = hn::MulAdd(hn::Set(d, m1[2 * c + 1]), re, hn::MulAdd(hn::Set(d, m1[2 * c]), im, im1));
      }
      Real const* const old = before + 2 * lanes * r;
      hn::Store(hn::IfThenElse(acts, re0, hn::Load(d, old)), d, at + offset[r]);
      hn::Store(hn::IfThenElse(acts, im0, hn::Load(d, old + lanes)), d, at + offset[r] + lanes);
      hn::Store(hn::IfThenElse(acts, re1, hn::Load(d, old + 2 * lanes)), d, at + offset[r + 1]);
      hn::Store(hn::IfThenElse(acts, im1, hn::Load(d, old + 3 * lanes)), d, at + offset[r + 1] + lanes);
    }
  }
}

template <class Real>
double norm(Real const* numbers, std::size_t count) {
  hn::ScalableTag<Real> const d;
  std::size_t const lanes = hn::Lanes(d);
  auto even = hn::Zero(d), odd = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += 2 * lanes) {
    auto const re = hn::Load(d, numbers + i), im = hn::Load(d, numbers + i + lanes);
    even = hn::MulAdd(re, re, even);
    odd = hn::MulAdd(im, im, odd);
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd))));
}

template <class Real>
Kernels<Real> const* table() {
  static Kernels<Real> const kernels{
      .lane_bits = static_cast<unsigned>(std::countr_zero(hn::Lanes(hn::ScalableTag<Real>()))),
      .apply_tiles = apply_tiles<Real>,
      .multiply_rows = multiply_rows<Real>,
      .multiply_blocks = multiply_blocks<Real>,
      .apply_dense = apply_dense<Real>,
      .norm = norm<Real>,
  };
  return &kernels;
}

Kernels<double> const* double_kernels() {
  return table<double>();
}

Kernels<float> const* float_kernels() {
  return table<float>();
}

}  // namespace qhub::sim::statevector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qhub::sim::statevector {
namespace {

HWY_EXPORT(double_kernels);
HWY_EXPORT(float_kernels);

}  // namespace

template <>
Kernels<double> const& kernels() {
  static Kernels<double> const& chosen = *HWY_DISPATCH_TABLE(double_kernels)[chosen_variant(HWY_TARGETS).index]();
  return chosen;
}

template <>
Kernels<float> const& kernels() {
  static Kernels<float> const& chosen = *HWY_DISPATCH_TABLE(float_kernels)[chosen_variant(HWY_TARGETS).index]();
  return chosen;
}

}  // namespace qhub::sim::statevector
#endif
