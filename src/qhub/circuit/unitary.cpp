#include "qhub/circuit/unitary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "qhub/circuit/dense.h"

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
  auto const [vectors, values] = diagonalize_unitary(matrix, n);
  std::vector<Complex> powers(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    double angle = std::arg(values[i]);
    if (angle < -std::numbers::pi + 1e-9) angle += 2 * std::numbers::pi;  // -1 after rounding
    powers[i * n + i] = std::polar(1.0, exponent * angle);
  }
  return multiply(multiply(vectors, powers, n), adjoint(vectors, n), n);
}

}  // namespace qhub::circuit
