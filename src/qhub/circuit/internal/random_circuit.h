#pragma once

#include <algorithm>
#include <numbers>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/circuit/dense.h"

namespace qhub::circuit::test {

/// A gate that a random circuit may hold.
struct GateChoice {
  Gate gate;
  std::uint8_t positive_controls = 0;
  std::uint8_t negative_controls = 0;

  [[nodiscard]] std::size_t width() const { return positive_controls + negative_controls + info(gate).targets; }
};

/// Every gate of the table, bare and with one control.
inline std::vector<GateChoice> all_gates() {
  std::vector<GateChoice> choices;
  for (std::size_t k = 0; k < gate_count; ++k) {
    choices.push_back({static_cast<Gate>(k)});
    if (static_cast<Gate>(k) != Gate::gphase) choices.push_back({static_cast<Gate>(k), 1});
  }
  return choices;
}

inline std::vector<Qubit> random_qubits(std::mt19937_64& random, std::uint32_t among, std::size_t count) {
  std::vector<Qubit> all(among);
  std::iota(all.begin(), all.end(), 0U);
  std::ranges::shuffle(all, random);
  all.resize(count);
  return all;
}

/// Generic angles, and often the multiples of π/4 at which special cases begin.
inline double random_angle(std::mt19937_64& random) {
  if (random() % 3 == 0) return (static_cast<double>(random() % 17) - 8) * std::numbers::pi / 4;
  return std::uniform_real_distribution(-7.0, 7.0)(random);
}

/// Orthonormalized Gaussian columns: uniformly distributed.
inline Matrix random_unitary(std::mt19937_64& random, std::size_t n) {
  std::normal_distribution<double> normal;
  Matrix matrix(n * n);
  for (Complex& entry : matrix) entry = {normal(random), normal(random)};
  orthonormalize_columns(matrix, n);
  return matrix;
}

inline void append_random_gate(std::mt19937_64& random, Circuit& circuit, GateChoice const& choice) {
  std::vector<Qubit> const qubits = random_qubits(random, circuit.qubit_count(), choice.width());
  std::vector<double> parameters(info(choice.gate).parameters);
  for (double& parameter : parameters) parameter = random_angle(random);
  std::span<Qubit const> const all(qubits);
  std::size_t const controls = choice.positive_controls + choice.negative_controls;
  auto const appended =
      circuit.append({.gate = choice.gate,
                      .positive_controls = all.first(choice.positive_controls),
                      .negative_controls = all.subspan(choice.positive_controls, choice.negative_controls),
                      .targets = all.subspan(controls),
                      .parameters = parameters});
  if (!appended) throw std::logic_error(appended.error().message);
}

/// \param choices  those too wide for the circuit are passed over.
inline Circuit random_circuit(std::mt19937_64& random, std::uint32_t qubits, std::size_t size,
                              std::vector<GateChoice> choices) {
  std::erase_if(choices, [&](GateChoice const& choice) { return choice.width() > qubits; });
  Circuit circuit(qubits);
  while (circuit.size() < size) append_random_gate(random, circuit, choices[random() % choices.size()]);
  return circuit;
}

inline void append_random_unitary(std::mt19937_64& random, Circuit& circuit, std::size_t targets,
                                  std::size_t controls = 0) {
  std::vector<Qubit> const qubits = random_qubits(random, circuit.qubit_count(), targets + controls);
  Matrix const matrix = random_unitary(random, std::size_t{1} << targets);
  auto const appended = circuit.append({.kind = InstructionKind::unitary,
                                        .positive_controls = std::span(qubits).first(controls),
                                        .targets = std::span(qubits).subspan(controls),
                                        .matrix = matrix});
  if (!appended) throw std::logic_error(appended.error().message);
}

}  // namespace qhub::circuit::test
