#include "qhub/circuit/transpile/weyl.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace qhub::circuit {
namespace {

using Matrix4 = std::array<Complex, 16>;
using Real4 = std::array<double, 16>;

constexpr double pi = std::numbers::pi;
constexpr double sqrt_half = std::numbers::sqrt2 / 2;
constexpr Complex i_sqrt_half{0, sqrt_half};

/// Columns (|00⟩+|11⟩)/√2, i(|01⟩+|10⟩)/√2, (|01⟩-|10⟩)/√2, i(|00⟩-|11⟩)/√2.
constexpr Matrix4 magic{sqrt_half, 0, 0, i_sqrt_half, 0, i_sqrt_half, sqrt_half, 0,
                        0, i_sqrt_half, -sqrt_half, 0, sqrt_half, 0, 0, -i_sqrt_half};

Matrix4 multiply(Matrix4 const& a, Matrix4 const& b) {
  Matrix4 product{};
  for (std::size_t row = 0; row < 4; ++row)
    for (std::size_t k = 0; k < 4; ++k)
      for (std::size_t column = 0; column < 4; ++column)
        product[row * 4 + column] += a[row * 4 + k] * b[k * 4 + column];
  return product;
}

Matrix4 transpose(Matrix4 const& a) {
  Matrix4 result;
  for (std::size_t row = 0; row < 4; ++row)
    for (std::size_t column = 0; column < 4; ++column) result[column * 4 + row] = a[row * 4 + column];
  return result;
}

Matrix4 adjoint(Matrix4 const& a) {
  Matrix4 result = transpose(a);
  for (Complex& entry : result) entry = std::conj(entry);
  return result;
}

/// By elimination with pivots; the matrix is unitary, so none is small.
Complex determinant(Matrix4 a) {
  Complex product = 1;
  for (std::size_t k = 0; k < 4; ++k) {
    std::size_t pivot = k;
    for (std::size_t row = k + 1; row < 4; ++row)
      if (std::abs(a[row * 4 + k]) > std::abs(a[pivot * 4 + k])) pivot = row;
    if (pivot != k) {
      for (std::size_t column = 0; column < 4; ++column) std::swap(a[k * 4 + column], a[pivot * 4 + column]);
      product = -product;
    }
    product *= a[k * 4 + k];
    for (std::size_t row = k + 1; row < 4; ++row) {
      Complex const factor = a[row * 4 + k] / a[k * 4 + k];
      for (std::size_t column = k; column < 4; ++column) a[row * 4 + column] -= factor * a[k * 4 + column];
    }
  }
  return product;
}

/// The rotation that diagonalizes two commuting real symmetric matrices at once; they become diagonal.
/// Jacobi angles of Cardoso & Souloumiac, SIAM J. Matrix Anal. Appl. 17 (1996) 161.
Real4 diagonalize_together(Real4& x, Real4& y) {
  Real4 vectors{};
  for (std::size_t k = 0; k < 4; ++k) vectors[k * 5] = 1;
  constexpr int most_sweeps = 50;
  constexpr double tolerance = 1e-16;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    bool rotated = false;
    for (std::size_t p = 0; p < 4; ++p)
      for (std::size_t q = p + 1; q < 4; ++q) {
        double on = 0, off = 0;
        for (Real4 const* matrix : {&x, &y}) {
          double const difference = (*matrix)[p * 5] - (*matrix)[q * 5], twice = 2 * (*matrix)[p * 4 + q];
          on += difference * difference - twice * twice;
          off += 2 * difference * twice;
        }
        double const angle = std::atan2(off, on) / 4;
        if (std::abs(angle) < tolerance || std::hypot(x[p * 4 + q], y[p * 4 + q]) < tolerance) continue;
        rotated = true;
        double const cosine = std::cos(angle), sine = std::sin(angle);
        for (Real4* matrix : {&x, &y}) {
          for (std::size_t row = 0; row < 4; ++row) {
            double const at_p = (*matrix)[row * 4 + p], at_q = (*matrix)[row * 4 + q];
            (*matrix)[row * 4 + p] = cosine * at_p + sine * at_q;
            (*matrix)[row * 4 + q] = cosine * at_q - sine * at_p;
          }
          for (std::size_t column = 0; column < 4; ++column) {
            double const at_p = (*matrix)[p * 4 + column], at_q = (*matrix)[q * 4 + column];
            (*matrix)[p * 4 + column] = cosine * at_p + sine * at_q;
            (*matrix)[q * 4 + column] = cosine * at_q - sine * at_p;
          }
        }
        for (std::size_t row = 0; row < 4; ++row) {
          double const at_p = vectors[row * 4 + p], at_q = vectors[row * 4 + q];
          vectors[row * 4 + p] = cosine * at_p + sine * at_q;
          vectors[row * 4 + q] = cosine * at_q - sine * at_p;
        }
      }
    if (!rotated) break;
  }
  return vectors;
}

