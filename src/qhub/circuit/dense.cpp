#include "qhub/circuit/dense.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qhub::circuit {
namespace {

/// Multiplies columns p and q by a unitary of dimension two.
void rotate_columns(Matrix& matrix, std::size_t n, std::size_t p, std::size_t q, double cosine, Complex sine) {
  for (std::size_t row = 0; row < n; ++row) {
    Complex const a = matrix[row * n + p], b = matrix[row * n + q];
    matrix[row * n + p] = cosine * a - std::conj(sine) * b;
    matrix[row * n + q] = sine * a + cosine * b;
  }
}

/// The rotation that makes the entry `between` of the Hermitian matrix {{at_p, between}, {conj, at_q}} zero.
struct Rotation {
  double cosine;
  Complex sine;
};
Rotation rotation_to_diagonal(double at_p, double at_q, Complex between) {
  double const size = std::abs(between);
  double const theta = (at_q - at_p) / (2 * size);
  double const tangent = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(1.0, theta));
  double const cosine = 1 / std::hypot(1.0, tangent);
  return {cosine, cosine * tangent * between / size};
}

constexpr int most_sweeps = 60;
constexpr double tolerance = 1e-15;

/// Makes `hermitian` diagonal by Jacobi rotations and multiplies `vectors` (both n × n, row-major) by them from the
/// right: its columns become the eigenvectors. Golub & Van Loan, "Matrix Computations", section 8.5.
void diagonalize(Matrix& hermitian, Matrix& vectors, std::size_t n) {
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double off_diagonal = 0;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        Complex const entry = hermitian[p * n + q];
        off_diagonal = std::max(off_diagonal, std::abs(entry));
        if (std::abs(entry) <= tolerance) continue;
        auto const [cosine, sine] =
            rotation_to_diagonal(hermitian[p * n + p].real(), hermitian[q * n + q].real(), entry);
        rotate_columns(hermitian, n, p, q, cosine, sine);
        rotate_columns(vectors, n, p, q, cosine, sine);
        for (std::size_t column = 0; column < n; ++column) {
          Complex const a = hermitian[p * n + column], b = hermitian[q * n + column];
          hermitian[p * n + column] = cosine * a - sine * b;
          hermitian[q * n + column] = std::conj(sine) * a + cosine * b;
        }
      }
    if (off_diagonal <= tolerance) return;
  }
}

double column_norm(Matrix const& matrix, std::size_t n, std::size_t column) {
  double sum = 0;
  for (std::size_t row = 0; row < n; ++row) sum += std::norm(matrix[row * n + column]);
  return std::sqrt(sum);
}

}  // namespace

Matrix identity(std::size_t n) {
  Matrix one(n * n);
  for (std::size_t i = 0; i < n; ++i) one[i * n + i] = 1;
  return one;
}

Matrix multiply(std::span<Complex const> a, std::span<Complex const> b, std::size_t n) {
  Matrix product(n * n);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t column = 0; column < n; ++column)
        product[row * n + column] += a[row * n + k] * b[k * n + column];
  return product;
}

Matrix adjoint(std::span<Complex const> matrix, std::size_t n) {
  Matrix result(n * n);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t column = 0; column < n; ++column) result[column * n + row] = std::conj(matrix[row * n + column]);
  return result;
}

Matrix tensor(std::span<Complex const> low, std::size_t low_n, std::span<Complex const> high, std::size_t high_n) {
  std::size_t const n = low_n * high_n;
  Matrix product(n * n);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t column = 0; column < n; ++column)
      product[row * n + column] =
          low[row % low_n * low_n + column % low_n] * high[row / low_n * high_n + column / low_n];
  return product;
}

Eigensystem diagonalize_unitary(std::span<Complex const> matrix, std::size_t n) {
  Matrix const dagger = adjoint(matrix, n);
  Eigensystem result;
  // An angle is unlucky if two eigenvalues of U give the same one of the Hermitian matrix; then the next one is tried.
  for (double const alpha : {1.0, 0.3, 2.1, 0.77}) {
    Matrix hermitian(n * n);
    for (std::size_t i = 0; i < n * n; ++i)
      hermitian[i] =
          std::cos(alpha) * (matrix[i] + dagger[i]) / 2.0 + std::sin(alpha) * (matrix[i] - dagger[i]) / Complex{0, 2};
    result.vectors = identity(n);
    diagonalize(hermitian, result.vectors, n);
    Matrix const spectrum = multiply(multiply(adjoint(result.vectors, n), matrix, n), result.vectors, n);
    double off_diagonal = 0;
    for (std::size_t row = 0; row < n; ++row)
      for (std::size_t column = 0; column < n; ++column)
        if (row != column) off_diagonal = std::max(off_diagonal, std::abs(spectrum[row * n + column]));
    result.values.resize(n);
    for (std::size_t i = 0; i < n; ++i) result.values[i] = spectrum[i * n + i];
    if (off_diagonal < 1e-9) break;
  }
  return result;
}

SingularValues singular_values(std::span<Complex const> matrix, std::size_t n) {
  Matrix columns(matrix.begin(), matrix.end()), rotations = identity(n);
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double overlap = 0;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        double at_p = 0, at_q = 0;
        Complex between = 0;
        for (std::size_t row = 0; row < n; ++row) {
          Complex const a = columns[row * n + p], b = columns[row * n + q];
          at_p += std::norm(a), at_q += std::norm(b), between += std::conj(a) * b;
        }
        overlap = std::max(overlap, std::abs(between));
        if (std::abs(between) <= tolerance) continue;
        auto const [cosine, sine] = rotation_to_diagonal(at_p, at_q, between);
        rotate_columns(columns, n, p, q, cosine, sine);
        rotate_columns(rotations, n, p, q, cosine, sine);
      }
    if (overlap <= tolerance) break;
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> norms(n);
  for (std::size_t i = 0; i < n; ++i) norms[i] = column_norm(columns, n, i);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return norms[a] > norms[b]; });
  SingularValues result{Matrix(n * n), std::vector<double>(n), Matrix(n * n)};
  for (std::size_t i = 0; i < n; ++i) {
    result.values[i] = norms[order[i]];
    for (std::size_t row = 0; row < n; ++row) {
      result.left[row * n + i] = columns[row * n + order[i]];
      result.right[i * n + row] = std::conj(rotations[row * n + order[i]]);
    }
  }
  orthonormalize_columns(result.left, n);
  return result;
}

void orthonormalize_columns(Matrix& matrix, std::size_t n) {
  std::size_t next_unit = 0;  // the unit vector to try next for a column that must be replaced
  constexpr double dependent = 1e-12;
  for (std::size_t column = 0; column < n; ++column) {
    for (;;) {
      double norm = 0;
      for (int twice = 0; twice < 2; ++twice) {  // the second time removes what rounding left
        for (std::size_t earlier = 0; earlier < column; ++earlier) {
          Complex overlap = 0;
          for (std::size_t row = 0; row < n; ++row)
            overlap += std::conj(matrix[row * n + earlier]) * matrix[row * n + column];
          for (std::size_t row = 0; row < n; ++row) matrix[row * n + column] -= overlap * matrix[row * n + earlier];
        }
        norm = column_norm(matrix, n, column);
        if (norm < dependent) break;
        for (std::size_t row = 0; row < n; ++row) matrix[row * n + column] /= norm;
      }
      if (norm >= dependent || next_unit == n) break;
      for (std::size_t row = 0; row < n; ++row) matrix[row * n + column] = row == next_unit ? 1 : 0;
      ++next_unit;
    }
  }
}

}  // namespace qhub::circuit
