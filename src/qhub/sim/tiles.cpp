#include "qhub/sim/tiles.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "qhub/sim/simd.h"

// Vectors of a length unknown to the compiler cannot be used with buffers of fixed size.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "qhub/sim/tiles.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace qhub::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Where the vectors of a tile are.
struct Layout {
  struct Exchange {
    unsigned bit;   // of the tile's vectors
    unsigned lane;  // bit of a lane's number
  };

  std::array<std::size_t, std::size_t{1} << max_tile_bits> offsets;
  std::array<unsigned, max_tile_bits> address_bits;  // ascending
  std::array<Exchange, max_tile_bits> exchanges;
  unsigned bits = 0;
  unsigned exchange_count = 0;
  unsigned lane_bits = 0;

  Layout(std::span<std::uint8_t const> map_bits, unsigned of_lanes)
      : bits(static_cast<unsigned>(map_bits.size())), lane_bits(of_lanes) {
    unsigned partner = lane_bits;
    for (unsigned t = 0; t < bits; ++t) {
      if (map_bits[t] >= lane_bits) {
        address_bits[t] = map_bits[t];
        continue;
      }
      while (std::ranges::find(map_bits, partner) != map_bits.end()) ++partner;
      exchanges[exchange_count++] = {t, map_bits[t]};
      address_bits[t] = partner++;
    }
    for (std::size_t i = 0; i < std::size_t{1} << bits; ++i) {
      offsets[i] = 0;
      for (unsigned t = 0; t < bits; ++t) offsets[i] |= (i >> t & 1) << address_bits[t];
    }
    std::sort(address_bits.begin(), address_bits.begin() + bits);
  }

  /// Index of the first number of a tile.
  [[nodiscard]] std::size_t start(std::size_t tile) const {
    std::size_t index = tile << lane_bits;
    for (unsigned t = 0; t < bits; ++t) {
      std::size_t const below = (std::size_t{1} << address_bits[t]) - 1;
      index = (index & ~below) << 1 | (index & below);
    }
    return index;
  }
};

/// Exchanges a bit of the vectors' numbers with a bit of the lanes' numbers; doing it twice changes nothing.
template <class D, class Real>
void exchange(D d, Real* vectors, Layout const& layout, Layout::Exchange const& which) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  using Index = hwy::MakeSigned<Real>;
  hn::Rebind<Index, D> const di{};
  alignas(64) std::array<Index, lanes> other;
  alignas(64) std::array<Real, lanes> upper;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    other[lane] = static_cast<Index>(lane ^ std::size_t{1} << which.lane);
    upper[lane] = static_cast<Real>(lane >> which.lane & 1);
  }
  auto const indices = hn::IndicesFromVec(d, hn::Load(di, other.data()));
  auto const is_upper = hn::Ne(hn::Load(d, upper.data()), hn::Zero(d));
  std::size_t const step = std::size_t{1} << which.bit;
  for (std::size_t i = 0; i < std::size_t{1} << layout.bits; ++i) {
    if ((i & step) != 0) continue;
    Real *const low = vectors + i * lanes, *const high = vectors + (i | step) * lanes;
    auto const a = hn::Load(d, low), b = hn::Load(d, high);
    hn::Store(hn::IfThenElse(is_upper, hn::TableLookupLanes(b, indices), a), d, low);
    hn::Store(hn::IfThenElse(is_upper, b, hn::TableLookupLanes(a, indices)), d, high);
  }
}

/// Multiplies by a matrix with the same number of entries in each row; 0: any numbers.
template <int kEntries, class D, class Real>
void multiply(D d, SparseMatrix<Real> const& matrix, Real const* HWY_RESTRICT from, Real* HWY_RESTRICT to) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  Real const* HWY_RESTRICT value = matrix.values.data();
  std::uint16_t const* HWY_RESTRICT column = matrix.columns.data();
  std::size_t const rows = matrix.rows();
  for (std::size_t row = 0; row < rows; ++row) {
    auto sum = hn::Zero(d);
    if constexpr (kEntries != 0) {
      sum = hn::Mul(hn::Set(d, value[0]), hn::Load(d, from + column[0] * lanes));
      for (int e = 1; e < kEntries; ++e)
        sum = hn::MulAdd(hn::Set(d, value[e]), hn::Load(d, from + column[e] * lanes), sum);
      value += kEntries;
      column += kEntries;
    } else {
      for (Real const* const end = matrix.values.data() + matrix.ends[row]; value != end; ++value, ++column)
        sum = hn::MulAdd(hn::Set(d, *value), hn::Load(d, from + *column * lanes), sum);
    }
    hn::Store(sum, d, to + row * lanes);
  }
}