/// The factors of a product low ⊗ high; `low` gets determinant 1.
std::array<Matrix2, 2> factors(Matrix4 const& product) {
  std::size_t largest = 0;
  for (std::size_t k = 1; k < 16; ++k)
    if (std::abs(product[k]) > std::abs(product[largest])) largest = k;
  std::size_t const block_row = largest / 4 / 2, block_column = largest % 4 / 2;
  auto const entry = [&](std::size_t high_row, std::size_t high_column, std::size_t row, std::size_t column) {
    return product[(2 * high_row + row) * 4 + 2 * high_column + column];
  };
  Matrix2 low{entry(block_row, block_column, 0, 0), entry(block_row, block_column, 0, 1),
              entry(block_row, block_column, 1, 0), entry(block_row, block_column, 1, 1)};
  Complex const root = std::sqrt(low[0] * low[3] - low[1] * low[2]);
  for (Complex& value : low) value /= root;
  Matrix2 high{};
  for (std::size_t row = 0; row < 2; ++row)
    for (std::size_t column = 0; column < 2; ++column)
      for (std::size_t k = 0; k < 4; ++k)
        high[row * 2 + column] += std::conj(low[k]) * entry(row, column, k / 2, k % 2) / 2.0;
  return {low, high};
}

/// Moves a decomposition to the Weyl chamber by steps that leave the product as it is.
class Chamber {
 public:
  explicit Chamber(WeylDecomposition& weyl) : weyl_(weyl), coordinates_{&weyl.a, &weyl.b, &weyl.c} {}

  void enter() {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      while (*coordinates_[axis] > pi / 4 + rounding) shift(axis, -1);
      while (*coordinates_[axis] < -pi / 4 - rounding) shift(axis, 1);
    }
    if (size(0) < size(1)) exchange(0, 1);
    if (size(1) < size(2)) exchange(1, 2);
    if (size(0) < size(1)) exchange(0, 1);
    if (weyl_.a < 0) flip(0, weyl_.b < 0 ? 1 : 2);
    if (weyl_.b < 0) flip(1, 2);
    if (weyl_.a > pi / 4 - rounding && weyl_.c < 0) {
      shift(0, -1);
      flip(0, 2);
    }
  }

 private:
  static constexpr double rounding = 1e-10;

  double size(std::size_t axis) const { return std::abs(*coordinates_[axis]); }

  static Matrix2 pauli(std::size_t axis) { return matrix_of(axis == 0 ? Gate::x : axis == 1 ? Gate::y : Gate::z); }

  /// exp(±iπ/2 P⊗P) = ±i P⊗P
  void shift(std::size_t axis, int direction) {
    *coordinates_[axis] += direction * pi / 2;
    weyl_.phase -= direction * pi / 2;
    for (Matrix2& gate : weyl_.right) gate = circuit::multiply(pauli(axis), gate);
  }

  /// A Pauli gate on the first qubit changes the sign of the two products that do not hold it.
  void flip(std::size_t axis, std::size_t other) {
    *coordinates_[axis] = -*coordinates_[axis];
    *coordinates_[other] = -*coordinates_[other];
    Matrix2 const third = pauli(3 - axis - other);
    weyl_.left[0] = circuit::multiply(weyl_.left[0], third);
    weyl_.right[0] = circuit::multiply(third, weyl_.right[0]);
  }

  /// A quarter turn of both qubits about the third axis exchanges the other two.
  void exchange(std::size_t axis, std::size_t other) {
    std::swap(*coordinates_[axis], *coordinates_[other]);
    std::size_t const third = 3 - axis - other;
    double const quarter[] = {pi / 2};
    Matrix2 const turn = matrix_of(third == 0 ? Gate::rx : third == 1 ? Gate::ry : Gate::rz, quarter);
    for (Matrix2& gate : weyl_.left) gate = circuit::multiply(gate, turn);
    for (Matrix2& gate : weyl_.right) gate = circuit::multiply(circuit::adjoint(turn), gate);
  }

  WeylDecomposition& weyl_;
  std::array<double*, 3> coordinates_;
};

}  // namespace

