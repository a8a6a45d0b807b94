#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/circuit/openqasm.h"
#include "qhub/circuit/unitary.h"

namespace qhub::circuit::test {

using Matrix = std::vector<Complex>;

inline double distance(Matrix const& a, Matrix const& b) {
  if (a.size() != b.size()) return 1e9;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

/// Distance after the best common phase.
inline double distance_up_to_phase(Matrix const& a, Matrix b) {
  if (a.size() != b.size()) return 1e9;
  Complex overlap = 0;
  for (std::size_t i = 0; i < a.size(); ++i) overlap += std::conj(b[i]) * a[i];
  for (Complex& entry : b) entry *= overlap / std::abs(overlap);
  return distance(a, b);
}

inline Matrix matrix_of(Circuit const& circuit) {
  std::vector<Qubit> qubits(circuit.qubit_count());
  std::iota(qubits.begin(), qubits.end(), 0U);
  return unitary_matrix(circuit, qubits).value_or(Matrix{});
}

inline Circuit read(std::string_view text, ReadOptions const& options = {}) {
  auto circuit = read_openqasm(text, options);
  EXPECT_TRUE(circuit) << circuit.error().message << "\n" << text;
  return circuit ? *std::move(circuit) : Circuit();
}

/// "x(0.5) +0 -1 2 if 0": controls with their sign, targets, condition; measurements as "measure 0 -> 1".
inline std::string to_text(Instruction const& instruction) {
  std::string text(instruction.kind == InstructionKind::gate ? std::string(info(instruction.gate).name)
                                                             : instruction_name(instruction));
  for (std::size_t i = 0; i < instruction.parameters.size(); ++i) {
    Expression const parameter = instruction.parameter(i);
    text += i == 0 ? "(" : ",";
    text += parameter.is_number() ? fmt::format("{:.6g}", parameter.number()) : parameter.to_text();
  }
  if (!instruction.parameters.empty()) text += ")";
  for (Qubit const qubit : instruction.positive_controls) text += fmt::format(" +{}", qubit);
  for (Qubit const qubit : instruction.negative_controls) text += fmt::format(" -{}", qubit);
  for (Qubit const qubit : instruction.targets) text += fmt::format(" {}", qubit);
  if (instruction.kind == InstructionKind::measure) text += fmt::format(" -> {}", instruction.clbit);
  if (instruction.condition)
    text += fmt::format(" if {}{}", instruction.condition.negated ? "not " : "", instruction.condition.index);
  return text;
}

inline std::string to_text(Circuit const& circuit) {
  std::string text;
  for (Instruction const instruction : circuit) text += (text.empty() ? "" : "; ") + to_text(instruction);
  return text;
}

}  // namespace qhub::circuit::test