template <class D, class Real>
void multiply_any(D d, SparseMatrix<Real> const& matrix, Real const* from, Real* to) {
  std::size_t const each = matrix.size() / matrix.rows();
  bool even = each * matrix.rows() == matrix.size();
  for (std::size_t row = 0; row < matrix.rows() && even; ++row) even = matrix.ends[row] == (row + 1) * each;
  if (even && each == 1) return multiply<1>(d, matrix, from, to);
  if (even && each == 4) return multiply<4>(d, matrix, from, to);
  if (even && each == 8) return multiply<8>(d, matrix, from, to);
  multiply<0>(d, matrix, from, to);
}

template <class D, class Real>
void tiles(D d, Real* vector, TileMap<Real> const& map, std::size_t first, std::size_t end) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  Layout const layout(map.bits, static_cast<unsigned>(std::countr_zero(lanes)));
  std::size_t const size = std::size_t{1} << layout.bits;
  alignas(64) std::array<Real, lanes << max_tile_bits> one, two;
  for (std::size_t tile = first; tile < end; ++tile) {
    Real* const start = vector + layout.start(tile);
    Real *from = one.data(), *to = two.data();
    for (std::size_t i = 0; i < size; ++i) hn::Store(hn::LoadU(d, start + layout.offsets[i]), d, from + i * lanes);
    for (unsigned e = 0; e < layout.exchange_count; ++e) exchange(d, from, layout, layout.exchanges[e]);
    for (SparseMatrix<Real> const& factor : map.factors) {
      multiply_any(d, factor, from, to);
      std::swap(from, to);
    }
    for (unsigned e = 0; e < layout.exchange_count; ++e) exchange(d, from, layout, layout.exchanges[e]);
    for (std::size_t i = 0; i < size; ++i) hn::StoreU(hn::Load(d, from + i * lanes), d, start + layout.offsets[i]);
  }
}

/// Number of tiles that a vector falls into.
template <class Real>
std::size_t tile_count(unsigned log2_size, unsigned bits) {
  constexpr auto lane_bits = static_cast<unsigned>(std::countr_zero(hn::MaxLanes(hn::ScalableTag<Real>())));
  return log2_size >= bits + lane_bits ? std::size_t{1} << (log2_size - bits - lane_bits)
                                       : std::size_t{1} << (log2_size - bits);
}

template <class Real>
void tiles_of(Real* vector, unsigned log2_size, TileMap<Real> const& map, std::size_t first, std::size_t end) {
  hn::ScalableTag<Real> const d{};
  if (std::size_t{1} << log2_size >= hn::MaxLanes(d) << map.bits.size()) {
    tiles(d, vector, map, first, end);
  } else {
    tiles(hn::CappedTag<Real, 1>(), vector, map, first, end);
  }
}

