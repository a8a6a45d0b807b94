#include "qhub/circuit/unitary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace qhub::circuit {
namespace {

/// Applies an instruction's matrix to every column of `columns` (dimension × dimension, row-major).
void apply(Instruction const& instruction, std::span<Complex const> gate, std::span<Qubit const> qubits,
           std::vector<Complex>& columns) {
  std::size_t const dimension = std::size_t{1} << qubits.size();
  auto const bit_of = [&](Qubit qubit) {
    return std::size_t{1} << (std::ranges::find(qubits, qubit) - qubits.begin());
  };
  std::size_t ones = 0, zeros = 0, all_targets = 0;
  for (Qubit const qubit : instruction.positive_controls) ones |= bit_of(qubit);
  for (Qubit const qubit : instruction.negative_controls) zeros |= bit_of(qubit);
  std::size_t const size = std::size_t{1} << instruction.targets.size();
  std::vector<std::size_t> offset(size, 0);  // of the rows that the gate's index j means
  for (std::size_t target = 0; target < instruction.targets.size(); ++target) {
    std::size_t const bit = bit_of(instruction.targets[target]);
    all_targets |= bit;
    for (std::size_t j = 0; j < size; ++j)
      if (j >> target & 1) offset[j] |= bit;
  }
  std::vector<Complex> before(size);
  for (std::size_t row = 0; row < dimension; ++row) {
    if ((row & all_targets) != 0 || (row & ones) != ones || (row & zeros) != 0) continue;
    for (std::size_t column = 0; column < dimension; ++column) {
      for (std::size_t j = 0; j < size; ++j) before[j] = columns[(row | offset[j]) * dimension + column];
      for (std::size_t j = 0; j < size; ++j) {
        Complex sum = 0;
        for (std::size_t k = 0; k < size; ++k) sum += gate[j * size + k] * before[k];
        columns[(row | offset[j]) * dimension + column] = sum;
      }
    }
  }
}

/// Makes `hermitian` diagonal by Jacobi rotations and multiplies `vectors` (both n × n, row-major) by them from the
/// right: its columns become the eigenvectors. Golub & Van Loan, "Matrix Computations", section 8.5.
void diagonalize(std::vector<Complex>& hermitian, std::vector<Complex>& vectors, std::size_t n) {
  constexpr int most_sweeps = 60;
  constexpr double tolerance = 1e-15;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double off_diagonal = 0;
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        Complex const entry = hermitian[p * n + q];
        double const size = std::abs(entry);
        off_diagonal = std::max(off_diagonal, size);
        if (size <= tolerance) continue;
        double const theta = (hermitian[q * n + q].real() - hermitian[p * n + p].real()) / (2 * size);
        double const tangent = std::copysign(1.0, theta) / (std::abs(theta) + std::hypot(1.0, theta));
        double const cosine = 1 / std::hypot(1.0, tangent);
        Complex const sine = cosine * tangent * entry / size;
        auto const rotate_columns = [&](std::vector<Complex>& matrix) {
          for (std::size_t row = 0; row < n; ++row) {
            Complex const a = matrix[row * n + p], b = matrix[row * n + q];
            matrix[row * n + p] = cosine * a - std::conj(sine) * b;
            matrix[row * n + q] = sine * a + cosine * b;
          }
        };
        rotate_columns(hermitian);
        rotate_columns(vectors);
        for (std::size_t column = 0; column < n; ++column) {
          Complex const a = hermitian[p * n + column], b = hermitian[q * n + column];
          hermitian[p * n + column] = cosine * a - sine * b;
          hermitian[q * n + column] = std::conj(sine) * a + cosine * b;
        }
      }
    if (off_diagonal <= tolerance) return;
  }
}

std::vector<Complex> multiply(std::span<Complex const> a, std::span<Complex const> b, std::size_t n) {
  std::vector<Complex> product(n * n);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t column = 0; column < n; ++column)
        product[row * n + column] += a[row * n + k] * b[k * n + column];
  return product;
}

std::vector<Complex> adjoint(std::span<Complex const> matrix, std::size_t n) {
  std::vector<Complex> result(n * n);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t column = 0; column < n; ++column) result[column * n + row] = std::conj(matrix[row * n + column]);
  return result;
}

}  // namespace

std::optional<std::vector<Complex>> unitary_matrix(Circuit const& circuit, std::span<Qubit const> qubits) {
  std::size_t const dimension = std::size_t{1} << qubits.size();
  std::vector<Complex> columns(dimension * dimension);
  for (std::size_t index = 0; index < dimension; ++index) columns[index * dimension + index] = 1;
  std::array<Complex, std::size_t{1} << 2 * max_gate_targets> gate;
  for (Instruction const instruction : circuit) {
    if (instruction.is_symbolic()) return std::nullopt;
    switch (instruction.kind) {
      case InstructionKind::gate:
        write_matrix(instruction.gate, instruction.parameters, gate.data());
        apply(instruction, gate, qubits, columns);
        break;
      case InstructionKind::unitary:
        apply(instruction, instruction.matrix, qubits, columns);
        break;
      case InstructionKind::barrier:
      case InstructionKind::delay:
        break;
      default:
        return std::nullopt;
    }
  }
  return columns;
}

std::vector<Complex> unitary_power(std::span<Complex const> matrix, std::size_t dimension, double exponent) {
  std::size_t const n = dimension;
  std::vector<Complex> const dagger = adjoint(matrix, n);
  std::vector<Complex> vectors, spectrum;
  // An angle is unlucky if two eigenvalues of U give the same one of the Hermitian matrix; then the next one is tried.
  for (double const alpha : {1.0, 0.3, 2.1, 0.77}) {
    std::vector<Complex> hermitian(n * n);
    for (std::size_t i = 0; i < n * n; ++i)
      hermitian[i] =
          std::cos(alpha) * (matrix[i] + dagger[i]) / 2.0 + std::sin(alpha) * (matrix[i] - dagger[i]) / Complex{0, 2};
    vectors.assign(n * n, 0);
    for (std::size_t i = 0; i < n; ++i) vectors[i * n + i] = 1;
    diagonalize(hermitian, vectors, n);
    spectrum = multiply(multiply(adjoint(vectors, n), matrix, n), vectors, n);
    double off_diagonal = 0;
    for (std::size_t row = 0; row < n; ++row)
      for (std::size_t column = 0; column < n; ++column)
        if (row != column) off_diagonal = std::max(off_diagonal, std::abs(spectrum[row * n + column]));
    if (off_diagonal < 1e-9) break;
  }
  std::vector<Complex> powers(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    double angle = std::arg(spectrum[i * n + i]);
    if (angle < -std::numbers::pi + 1e-9) angle += 2 * std::numbers::pi;  // -1 after rounding
    powers[i * n + i] = std::polar(1.0, exponent * angle);
  }
  return multiply(multiply(vectors, powers, n), adjoint(vectors, n), n);
}

}  // namespace qhub::circuit
