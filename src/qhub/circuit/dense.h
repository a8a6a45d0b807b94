#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "qhub/circuit/gate.h"

namespace qhub::circuit {

/// Small dense matrices, n × n, row-major.
using Matrix = std::vector<Complex>;

[[nodiscard]] Matrix identity(std::size_t n);
[[nodiscard]] Matrix multiply(std::span<Complex const> a, std::span<Complex const> b, std::size_t n);
[[nodiscard]] Matrix adjoint(std::span<Complex const> matrix, std::size_t n);
/// low ⊗ high with the index of `low` in the lower bits, as write_matrix() counts.
[[nodiscard]] Matrix tensor(std::span<Complex const> low, std::size_t low_n, std::span<Complex const> high,
                            std::size_t high_n);

/// U = V diag(values) V†: the columns of V are eigenvectors.
struct Eigensystem {
  Matrix vectors;
  std::vector<Complex> values;
};

/// \param matrix  unitary, n × n; a Hermitian one will do as well, and then the values are real.
/// Method: the Hermitian matrix cos α (U + U†)/2 + sin α (U - U†)/2i has U's eigenvectors for almost every α; Jacobi
/// rotations find them.
[[nodiscard]] Eigensystem diagonalize_unitary(std::span<Complex const> matrix, std::size_t n);

/// A = L diag(values) R with unitary L and R, and values ≥ 0 in descending order.
struct SingularValues {
  Matrix left;
  std::vector<double> values;
  Matrix right;
};

/// One-sided Jacobi rotations, Golub & Van Loan, "Matrix Computations", section 8.6.3.
[[nodiscard]] SingularValues singular_values(std::span<Complex const> matrix, std::size_t n);

/// Makes the columns of a matrix orthonormal, first to last; a column that depends on those before it is replaced by
/// one that does not.
void orthonormalize_columns(Matrix& matrix, std::size_t n);

}  // namespace qhub::circuit
