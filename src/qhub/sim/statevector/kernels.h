#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// The inner loops of the state vector engine, one variant for each kind of processor, by Google Highway.
///
/// **Layout.** Amplitudes lie in blocks of one vector of real parts, then one vector of imaginary parts; a vector has
/// 2^lane_bits numbers. So bit q of an amplitude's index is a *lane* for q < lane_bits, and a bit of the block's number
/// above. No kernel mixes lanes except swap_lane, which exchanges a lane with another bit: a gate on a lane is that,
/// and then a gate on the other bit.
///
/// **Chunks.** Kernels work on 2^chunk_bits amplitudes in one piece that stay in a core's cache, a copy of some part of
/// the state or all of it. The bits of the state's index that are the same for the whole chunk are called outer.
namespace qhub::sim::statevector {

/// Bits of a tile: 2^3 blocks, which stay in registers while several gates act on them.
inline constexpr unsigned tile_bits = 3;

/// One gate on a tile. `bit` is the number of the tile's bit it acts on. Blocks of the tile that differ in that bit
/// alone form 4 pairs (a, b), a having the bit 0, numbered by the two other bits; `groups` has a bit for each pair that
/// takes part, which is how controls inside the tile are told.
struct TileOperation {
  enum class Kind : std::uint8_t {
    phases,            ///< Multiplies block g by a complex number; groups has a bit for each of the 8 blocks.
    rotate,            ///< a' = a - t b, b' = b + t a
    rotate_exchanged,  ///< a' = t a - b, b' = a + t b
    multiply_one,      ///< a' = m00 a + m01 b, b' = m10 a + m11 b, in lanes that are not excluded.
    exchange,          ///< a' = b, b' = a
    exchange_lanes,    ///< The same, in lanes that are not excluded.
    swap_lane,         ///< Exchanges the tile's bit with the lane `lane`.
    multiply_two,  ///< A 4 × 4 matrix on the two other bits, the lower one first; groups has a bit for `bit` 0 and 1.
  };

  Kind kind = Kind::phases;
  std::uint8_t bit = 0;
  std::uint8_t groups = 0;
  std::uint8_t lane = 0;
  /// Where its numbers are. phases: 8 complex; rotate: t; multiply_one: 4 complex, then one number per lane, 0 if it is
  /// excluded; exchange_lanes: one such number per lane; multiply_two: 16 complex, row-major.
  std::uint32_t first_number = 0;
  std::uint32_t chunk_mask = 0;  ///< Acts on tiles with (index in the chunk & chunk_mask) == chunk_value.
  std::uint32_t chunk_value = 0;
  std::uint64_t outer_mask = 0;  ///< And in chunks with (outer index & outer_mask) == outer_value.
  std::uint64_t outer_value = 0;
};

/// Multiplies the amplitudes i of a chunk by W[i]: a product of factors for each bit and each pair of bits that are 1.
/// A row is 2^(lane_bits + tile_bits) amplitudes, laid out like them. W's row r is its row r without the lowest 1,
/// times the row of `steps` for that 1, times pairs[r].
template <class Real>
struct RowPhases {
  Real const* first;  ///< W's row 0.
  Real const* steps;  ///< One row for each bit of a row's number.
  Real const* pairs;  ///< One complex number for each row; null if all are 1.
  Real* stack;        ///< Room for one row more than `steps` has; its first row must be equal to *first.
};

/// A matrix on more than two bits.
template <class Real>
struct DenseGate {
  Real const* matrix;                  ///< 2^k × 2^k complex, row-major, first of `bits` the lowest bit of an index.
  Real const* lanes;                   ///< One number per lane, 0 if it is excluded.
  std::span<std::uint8_t const> bits;  ///< 1 to 6 bits of the chunk, none a lane.
  std::uint32_t chunk_mask, chunk_value;  ///< Controls, as of TileOperation.
};

template <class Real>
struct Kernels {
  unsigned lane_bits;

  /// Applies operations, in order, to each tile of a chunk. Does not look at outer_mask.
  /// \param bits  three bits of the chunk, ascending, none a lane.
  void (*apply_tiles)(Real* chunk, unsigned chunk_bits, std::array<std::uint8_t, tile_bits> bits,
                      std::span<TileOperation const> operations, Real const* numbers);

  void (*multiply_rows)(Real* chunk, unsigned chunk_bits, RowPhases<Real> const& phases);

  /// Multiplies the blocks with (index in the chunk & mask) == value by a vector of complex numbers, in the layout of a
  /// block; `mask` has no lanes.
  void (*multiply_blocks)(Real* chunk, unsigned chunk_bits, std::uint32_t mask, std::uint32_t value,
                          Real const* factors);

  void (*apply_dense)(Real* chunk, unsigned chunk_bits, DenseGate<Real> const& gate);

  /// Sum of squares. \param count  a multiple of the size of a block.
  double (*norm)(Real const* numbers, std::size_t count);
};

/// The kernels for this processor, or the variant that QHUB_SIMD names: see simd.h.
template <class Real>
[[nodiscard]] Kernels<Real> const& kernels();

}  // namespace qhub::sim::statevector
