#pragma once

#include <array>
#include <span>

#include "qhub/circuit/transpile/euler.h"

namespace qhub::circuit {

/// A unitary on two qubits as local gates around the one entangling part,
/// U = e^{i·phase} (left[0] ⊗ left[1]) exp(i(a X⊗X + b Y⊗Y + c Z⊗Z)) (right[0] ⊗ right[1]),
/// index 0 being the first target. a, b, c name its place in the Weyl chamber, π/4 ≥ a ≥ b ≥ |c|, with c ≥ 0 if a =
/// π/4: two unitaries with the same a, b, c differ by gates on single qubits only.
struct WeylDecomposition {
  std::array<Matrix2, 2> left;
  std::array<Matrix2, 2> right;
  double a = 0;
  double b = 0;
  double c = 0;
  double phase = 0;
};

/// \param matrix  4 × 4, unitary, row-major, the first target the lowest bit.
/// Method: in the magic basis local gates are real, so UᵀU there is symmetric and its real eigenvectors are one side of
/// the decomposition. Khaneja & Glaser, arXiv:quant-ph/0010100; Zhang et al., arXiv:quant-ph/0209120 (chamber).
/// Exact to about 1e-14, also where eigenvalues coincide: real and imaginary part are diagonalized together.
[[nodiscard]] WeylDecomposition weyl_decomposition(std::span<Complex const> matrix);

}  // namespace qhub::circuit
