#include "qhub/circuit/emitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "qhub/circuit/unitary.h"

namespace qhub::circuit {
namespace {

/// Gates exp(i·parameter·G) in their first parameter, G fixed by the others.
bool scales_with_first_parameter(Gate gate) {
  switch (gate) {
    case Gate::rx:
    case Gate::ry:
    case Gate::rz:
    case Gate::r:
    case Gate::rxx:
    case Gate::ryy:
    case Gate::rzz:
    case Gate::rzx:
    case Gate::xy:
    case Gate::gphase:
    case Gate::p:
    case Gate::phase_zero:
      return true;
    default:
      return false;
  }
}

}  // namespace

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

Result<void> Emitter::gate(NamedGate const& named, std::span<double const> parameters, std::span<Qubit const> qubits) {
  Instruction instruction{
      .gate = named.gate,
      .positive_controls = qubits.first(named.positive_controls),
      .negative_controls = qubits.subspan(named.positive_controls, named.negative_controls),
      .targets = qubits.subspan(named.positive_controls + named.negative_controls),
      .parameters = parameters,
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
      if (auto phase = emit({.gate = Gate::p, .targets = qubits.first(1), .parameters = parameters.last(1)}); !phase)
        return phase;
      instruction.parameters = parameters.first(3);
      break;
  }
  return emit(instruction);
}

Result<void> Emitter::emit_power(Circuit const& body, double exponent) {
  bool const scales =
      body.size() == 1 && body[0].kind == InstructionKind::gate && scales_with_first_parameter(body[0].gate);
  if (scales) {
    // Rotations repeat after 4π and phases after 2π; brought into the principal range first, because a fractional power
    // tells those apart.
    Instruction scaled = body[0];
    bool const is_phase = scaled.gate == Gate::p || scaled.gate == Gate::phase_zero || scaled.gate == Gate::gphase;
    std::vector<double> parameters(scaled.parameters.begin(), scaled.parameters.end());
    parameters[0] = exponent * std::remainder(parameters[0], (is_phase ? 2 : 4) * std::numbers::pi);
    scaled.parameters = parameters;
    return emit(scaled);
  }
  if (exponent != std::floor(exponent)) return emit_matrix_power(body, exponent);
  if (body.empty()) return count(1);
  for (double repetition = 0; repetition < std::abs(exponent); ++repetition)
    for (std::size_t index = 0; index < body.size(); ++index)
      if (auto emitted = exponent < 0 ? emit_inverse(body[body.size() - 1 - index]) : emit(body[index]); !emitted)
        return emitted;
  return {};
}

Result<void> Emitter::emit_inverse(Instruction const& instruction) {
  Instruction inverted = instruction;
  std::vector<Complex> matrix;
  auto const emit_adjoint = [&](std::span<Complex const> of) {
    std::size_t const dimension = std::size_t{1} << instruction.targets.size();
    matrix.resize(of.size());
    for (std::size_t row = 0; row < dimension; ++row)
      for (std::size_t column = 0; column < dimension; ++column)
        matrix[column * dimension + row] = std::conj(of[row * dimension + column]);
    inverted.kind = InstructionKind::unitary;
    inverted.matrix = matrix;
    inverted.parameters = {};
    return emit(inverted);
  };
  switch (instruction.kind) {
    case InstructionKind::gate: {
      auto const [found, call] = inverse(instruction.gate, instruction.parameters);
      if (!found) {
        std::vector<Complex> gate(std::size_t{1} << 2 * instruction.targets.size());
        write_matrix(instruction.gate, instruction.parameters, gate.data());
        return emit_adjoint(gate);
      }
      std::vector<Qubit> targets(instruction.targets.begin(), instruction.targets.end());
      if (call.targets_reversed) std::ranges::reverse(targets);
      inverted.gate = call.gate;
      inverted.targets = targets;
      inverted.parameters = std::span(call.parameters).first(info(call.gate).parameters);
      return emit(inverted);
    }
    case InstructionKind::unitary:
      return emit_adjoint(instruction.matrix);
    case InstructionKind::barrier:
    case InstructionKind::delay:
      return emit(inverted);
    case InstructionKind::measure:
    case InstructionKind::reset:
      break;
  }
  return Error{ErrorKind::unsupported, "a gate that resets a qubit has no inverse", {}};
}

Result<void> Emitter::emit_matrix_power(Circuit const& body, double exponent) {
  std::vector<Qubit> qubits;
  for (Instruction const instruction : body)
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      qubits.insert(qubits.end(), group.begin(), group.end());
  std::ranges::sort(qubits);
  qubits.erase(std::unique(qubits.begin(), qubits.end()), qubits.end());
  if (qubits.size() > max_unitary_targets)
    return Error{ErrorKind::unsupported,
                 fmt::format("a fractional power of a gate on {} qubits; at most {} are supported", qubits.size(),
                             max_unitary_targets),
                 {}};
  std::size_t const dimension = std::size_t{1} << qubits.size();
  if (auto counted = count(dimension * dimension * (dimension + body.size()) / 16); !counted) return counted;
  auto const matrix = unitary_matrix(body, qubits);
  if (!matrix) return Error{ErrorKind::unsupported, "a gate that resets a qubit has no fractional power", {}};
  std::vector<Complex> const power = unitary_power(*matrix, dimension, exponent);
  if (qubits.empty()) {  // global phases only
    double const angle = std::arg(power[0]);
    return emit({.gate = Gate::gphase, .parameters = {&angle, 1}});
  }
  return emit({.kind = InstructionKind::unitary, .targets = qubits, .matrix = power});
}

}  // namespace qhub::circuit