template <class D, class Real>
void dense(D d, Real* vector, std::array<std::uint8_t, 3> const& bits, std::array<Real, 64> const& matrix,
           std::size_t first, std::size_t end) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  Layout const layout(bits, static_cast<unsigned>(std::countr_zero(lanes)));
  alignas(64) std::array<Real, lanes * 8> buffer;
  for (std::size_t tile = first; tile < end; ++tile) {
    Real* const start = vector + layout.start(tile);
    bool const exchanged = layout.exchange_count != 0;
    if (exchanged) {
      for (std::size_t i = 0; i < 8; ++i) hn::Store(hn::LoadU(d, start + layout.offsets[i]), d, &buffer[i * lanes]);
      for (unsigned e = 0; e < layout.exchange_count; ++e) exchange(d, buffer.data(), layout, layout.exchanges[e]);
    }
    auto const load = [&](std::size_t i) HWY_ATTR {
      return exchanged ? hn::Load(d, &buffer[i * lanes]) : hn::LoadU(d, start + layout.offsets[i]);
    };
    auto const v0 = load(0), v1 = load(1), v2 = load(2), v3 = load(3);
    auto const v4 = load(4), v5 = load(5), v6 = load(6), v7 = load(7);
    for (std::size_t row = 0; row < 8; ++row) {
      Real const* const m = &matrix[8 * row];
      auto a = hn::Mul(hn::Set(d, m[0]), v0), b = hn::Mul(hn::Set(d, m[1]), v1);
      a = hn::MulAdd(hn::Set(d, m[2]), v2, a), b = hn::MulAdd(hn::Set(d, m[3]), v3, b);
      a = hn::MulAdd(hn::Set(d, m[4]), v4, a), b = hn::MulAdd(hn::Set(d, m[5]), v5, b);
      a = hn::MulAdd(hn::Set(d, m[6]), v6, a), b = hn::MulAdd(hn::Set(d, m[7]), v7, b);
      if (exchanged)
        hn::Store(hn::Add(a, b), d, &buffer[row * lanes]);
      else
        hn::StoreU(hn::Add(a, b), d, start + layout.offsets[row]);
    }
    if (exchanged) {
      for (unsigned e = 0; e < layout.exchange_count; ++e) exchange(d, buffer.data(), layout, layout.exchanges[e]);
      for (std::size_t i = 0; i < 8; ++i) hn::StoreU(hn::Load(d, &buffer[i * lanes]), d, start + layout.offsets[i]);
    }
  }
}

template <class Real>
void dense_of(Real* vector, unsigned log2_size, std::array<std::uint8_t, 3> const& bits,
              std::array<Real, 64> const& matrix, std::size_t first, std::size_t end) {
  hn::ScalableTag<Real> const d{};
  if (std::size_t{1} << log2_size >= hn::MaxLanes(d) << 3) {
    dense(d, vector, bits, matrix, first, end);
  } else {
    dense(hn::CappedTag<Real, 1>(), vector, bits, matrix, first, end);
  }
}

template <class Real>
TileKernels<Real> kernels() {
  return {{}, &tile_count<Real>, &tiles_of<Real>, &dense_of<Real>};
}
TileKernels<double> double_kernels() {
  return kernels<double>();
}
TileKernels<float> float_kernels() {
  return kernels<float>();
}

}  // namespace qhub::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace qhub::sim {
namespace {

HWY_EXPORT(double_kernels);
HWY_EXPORT(float_kernels);

template <class Real, std::size_t size>
std::vector<TileKernels<Real>> list(TileKernels<Real> (*const (&functions)[size])()) {
  std::vector<TileKernels<Real>> kernels;
  for (SimdVariant const& variant : usable_variants(HWY_TARGETS)) {
    kernels.push_back(functions[variant.index]());
    kernels.back().name = variant.name;
  }
  return kernels;
}

template <class Real>
TileKernels<Real> const& choose() {
  return *std::ranges::find(usable_tile_kernels<Real>(), chosen_variant(HWY_TARGETS).name, &TileKernels<Real>::name);
}

/// Shares tiles among the threads in pieces of about 2^14 numbers, or leaves them all to the calling one if the vector
/// is so small that waking the others would take longer.
template <class Work>
void for_tiles(std::size_t tiles, unsigned log2_size, Team& team, Work const& work) {
  constexpr unsigned piece_bits = 14, parallel_bits = 15;
  std::size_t const pieces =
      log2_size < parallel_bits ? 1 : std::min(tiles, std::size_t{1} << (log2_size - piece_bits));
  std::size_t const per_piece = tiles / pieces;
  if (pieces == 1) return work(std::size_t{0}, tiles);
  team.for_each(pieces, [&](std::size_t piece, unsigned) { work(piece * per_piece, (piece + 1) * per_piece); });
}

}  // namespace

template <>
std::span<TileKernels<double> const> usable_tile_kernels() {
  static auto const all = list<double>(HWY_DISPATCH_TABLE(double_kernels));
  return all;
}

template <>
std::span<TileKernels<float> const> usable_tile_kernels() {
  static auto const all = list<float>(HWY_DISPATCH_TABLE(float_kernels));
  return all;
}

