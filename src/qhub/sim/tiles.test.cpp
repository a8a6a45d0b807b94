#include "qhub/sim/tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace qhub::sim {
namespace {

/// Bits of a map and a vector's size, at random.
struct Case {
  unsigned log2_size;
  std::vector<std::uint8_t> bits;
};

template <class Real>
class Tiles : public testing::Test {
 protected:
  std::vector<Real> random_numbers(std::size_t count) {
    std::vector<Real> numbers(count);
    for (Real& number : numbers) number = static_cast<Real>(std::uniform_real_distribution(-1.0, 1.0)(generator_));
    return numbers;
  }

  Case random_case(unsigned map_bits) {
    Case result{map_bits + static_cast<unsigned>(generator_() % 8), {}};
    std::vector<std::uint8_t> all;
    for (unsigned bit = 0; bit < result.log2_size; ++bit) all.push_back(static_cast<std::uint8_t>(bit));
    std::shuffle(all.begin(), all.end(), generator_);
    result.bits.assign(all.begin(), all.begin() + map_bits);
    return result;
  }

  /// A matrix of which about one in `every` entries is not zero.
  std::vector<Real> random_matrix(std::size_t rows, unsigned every) {
    std::vector<Real> matrix = random_numbers(rows * rows);
    for (Real& entry : matrix)
      if (generator_() % every != 0) entry = 0;
    return matrix;
  }

  /// The definition.
  static std::vector<Real> multiply(std::vector<Real> const& vector, std::vector<Real> const& matrix,
                                    Case const& where) {
    std::size_t const rows = std::size_t{1} << where.bits.size();
    std::vector<Real> result(vector.size());
    for (std::size_t i = 0; i < vector.size(); ++i) {
      std::size_t row = 0, rest = i;
      for (std::size_t t = 0; t < where.bits.size(); ++t) {
        row |= (i >> where.bits[t] & 1) << t;
        rest &= ~(std::size_t{1} << where.bits[t]);
      }
      for (std::size_t column = 0; column < rows; ++column) {
        std::size_t j = rest;
        for (std::size_t t = 0; t < where.bits.size(); ++t) j |= (column >> t & 1) << where.bits[t];
        result[i] += matrix[row * rows + column] * vector[j];
      }
    }
    return result;
  }

  static void expect_near(std::vector<Real> const& a, std::vector<Real> const& b, std::string const& what) {
    double const tolerance = 300 * std::numeric_limits<Real>::epsilon();
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << what << " at " << i;
  }

  std::mt19937_64 generator_{1};
  Team team_{3};
};

using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Tiles, Reals);

TYPED_TEST(Tiles, EveryVariantMatchesTheDefinition) {
  using Real = TypeParam;
  for (TileKernels<Real> const& kernels : usable_tile_kernels<Real>())
    for (unsigned round = 0; round < 120; ++round) {
      Case const where = this->random_case(1 + round % 6);
      std::size_t const rows = std::size_t{1} << where.bits.size();
      auto const first = this->random_matrix(rows, 1 + round % 4), second = this->random_matrix(rows, 3);
      auto vector = this->random_numbers(std::size_t{1} << where.log2_size);
      auto const expected = this->multiply(this->multiply(vector, first, where), second, where);
      TileMap<double> map{where.bits, {}};
      for (auto const& matrix : {first, second})
        map.factors.push_back(sparse(std::vector<double>(matrix.begin(), matrix.end()), rows));
      if constexpr (std::is_same_v<Real, float>)
        apply_tiles(vector.data(), where.log2_size, to_single(map), this->team_, kernels);
      else
        apply_tiles(vector.data(), where.log2_size, map, this->team_, kernels);
      this->expect_near(vector, expected, kernels.name + " round " + std::to_string(round));
    }
}

TYPED_TEST(Tiles, EveryVariantOfTheDenseMapMatchesTheDefinition) {
  using Real = TypeParam;
  for (TileKernels<Real> const& kernels : usable_tile_kernels<Real>())
    for (unsigned round = 0; round < 60; ++round) {
      Case const where = this->random_case(3);
      auto const matrix = this->random_matrix(8, 1);
      auto vector = this->random_numbers(std::size_t{1} << where.log2_size);
      auto const expected = this->multiply(vector, matrix, where);
      std::array<Real, 64> dense;
      std::copy(matrix.begin(), matrix.end(), dense.begin());
      apply_dense(vector.data(), where.log2_size, {where.bits[0], where.bits[1], where.bits[2]}, dense, this->team_,
                  kernels);
      this->expect_near(vector, expected, kernels.name + " round " + std::to_string(round));
    }
}

TYPED_TEST(Tiles, LargeVectorsAreSharedAmongThreads) {
  using Real = TypeParam;
  Case const where{17, {1, 9, 16}};
  auto const matrix = this->random_matrix(8, 1);
  auto vector = this->random_numbers(std::size_t{1} << where.log2_size);
  auto const expected = this->multiply(vector, matrix, where);
  std::array<Real, 64> dense;
  std::copy(matrix.begin(), matrix.end(), dense.begin());
  apply_dense(vector.data(), where.log2_size, {1, 9, 16}, dense, this->team_);
  this->expect_near(vector, expected, "large");
}

TEST(SparseMatrix, ProductAndEmbedding) {
  SparseMatrix<double> const flip = sparse(std::vector<double>{0, 1, 1, 0}, 2);
  SparseMatrix<double> const sign = sparse(std::vector<double>{1, 0, 0, -1}, 2);
  SparseMatrix<double> const both = product(sign, flip);
  EXPECT_EQ(both.columns, (std::vector<std::uint16_t>{1, 0}));
  EXPECT_EQ(both.values, (std::vector<double>{1, -1}));
  std::uint8_t const place = 1;
  SparseMatrix<double> const wide = embed(flip, {&place, 1}, 2);
  EXPECT_EQ(wide.columns, (std::vector<std::uint16_t>{2, 3, 0, 1}));
}

}  // namespace
}  // namespace qhub::sim
