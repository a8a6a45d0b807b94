#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "qhub/sim/team.h"

namespace qhub::sim {

/// The widest map that apply_tiles() takes.
inline constexpr unsigned max_tile_bits = 7;

/// A real 2^g × 2^g matrix by its nonzero entries.
template <class Real>
struct SparseMatrix {
  std::vector<std::uint16_t> ends;     ///< For each row the position behind its last entry.
  std::vector<std::uint16_t> columns;  ///< Of each entry, row after row.
  std::vector<Real> values;

  [[nodiscard]] std::size_t rows() const { return ends.size(); }
  [[nodiscard]] std::size_t size() const { return values.size(); }
};

/// \param matrix  row-major; entries up to 1e-15 count as zero.
[[nodiscard]] SparseMatrix<double> sparse(std::span<double const> matrix, std::size_t rows);

/// The product later * earlier.
[[nodiscard]] SparseMatrix<double> product(SparseMatrix<double> const& later, SparseMatrix<double> const& earlier);

/// The matrix on 2^bits rows that acts as `matrix` on some of the bits and leaves the others alone.
/// \param positions  bit t of an index of `matrix` is bit positions[t].
[[nodiscard]] SparseMatrix<double> embed(SparseMatrix<double> const& matrix, std::span<std::uint8_t const> positions,
                                         unsigned bits);

/// A linear map on a few bits of the index of a vector of real numbers.
template <class Real>
struct TileMap {
  std::vector<std::uint8_t> bits;           ///< At most max_tile_bits: bit t of a factor's index is bit bits[t].
  std::vector<SparseMatrix<Real>> factors;  ///< Applied one after another, the first one first.
};

[[nodiscard]] TileMap<float> to_single(TileMap<double> const& map);

/// The inner loops of one kind of processor, by Google Highway. Numbers whose indices differ in the map's bits alone
/// are a group. A tile is as many groups as a SIMD vector has lanes; its 2^g vectors are loaded, multiplied by every
/// factor, and stored. A bit of the map below the lanes' is exchanged with one above them after loading and before
/// storing, so that all matrices act on whole vectors.
template <class Real>
struct TileKernels {
  std::string name;  ///< SimdVariant::name.
  std::size_t (*tile_count)(unsigned log2_size, unsigned bits);
  void (*apply_tiles)(Real* vector, unsigned log2_size, TileMap<Real> const& map, std::size_t first, std::size_t end);
  void (*apply_dense)(Real* vector, unsigned log2_size, std::array<std::uint8_t, 3> const& bits,
                      std::array<Real, 64> const& matrix, std::size_t first, std::size_t end);
};

/// All variants that can run on this processor, the best first.
template <class Real>
[[nodiscard]] std::span<TileKernels<Real> const> usable_tile_kernels();

/// The best variant, or the one that the environment variable QHUB_SIMD names, if it can run here.
template <class Real>
[[nodiscard]] TileKernels<Real> const& tile_kernels();

/// Applies a map in place, in one pass over the vector.
/// \param vector  2^log2_size numbers; log2_size is at least the number of the map's bits.
/// Cost: one multiplication and addition per nonzero entry and group; 2 * sizeof(Real) bytes moved per number.
/// The result does not depend on the number of threads; variants differ by rounding.
template <class Real>
void apply_tiles(Real* vector, unsigned log2_size, TileMap<Real> const& map, Team& team,
                 TileKernels<Real> const& kernels = tile_kernels<Real>());

/// The same for a dense 8 × 8 matrix on three bits, row-major.
template <class Real>
void apply_dense(Real* vector, unsigned log2_size, std::array<std::uint8_t, 3> const& bits,
                 std::array<Real, 64> const& matrix, Team& team,
                 TileKernels<Real> const& kernels = tile_kernels<Real>());

}  // namespace qhub::sim
