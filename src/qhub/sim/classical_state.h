#pragma once

#include <cstdint>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/counts.h"

namespace qhub::sim {

/// What a run of a circuit remembers beside its qubits: classical bits, scratch bits, and the outcomes of tests.
class ClassicalState {
 public:
  /// All bits 0. The circuit must outlive it.
  explicit ClassicalState(circuit::Circuit const& circuit)
      : circuit_(&circuit), bits_(circuit.clbit_count() + circuit.scratch_count()), conditions_(circuit) {}

  [[nodiscard]] bool operator[](circuit::Clbit bit) const { return bits_[circuit_->bit_position(bit)]; }
  void set(circuit::Clbit bit, bool value) { bits_.set(circuit_->bit_position(bit), value); }

  /// Whether an instruction with this condition runs now.
  [[nodiscard]] bool holds(circuit::Condition::Id condition) {
    return conditions_.holds(condition, [this](circuit::Clbit bit) { return (*this)[bit]; });
  }
  /// Whether the body of a loop runs now (again). \param loop  position in Circuit::loops().
  [[nodiscard]] bool enters(std::uint32_t loop) {
    return conditions_.enters(circuit_->loops()[loop], [this](circuit::Clbit bit) { return (*this)[bit]; });
  }

  /// \param assignment  of kind assign.
  void assign(circuit::Instruction const& assignment) {
    std::uint64_t const value = assignment.value->evaluate([this](circuit::Clbit bit) { return (*this)[bit]; });
    for (std::uint32_t i = 0; i < assignment.clbit_count; ++i) set(assignment.clbit + i, (value >> i & 1) != 0);
  }

  /// Back to the start.
  void restart() {
    bits_ = Outcome(circuit_->clbit_count() + circuit_->scratch_count());
    conditions_.restart();
  }

  /// The classical bits, without scratch bits.
  [[nodiscard]] Outcome outcome() const { return bits_.first(circuit_->clbit_count()); }

 private:
  circuit::Circuit const* circuit_;
  Outcome bits_;  ///< By Circuit::bit_position().
  circuit::ConditionEvaluator conditions_;
};

}  // namespace qhub::sim
