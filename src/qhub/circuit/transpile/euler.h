#pragma once

#include <array>
#include <span>

#include "qhub/circuit/gate.h"

namespace qhub::circuit {

using Matrix2 = std::array<Complex, 4>;  ///< Row-major.

/// e^{i·phase} u(theta, phi, lambda) = e^{i·phase'} rz(phi) ry(theta) rz(lambda), 0 ≤ theta ≤ π.
struct EulerAngles {
  double theta = 0;
  double phi = 0;
  double lambda = 0;
  double phase = 0;
};

/// \param matrix  2 × 2, unitary, row-major.
/// Source: Nielsen & Chuang, "Quantum Computation and Quantum Information", theorem 4.1.
[[nodiscard]] EulerAngles euler_angles(std::span<Complex const> matrix);

[[nodiscard]] Matrix2 multiply(Matrix2 const& a, Matrix2 const& b);
[[nodiscard]] Matrix2 adjoint(Matrix2 const& matrix);
[[nodiscard]] Matrix2 matrix_of(Gate gate, std::span<double const> parameters = {});  ///< Of a gate on one target.

/// The angle brought into (-π, π], with values next to a multiple of π/4 moved onto it: decompositions leave rounding
/// errors of a few units in the last place, which would show as gates that do nothing.
[[nodiscard]] double tidy_angle(double angle);

}  // namespace qhub::circuit
