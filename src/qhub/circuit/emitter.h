#pragma once

#include <span>
#include <utility>
#include <vector>

#include "qhub/circuit/algebra.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/named_gate.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit {

/// What readers append instructions through: maps named gates to the table, applies the condition and the gate
/// modifiers in force, and counts against the limits. Its failures are those of Circuit::append, too_large, and
/// unsupported for what has no inverse or power.
class Emitter final : public InstructionSink {
 public:
  explicit Emitter(ReadOptions const& options) : options_(options) {}
  Emitter(Emitter const&) = delete;
  Emitter& operator=(Emitter const&) = delete;

  Circuit circuit;            ///< What has been made.
  Condition::Id condition{};  ///< Applies to all that is emitted, except barriers and delays.

  /// \param parameters   named.parameter_count() values; `expressions` as in Instruction.
  /// \param qubits       controls and targets as a call lists them.
  Result<void> gate(NamedGate const& named, std::span<double const> parameters, std::span<Expression const> expressions,
                    std::span<Qubit const> qubits);
  /// Adds the controls and the condition in force.
  Result<void> emit(Instruction instruction) override;
  /// Counts work that emits nothing itself, such as the call of a gate, against max_instructions.
  /// \param amount  in units of what a typical instruction costs.
  Result<void> count(std::size_t amount) override;

  /// Gate modifiers: what `body` emits is controlled by `qubits`, or raised to a power (-1: inverted).
  /// \param body  callable that returns whether it succeeded; it reports its own failure, and power() then emits
  /// nothing.
  template <class Body>
  bool controlled(std::span<Qubit const> qubits, bool positive, Body const& body) {
    auto& controls = positive ? positive_controls_ : negative_controls_;
    std::size_t const outer = controls.size();
    controls.insert(controls.end(), qubits.begin(), qubits.end());
    bool const succeeded = body();
    controls.resize(outer);
    return succeeded;
  }
  template <class Body>
  Result<void> power(double exponent, Body const& body) {
    Circuit collected(circuit.qubit_count());
    Circuit* const outer_sink = std::exchange(sink_, &collected);
    auto const outer_positive = std::exchange(positive_controls_, {});
    auto const outer_negative = std::exchange(negative_controls_, {});
    bool const succeeded = body();
    sink_ = outer_sink;
    positive_controls_ = outer_positive;
    negative_controls_ = outer_negative;
    return succeeded ? emit_power(collected, exponent, *this) : Result<void>();
  }

 private:
  ReadOptions const& options_;
  Circuit* sink_ = &circuit;
  std::vector<Qubit> positive_controls_;
  std::vector<Qubit> negative_controls_;
  std::size_t counted_ = 0;
};

}  // namespace qhub::circuit
