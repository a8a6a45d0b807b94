#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/classical_state.h"
#include "qhub/sim/counts.h"

/// What engines are tested against: definitions written out, slow and obviously right.
namespace qhub::sim::dense {

using circuit::Complex;
using circuit::Qubit;
using State = std::vector<Complex>;

/// A normalised state of n qubits, uniform on the sphere.
inline State random_state(unsigned n, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  State state(std::size_t{1} << n);
  double norm = 0;
  for (Complex& a : state) {
    a = {normal(generator), normal(generator)};
    norm += std::norm(a);
  }
  for (Complex& a : state) a /= std::sqrt(norm);
  return state;
}

/// A random unitary on k qubits, row-major: random rows, each made orthogonal to those before.
inline std::vector<Complex> random_unitary(unsigned k, unsigned seed) {
  std::size_t const size = std::size_t{1} << k;
  std::vector<Complex> matrix;
  for (std::size_t r = 0; r < size; ++r) {
    State row = random_state(k, 1000 * seed + static_cast<unsigned>(r));
    for (int repeat = 0; repeat < 2; ++repeat) {  // once more, because the first time leaves rounding errors
      for (std::size_t before = 0; before < r; ++before) {
        Complex overlap = 0;
        for (std::size_t c = 0; c < size; ++c) overlap += std::conj(matrix[before * size + c]) * row[c];
        for (std::size_t c = 0; c < size; ++c) row[c] -= overlap * matrix[before * size + c];
      }
      double norm = 0;
      for (Complex const a : row) norm += std::norm(a);
      for (Complex& a : row) a /= std::sqrt(norm);
    }
    matrix.insert(matrix.end(), row.begin(), row.end());
  }
  return matrix;
}

/// ⟨i|U|j⟩ of a controlled gate on a register, from the gate's own matrix.
inline Complex element(std::size_t i, std::size_t j, std::span<Complex const> matrix, std::span<Qubit const> targets,
                       std::span<Qubit const> positive_controls, std::span<Qubit const> negative_controls) {
  bool acts = true;
  for (Qubit const q : positive_controls) acts = acts && (j >> q & 1) == 1;
  for (Qubit const q : negative_controls) acts = acts && (j >> q & 1) == 0;
  if (!acts) return i == j ? 1 : 0;
  std::size_t row = 0, column = 0, rest = i ^ j;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    row |= (i >> targets[t] & 1) << t;
    column |= (j >> targets[t] & 1) << t;
    rest &= ~(std::size_t{1} << targets[t]);
  }
  return rest == 0 ? matrix[row * (std::size_t{1} << targets.size()) + column] : 0;
}

inline State apply_gate(State const& state, std::span<Complex const> matrix, std::span<Qubit const> targets,
                        std::span<Qubit const> positive_controls = {}, std::span<Qubit const> negative_controls = {}) {
  State result(state.size());
  for (std::size_t i = 0; i < state.size(); ++i)
    for (std::size_t j = 0; j < state.size(); ++j)
      result[i] += element(i, j, matrix, targets, positive_controls, negative_controls) * state[j];
  return result;
}

inline State apply_gate(State const& state, circuit::Instruction const& gate) {
  if (gate.kind == circuit::InstructionKind::unitary)
    return apply_gate(state, gate.matrix, gate.targets, gate.positive_controls, gate.negative_controls);
  std::vector<Complex> matrix(std::size_t{1} << 2 * gate.targets.size());
  circuit::write_matrix(gate.gate, gate.parameters, matrix.data());
  return apply_gate(state, matrix, gate.targets, gate.positive_controls, gate.negative_controls);
}

/// The exact probability of each outcome text of a circuit, by following both outcomes of every measurement and reset.
class Distribution {
 public:
  explicit Distribution(circuit::Circuit const& circuit) : circuit_(circuit) {
    State start(std::size_t{1} << circuit.qubit_count());
    start[0] = 1;
    follow(0, 1, start, ClassicalState(circuit));
  }
  [[nodiscard]] std::map<std::string, double> const& probabilities() const { return probabilities_; }

 private:
  void follow(std::size_t position, double weight, State state, ClassicalState classical) {
    for (; position < circuit_.size(); ++position) {
      circuit::Instruction const instruction = circuit_[position];
      if (!classical.holds(instruction.condition)) continue;
      switch (instruction.kind) {
        case circuit::InstructionKind::gate:
        case circuit::InstructionKind::unitary:
          state = apply_gate(state, instruction);
          break;
        case circuit::InstructionKind::measure:
        case circuit::InstructionKind::reset:
          for (bool const outcome : {false, true}) {
            Qubit const qubit = instruction.targets[0];
            bool const is_reset = instruction.kind == circuit::InstructionKind::reset;
            State collapsed(state.size());
            double probability = 0;
            for (std::size_t i = 0; i < state.size(); ++i) {
              if ((i >> qubit & 1) != outcome) continue;
              probability += std::norm(state[i]);
              collapsed[is_reset ? i & ~(std::size_t{1} << qubit) : i] = state[i];
            }
            if (probability < 1e-14) continue;
            for (Complex& a : collapsed) a /= std::sqrt(probability);
            ClassicalState after = classical;
            if (!is_reset) after.set(instruction.clbit, outcome);
            follow(position + 1, weight * probability, collapsed, after);
          }
          return;
        case circuit::InstructionKind::assign:
          classical.assign(instruction);
          break;
        case circuit::InstructionKind::loop_begin:
          if (!classical.enters(instruction.loop)) position = circuit_.loops()[instruction.loop].end;
          break;
        case circuit::InstructionKind::loop_end:
          position = circuit_.loops()[instruction.loop].begin - 1;
          break;
        default:
          break;
      }
    }
    probabilities_[to_text(classical.outcome(), circuit_.clbit_count())] += weight;
  }

  circuit::Circuit const& circuit_;
  std::map<std::string, double> probabilities_;
};

/// Whether counts could have come from a distribution: no impossible outcome, and Pearson's chi-square over the
/// outcomes expected at least five times within six standard deviations. Returns what is wrong, or nothing.
inline std::string disagreement(Counts const& counts, std::map<std::string, double> const& probabilities) {
  double shots = 0;
  for (Counts::Entry const& entry : counts.entries) {
    shots += static_cast<double>(entry.shots);
    if (!probabilities.contains(to_text(entry.outcome, counts.width)))
      return "impossible outcome " + to_text(entry.outcome, counts.width);
  }
  double chi_square = 0, terms = 0;
  for (auto const& [text, probability] : probabilities) {
    double const expected = shots * probability;
    if (expected < 5) continue;
    double const difference = static_cast<double>(counts[text]) - expected;
    chi_square += difference * difference / expected;
    ++terms;
  }
  double const bound = terms + 6 * std::sqrt(2 * terms) + 6;
  return chi_square < bound ? "" : "chi-square " + std::to_string(chi_square) + " over " + std::to_string(bound);
}

template <class A, class B>
double max_distance(A const& a, B const& b) {
  double distance = std::size(a) == std::size(b) ? 0 : HUGE_VAL;
  for (std::size_t i = 0; i < std::min(std::size(a), std::size(b)); ++i)
    distance = std::max(distance, std::abs(a[i] - b[i]));
  return distance;
}

}  // namespace qhub::sim::dense
