#include "qhub/circuit/transpile/euler.h"

#include <cmath>
#include <numbers>

namespace qhub::circuit {

EulerAngles euler_angles(std::span<Complex const> matrix) {
  // u's first row is cos(θ/2), -e^{iλ} sin(θ/2) and its first column cos(θ/2), e^{iφ} sin(θ/2).
  double const cosine = std::abs(matrix[0]), sine = std::abs(matrix[2]);
  EulerAngles angles{.theta = 2 * std::atan2(sine, cosine)};
  constexpr double negligible = 1e-12;
  if (sine < negligible) {
    angles.theta = 0;
    angles.phase = std::arg(matrix[0]);
    angles.lambda = std::arg(matrix[3]) - angles.phase;
  } else if (cosine < negligible) {
    angles.theta = std::numbers::pi;
    angles.phase = std::arg(matrix[2]);
    angles.lambda = std::arg(-matrix[1]) - angles.phase;
  } else {
    angles.phase = std::arg(matrix[0]);
    angles.phi = std::arg(matrix[2]) - angles.phase;
    // From the larger entry: the phases of small ones are inexact, and only their sum or difference matters.
    angles.lambda =
        cosine >= sine ? std::arg(matrix[3]) - angles.phase - angles.phi : std::arg(-matrix[1]) - angles.phase;
  }
  return angles;
}

Matrix2 multiply(Matrix2 const& a, Matrix2 const& b) {
  return {a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3]};
}

Matrix2 adjoint(Matrix2 const& matrix) {
  return {std::conj(matrix[0]), std::conj(matrix[2]), std::conj(matrix[1]), std::conj(matrix[3])};
}

Matrix2 matrix_of(Gate gate, std::span<double const> parameters) {
  Matrix2 matrix;
  write_matrix(gate, parameters, matrix.data());
  return matrix;
}

double tidy_angle(double angle) {
  constexpr double pi = std::numbers::pi, step = pi / 4, rounding = 1e-13;
  angle = std::remainder(angle, 2 * pi);
  double const nearest = std::round(angle / step) * step;
  if (std::abs(angle - nearest) < rounding) angle = nearest;
  return angle <= -pi ? pi : angle;
}

}  // namespace qhub::circuit
