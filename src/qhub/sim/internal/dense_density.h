#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "qhub/sim/channel.h"
#include "qhub/sim/internal/dense_reference.h"

namespace qhub::sim::dense {

/// A density matrix as dimension × dimension numbers, row-major, evolved by the definitions.
class Density {
 public:
  explicit Density(unsigned qubits) : size_(std::size_t{1} << qubits), entries_(size_ * size_) { entries_[0] = 1; }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Complex operator()(std::size_t row, std::size_t column) const { return entries_[row * size_ + column]; }
  [[nodiscard]] double trace() const {
    double sum = 0;
    for (std::size_t i = 0; i < size_; ++i) sum += (*this)(i, i).real();
    return sum;
  }

  /// ρ becomes Σ K ρ K†.
  void apply(Operators const& operators, std::vector<Qubit> const& qubits) {
    std::vector<Complex> sum(entries_.size());
    for (std::vector<Complex> const& k : operators) {
      std::vector<Complex> half(entries_.size());
      auto const matrix = [&](std::size_t row, std::size_t column) { return element(row, column, k, qubits, {}, {}); };
      for (std::size_t i = 0; i < size_; ++i)
        for (std::size_t j = 0; j < size_; ++j)
          if (Complex const m = matrix(i, j); m != Complex{})
            for (std::size_t c = 0; c < size_; ++c) half[i * size_ + c] += m * entries_[j * size_ + c];
      for (std::size_t i = 0; i < size_; ++i)
        for (std::size_t j = 0; j < size_; ++j)
          if (Complex const m = std::conj(matrix(i, j)); m != Complex{})
            for (std::size_t r = 0; r < size_; ++r) sum[r * size_ + i] += half[r * size_ + j] * m;
    }
    entries_ = std::move(sum);
  }

 private:
  std::size_t size_;
  std::vector<Complex> entries_;
};

/// The exact probability of each outcome text of a circuit with noise, by following both outcomes of every measurement.
/// Loops are not followed.
class NoisyDistribution {
 public:
  explicit NoisyDistribution(circuit::Circuit const& circuit) : circuit_(circuit) {
    follow(0, Density(circuit.qubit_count()), Outcome(circuit.clbit_count()), circuit::ConditionEvaluator(circuit));
  }
  [[nodiscard]] std::map<std::string, double> const& probabilities() const { return probabilities_; }

 private:
  void follow(std::size_t position, Density density, Outcome bits, circuit::ConditionEvaluator conditions) {
    using circuit::InstructionKind;
    for (; position < circuit_.size(); ++position) {
      circuit::Instruction const instruction = circuit_[position];
      if (!conditions.holds(instruction.condition, [&](circuit::Clbit bit) { return bits[bit]; })) continue;
      std::vector<Qubit> qubits;
      for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
        qubits.insert(qubits.end(), group.begin(), group.end());
      if (instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary ||
          instruction.kind == InstructionKind::noise) {
        density.apply(operators_of(instruction), qubits);
      } else if (instruction.kind == InstructionKind::reset) {
        density.apply({{1, 0, 0, 0}, {0, 1, 0, 0}}, qubits);
      } else if (instruction.kind == InstructionKind::measure) {
        for (bool const outcome : {false, true}) {
          Density after = density;
          after.apply({outcome ? std::vector<Complex>{0, 0, 0, 1} : std::vector<Complex>{1, 0, 0, 0}}, qubits);
          if (after.trace() < 1e-14) continue;
          Outcome with = bits;
          with.set(instruction.clbit, outcome);
          follow(position + 1, std::move(after), with, conditions);
        }
        return;
      }
    }
    probabilities_[to_text(bits, circuit_.clbit_count())] += density.trace();
  }

  circuit::Circuit const& circuit_;
  std::map<std::string, double> probabilities_;
};

}  // namespace qhub::sim::dense
