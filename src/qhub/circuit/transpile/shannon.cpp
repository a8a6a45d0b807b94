#include "qhub/circuit/transpile/shannon.h"

#include <bit>
#include <cmath>

#include "qhub/circuit/dense.h"
#include "qhub/circuit/transpile/euler.h"
#include "qhub/circuit/transpile/two_qubit.h"

namespace qhub::circuit {
namespace {

/// A matrix in four quarters: `index` 0 is the top left, 1 the top right, 2 and 3 are below.
Matrix quarter(std::span<Complex const> matrix, std::size_t half, std::size_t index) {
  Matrix block(half * half);
  for (std::size_t row = 0; row < half; ++row)
    for (std::size_t column = 0; column < half; ++column)
      block[row * half + column] = matrix[(row + index / 2 * half) * 2 * half + column + index % 2 * half];
  return block;
}

class ShannonSynthesis {
 public:
  explicit ShannonSynthesis(unsigned qubits) : circuit(qubits) {}

  Circuit circuit;

  /// The unitary on the qubits below `qubits`.
  void unitary(std::span<Complex const> matrix, unsigned qubits) {
    if (qubits == 1) return local(matrix, 0);
    if (qubits == 2) return two_qubits(matrix);
    // U = (L0 ⊕ L1) · multiplexed ry on the highest qubit · (R0 ⊕ R1): the cosine-sine decomposition.
    std::size_t const half = std::size_t{1} << (qubits - 1);
    auto const [left0, cosines, right0] = singular_values(quarter(matrix, half, 0), half);
    // The lower left quarter is L1 S R0. Its columns times R0† are orthogonal, of length s; the longest ones are last.
    Matrix const lower_left = multiply(quarter(matrix, half, 2), adjoint(right0, half), half);
    Matrix reversed(half * half), left1(half * half);
    for (std::size_t row = 0; row < half; ++row)
      for (std::size_t column = 0; column < half; ++column)
        reversed[row * half + column] = lower_left[row * half + half - 1 - column];
    orthonormalize_columns(reversed, half);
    std::vector<double> angles(half);
    for (std::size_t column = 0; column < half; ++column) {
      Complex sine = 0;  // along the column, whose phase counts as L1's
      for (std::size_t row = 0; row < half; ++row) {
        left1[row * half + column] = reversed[row * half + half - 1 - column];
        sine += std::conj(left1[row * half + column]) * lower_left[row * half + column];
      }
      angles[column] = 2 * std::atan2(sine.real(), cosines[column]);
    }
    // R1 follows from the upper right quarter, -L0 S R1, or from the lower right one, L1 C R1, whichever is larger.
    Matrix const from_above = multiply(adjoint(left0, half), quarter(matrix, half, 1), half);
    Matrix const from_below = multiply(adjoint(left1, half), quarter(matrix, half, 3), half);
    Matrix right1(half * half);
    for (std::size_t row = 0; row < half; ++row) {
      double const sine = std::sin(angles[row] / 2), cosine = std::cos(angles[row] / 2);
      for (std::size_t column = 0; column < half; ++column)
        right1[row * half + column] =
            sine > cosine ? -from_above[row * half + column] / sine : from_below[row * half + column] / cosine;
    }
    selected(right0, right1, qubits - 1);
    multiplexed(Gate::ry, angles, qubits - 1);
    selected(left0, left1, qubits - 1);
  }

 private:
  /// `zero` or `one` on the qubits below `selector`, as that one says: V · (D ⊕ D†) · W with a diagonal D.
  void selected(Matrix const& zero, Matrix const& one, unsigned selector) {
    std::size_t const n = std::size_t{1} << selector;
    auto const [vectors, values] = diagonalize_unitary(multiply(zero, adjoint(one, n), n), n);
    std::vector<double> angles(n);
    Matrix roots(n * n);
    for (std::size_t k = 0; k < n; ++k) {
      double const half = std::arg(values[k]) / 2;
      roots[k * n + k] = std::polar(1.0, half);
      angles[k] = -2 * half;
    }
    unitary(multiply(roots, multiply(adjoint(vectors, n), one, n), n), selector);
    multiplexed(Gate::rz, angles, selector);
    unitary(vectors, selector);
  }

  /// A rotation of `target` by angles[k] if the qubits below it hold k.
  /// Möttönen et al., "Quantum circuits for general multiqubit gates", arXiv:quant-ph/0404089.
  void multiplexed(Gate axis, std::span<double const> angles, Qubit target) {
    std::size_t const n = angles.size();
    for (std::size_t step = 0; step < n; ++step) {
      std::size_t const gray = step ^ step >> 1;
      double angle = 0;
      for (std::size_t k = 0; k < n; ++k) angle += std::popcount(k & gray) % 2 == 0 ? angles[k] : -angles[k];
      circuit.gate(axis, {target}, {angle / static_cast<double>(n)});
      auto const changes = static_cast<Qubit>(step + 1 == n ? std::countr_zero(n) - 1 : std::countr_zero(step + 1));
      circuit.cx(changes, target);
    }
  }

  void local(std::span<Complex const> matrix, Qubit qubit) {
    EulerAngles const angles = euler_angles(matrix);
    circuit.u(tidy_angle(angles.theta), tidy_angle(angles.phi), tidy_angle(angles.lambda), qubit);
  }

  void two_qubits(std::span<Complex const> matrix) {
    static TwoQubitSynthesis const synthesis(Entangler::cx);
    for (TwoQubitStep const& step : synthesis.steps(weyl_decomposition(matrix)))
      if (step.entangles)
        circuit.cx(0, 1);
      else
        local(step.local, step.qubit);
  }
};

}  // namespace

Circuit synthesize_unitary(std::span<Complex const> matrix, unsigned qubits) {
  ShannonSynthesis synthesis(qubits);
  synthesis.unitary(matrix, qubits);
  return std::move(synthesis.circuit);
}

}  // namespace qhub::circuit
