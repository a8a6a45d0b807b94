#include "qhub/circuit/emitter.h"

#include <fmt/format.h>

#include <numbers>

namespace qhub::circuit {

Result<void> Emitter::count(std::size_t amount) {
  counted_ += amount;
  if (counted_ > options_.max_instructions)
    return Error{
        ErrorKind::too_large,
        fmt::format("the circuit expands to more than {} instructions (max_instructions)", options_.max_instructions),
        {}};
  return {};
}

Result<void> Emitter::emit(Instruction instruction) {
  std::size_t const operands =
      instruction.targets.size() + instruction.control_count() + positive_controls_.size() + negative_controls_.size();
  if (auto counted = count(1 + operands / 8 + instruction.matrix.size() / 4); !counted) return counted;
  bool const acts = instruction.kind != InstructionKind::barrier && instruction.kind != InstructionKind::delay;
  if (acts && sink_ == &circuit) instruction.condition = condition;
  if (!acts || (positive_controls_.empty() && negative_controls_.empty())) return sink_->append(instruction);
  std::vector<Qubit> positive = positive_controls_, negative = negative_controls_;
  positive.insert(positive.end(), instruction.positive_controls.begin(), instruction.positive_controls.end());
  negative.insert(negative.end(), instruction.negative_controls.begin(), instruction.negative_controls.end());
  instruction.positive_controls = positive;
  instruction.negative_controls = negative;
  return sink_->append(instruction);
}

Result<void> Emitter::gate(NamedGate const& named, std::span<double const> parameters,
                           std::span<Expression const> expressions, std::span<Qubit const> qubits) {
  Instruction instruction{
      .gate = named.gate,
      .positive_controls = qubits.first(named.positive_controls),
      .negative_controls = qubits.subspan(named.positive_controls, named.negative_controls),
      .targets = qubits.subspan(named.positive_controls + named.negative_controls),
      .parameters = parameters,
      .expressions = expressions,
  };
  double const quarter_turn_first[] = {std::numbers::pi / 2, parameters.size() > 0 ? parameters[0] : 0,
                                       parameters.size() > 1 ? parameters[1] : 0};
  switch (named.form) {
    case NamedGate::Form::plain:
      break;
    case NamedGate::Form::u0:
      instruction.parameters = {};
      break;
    case NamedGate::Form::u2:
      instruction.parameters = quarter_turn_first;
      break;
    case NamedGate::Form::cu:
      if (auto phase = emit({.gate = Gate::p,
                             .targets = qubits.first(1),
                             .parameters = parameters.last(1),
                             .expressions = expressions});
          !phase)
        return phase;
      instruction.parameters = parameters.first(3);
      break;
  }
  return emit(instruction);
}

}  // namespace qhub::circuit