template <>
TileKernels<double> const& tile_kernels() {
  static TileKernels<double> const& chosen = choose<double>();
  return chosen;
}

template <>
TileKernels<float> const& tile_kernels() {
  static TileKernels<float> const& chosen = choose<float>();
  return chosen;
}

template <class Real>
void apply_tiles(Real* vector, unsigned log2_size, TileMap<Real> const& map, Team& team,
                 TileKernels<Real> const& kernels) {
  std::size_t const tiles = kernels.tile_count(log2_size, static_cast<unsigned>(map.bits.size()));
  for_tiles(tiles, log2_size, team,
            [&](std::size_t first, std::size_t end) { kernels.apply_tiles(vector, log2_size, map, first, end); });
}

template <class Real>
void apply_dense(Real* vector, unsigned log2_size, std::array<std::uint8_t, 3> const& bits,
                 std::array<Real, 64> const& matrix, Team& team, TileKernels<Real> const& kernels) {
  for_tiles(kernels.tile_count(log2_size, 3), log2_size, team, [&](std::size_t first, std::size_t end) {
    kernels.apply_dense(vector, log2_size, bits, matrix, first, end);
  });
}

template void apply_tiles(float*, unsigned, TileMap<float> const&, Team&, TileKernels<float> const&);
template void apply_tiles(double*, unsigned, TileMap<double> const&, Team&, TileKernels<double> const&);
template void apply_dense(float*, unsigned, std::array<std::uint8_t, 3> const&, std::array<float, 64> const&, Team&,
                          TileKernels<float> const&);
template void apply_dense(double*, unsigned, std::array<std::uint8_t, 3> const&, std::array<double, 64> const&, Team&,
                          TileKernels<double> const&);

SparseMatrix<double> sparse(std::span<double const> matrix, std::size_t rows) {
  constexpr double negligible = 1e-15;
  SparseMatrix<double> result;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < rows; ++column) {
      if (std::abs(matrix[row * rows + column]) <= negligible) continue;
      result.columns.push_back(static_cast<std::uint16_t>(column));
      result.values.push_back(matrix[row * rows + column]);
    }
    result.ends.push_back(static_cast<std::uint16_t>(result.values.size()));
  }
  return result;
}

SparseMatrix<double> product(SparseMatrix<double> const& later, SparseMatrix<double> const& earlier) {
  std::size_t const rows = later.rows();
  std::vector<double> dense(rows * rows);
  for (std::size_t row = 0, e = 0; row < rows; ++row)
    for (; e < later.ends[row]; ++e) {
      std::size_t const inner = later.columns[e];
      for (std::size_t f = inner == 0 ? 0 : earlier.ends[inner - 1]; f < earlier.ends[inner]; ++f)
        dense[row * rows + earlier.columns[f]] += later.values[e] * earlier.values[f];
    }
  return sparse(dense, rows);
}

SparseMatrix<double> embed(SparseMatrix<double> const& matrix, std::span<std::uint8_t const> positions, unsigned bits) {
  auto const spread = [&](std::size_t index) {
    std::size_t spread_index = 0;
    for (std::size_t t = 0; t < positions.size(); ++t) spread_index |= (index >> t & 1) << positions[t];
    return spread_index;
  };
  std::size_t const mask = spread(matrix.rows() - 1);
  SparseMatrix<double> result;
  for (std::size_t row = 0; row < std::size_t{1} << bits; ++row) {
    std::size_t small = 0;
    for (std::size_t t = 0; t < positions.size(); ++t) small |= (row >> positions[t] & 1) << t;
    for (std::size_t e = small == 0 ? 0 : matrix.ends[small - 1]; e < matrix.ends[small]; ++e) {
      result.columns.push_back(static_cast<std::uint16_t>((row & ~mask) | spread(matrix.columns[e])));
      result.values.push_back(matrix.values[e]);
    }
    result.ends.push_back(static_cast<std::uint16_t>(result.values.size()));
  }
  return result;
}

TileMap<float> to_single(TileMap<double> const& map) {
  TileMap<float> result{map.bits, {}};
  for (SparseMatrix<double> const& factor : map.factors)
    result.factors.push_back({factor.ends, factor.columns, {factor.values.begin(), factor.values.end()}});
  return result;
}

}  // namespace qhub::sim
#endif