WeylDecomposition weyl_decomposition(std::span<Complex const> matrix) {
  Matrix4 special;
  for (std::size_t k = 0; k < 16; ++k) special[k] = matrix[k];
  WeylDecomposition weyl;
  weyl.phase = std::arg(determinant(special)) / 4;
  for (Complex& entry : special) entry *= std::polar(1.0, -weyl.phase);

  Matrix4 const in_magic = multiply(adjoint(magic), multiply(special, magic));
  Matrix4 const square = multiply(transpose(in_magic), in_magic);
  Real4 real, imaginary;
  for (std::size_t row = 0; row < 4; ++row)
    for (std::size_t column = 0; column < 4; ++column) {  // symmetric but for rounding
      Complex const entry = (square[row * 4 + column] + square[column * 4 + row]) / 2.0;
      real[row * 4 + column] = entry.real();
      imaginary[row * 4 + column] = entry.imag();
    }
  Real4 const vectors = diagonalize_together(real, imaginary);
  Matrix4 right;  // the transposed eigenvectors
  for (std::size_t row = 0; row < 4; ++row)
    for (std::size_t column = 0; column < 4; ++column) right[column * 4 + row] = vectors[row * 4 + column];
  if (determinant(right).real() < 0)
    for (std::size_t column = 0; column < 4; ++column) right[column] = -right[column];

  std::array<double, 4> angles;
  for (std::size_t k = 0; k < 4; ++k) angles[k] = std::atan2(imaginary[k * 5], real[k * 5]) / 2;
  auto const left_for = [&] {
    Matrix4 left = multiply(in_magic, transpose(right));
    for (std::size_t row = 0; row < 4; ++row)
      for (std::size_t column = 0; column < 4; ++column)
        left[row * 4 + column] = std::real(left[row * 4 + column] * std::polar(1.0, -angles[column]));
    return left;
  };
  Matrix4 left = left_for();
  if (determinant(left).real() < 0) {
    angles[0] += pi;
    left = left_for();
  }
  weyl.left = factors(multiply(magic, multiply(left, adjoint(magic))));
  weyl.right = factors(multiply(magic, multiply(right, adjoint(magic))));

  // In the magic basis X⊗X, Y⊗Y and Z⊗Z have the eigenvalues (1, 1, -1, -1), (-1, 1, -1, 1) and (1, -1, -1, 1).
  double const mean = (angles[0] + angles[1] + angles[2] + angles[3]) / 4;
  weyl.phase += mean;
  weyl.a = (angles[0] + angles[1]) / 2 - mean;
  weyl.b = (angles[1] + angles[3]) / 2 - mean;
  weyl.c = (angles[0] + angles[3]) / 2 - mean;
  Chamber(weyl).enter();
  return weyl;
}

}  // namespace qhub::circuit
