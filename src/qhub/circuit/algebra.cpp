#include "qhub/circuit/algebra.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "qhub/circuit/named_gate.h"
#include "qhub/circuit/unitary.h"

namespace qhub::circuit {
namespace {

Error unsupported(std::string message) {
  return {ErrorKind::unsupported, std::move(message), {}};
}

std::vector<Expression> parameters_of(Instruction const& instruction) {
  std::vector<Expression> parameters;
  for (std::size_t i = 0; i < instruction.parameters.size(); ++i) parameters.push_back(instruction.parameter(i));
  return parameters;
}

Result<void> emit_with(Instruction instruction, std::span<Expression const> parameters, InstructionSink& sink) {
  ParameterList const list(parameters);
  instruction.parameters = list.parameters();
  instruction.expressions = list.expressions();
  return sink.emit(instruction);
}

Result<void> emit_adjoint(Instruction inverted, std::span<Complex const> of, InstructionSink& sink) {
  std::size_t const dimension = std::size_t{1} << inverted.targets.size();
  std::vector<Complex> matrix(of.size());
  for (std::size_t row = 0; row < dimension; ++row)
    for (std::size_t column = 0; column < dimension; ++column)
      matrix[column * dimension + row] = std::conj(of[row * dimension + column]);
  inverted.kind = InstructionKind::unitary;
  inverted.matrix = matrix;
  inverted.parameters = {};
  return sink.emit(inverted);
}

/// The principal root by the body's matrix.
Result<void> emit_matrix_power(Circuit const& body, double exponent, InstructionSink& sink) {
  if (!body.parameters().empty()) return unsupported("a fractional power of a gate whose parameter has no value");
  std::vector<Qubit> qubits;
  for (Instruction const instruction : body)
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      qubits.insert(qubits.end(), group.begin(), group.end());
  std::ranges::sort(qubits);
  qubits.erase(std::unique(qubits.begin(), qubits.end()), qubits.end());
  if (qubits.size() > max_unitary_targets)
    return unsupported(fmt::format("a fractional power of a gate on {} qubits; at most {} are supported", qubits.size(),
                                   max_unitary_targets));
  std::size_t const dimension = std::size_t{1} << qubits.size();
  if (auto counted = sink.count(dimension * dimension * (dimension + body.size()) / 16); !counted) return counted;
  auto const matrix = unitary_matrix(body, qubits);
  if (!matrix) return unsupported("a gate that resets a qubit has no fractional power");
  std::vector<Complex> const power = unitary_power(*matrix, dimension, exponent);
  if (qubits.empty()) {  // global phases only
    double const angle = std::arg(power[0]);
    return sink.emit({.gate = Gate::gphase, .parameters = {&angle, 1}});
  }
  return sink.emit({.kind = InstructionKind::unitary, .targets = qubits, .matrix = power});
}

/// For the members of Circuit.
class CircuitSink : public InstructionSink {
 public:
  explicit CircuitSink(Circuit& circuit) : circuit_(circuit) {}
  Result<void> emit(Instruction instruction) override {
    if (auto counted = count(1); !counted) return counted;
    return circuit_.append(instruction);
  }
  Result<void> count(std::size_t amount) override {
    constexpr std::size_t limit = 100'000'000;
    counted_ += amount;
    if (counted_ > limit)
      return Error{ErrorKind::too_large, fmt::format("the power is a circuit of more than {} instructions", limit), {}};
    return {};
  }

 private:
  Circuit& circuit_;
  std::size_t counted_ = 0;
};

/// A circuit without instructions, with the registers of another.
Circuit with_registers_of(Circuit const& circuit) {
  Circuit result;
  result.name = circuit.name;
  for (Register const& reg : circuit.quantum_registers()) (void)result.add_qubits(reg.name, reg.size);
  for (Register const& reg : circuit.classical_registers()) (void)result.add_clbits(reg.name, reg.size);
  return result;
}

bool is_reversible(InstructionKind kind) {
  return kind == InstructionKind::gate || kind == InstructionKind::unitary || kind == InstructionKind::barrier ||
         kind == InstructionKind::delay;
}

Result<void> require_reversible(Circuit const& circuit, std::string_view what) {
  for (Instruction const instruction : circuit)
    if (!is_reversible(instruction.kind) || instruction.condition)
      return unsupported(fmt::format("a circuit with {} has no {}",
                                     instruction.condition ? "conditions" : instruction_name(instruction), what));
  return {};
}

}  // namespace

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

Result<void> emit_inverse(Instruction const& instruction, InstructionSink& sink) {
  Instruction inverted = instruction;
  switch (instruction.kind) {
    case InstructionKind::gate: {
      auto const [found, call] = inverse(instruction.gate, parameters_of(instruction));
      if (!found) {
        std::vector<Complex> gate(std::size_t{1} << 2 * instruction.targets.size());
        write_matrix(instruction.gate, instruction.parameters, gate.data());
        return emit_adjoint(inverted, gate, sink);
      }
      std::vector<Qubit> targets(instruction.targets.begin(), instruction.targets.end());
      if (call.targets_reversed) std::ranges::reverse(targets);
      inverted.gate = call.gate;
      inverted.targets = targets;
      return emit_with(inverted, std::span(call.parameters).first(info(call.gate).parameters), sink);
    }
    case InstructionKind::unitary:
      return emit_adjoint(inverted, instruction.matrix, sink);
    case InstructionKind::barrier:
    case InstructionKind::delay:
      return sink.emit(inverted);
    default:
      break;
  }
  return unsupported(fmt::format("a gate that {} has no inverse",
                                 instruction.kind == InstructionKind::reset ? "resets a qubit" : "is not unitary"));
}

Result<void> emit_power(Circuit const& body, double exponent, InstructionSink& sink) {
  bool const scales =
      body.size() == 1 && body[0].kind == InstructionKind::gate && scales_with_first_parameter(body[0].gate);
  if (scales) {
    Instruction const scaled = body[0];
    std::vector<Expression> parameters = parameters_of(scaled);
    if (parameters[0].is_number()) {
      // Rotations repeat after 4π and phases after 2π; brought into the principal range first, because a fractional
      // power tells those apart.
      bool const is_phase = scaled.gate == Gate::p || scaled.gate == Gate::phase_zero || scaled.gate == Gate::gphase;
      parameters[0] = std::remainder(parameters[0].number(), (is_phase ? 2 : 4) * std::numbers::pi);
    }
    if (parameters[0].is_number() || exponent == std::floor(exponent)) {
      parameters[0] = exponent * parameters[0];
      return emit_with(scaled, parameters, sink);
    }
  }
  if (exponent != std::floor(exponent)) return emit_matrix_power(body, exponent, sink);
  if (body.empty()) return sink.count(1);
  for (double repetition = 0; repetition < std::abs(exponent); ++repetition)
    for (std::size_t index = 0; index < body.size(); ++index)
      if (auto emitted = exponent < 0 ? emit_inverse(body[body.size() - 1 - index], sink) : sink.emit(body[index]);
          !emitted)
        return emitted;
  return {};
}

Result<Circuit> Circuit::inverse() const {
  if (auto possible = require_reversible(*this, "inverse"); !possible) return possible.error();
  Circuit result = with_registers_of(*this);
  result.reserve(records_.size(), operands_.size(), parameters_.size());
  CircuitSink sink(result);
  for (std::size_t index = size(); index-- > 0;)
    if (auto emitted = emit_inverse((*this)[index], sink); !emitted) return emitted.error();
  return result;
}

Result<Circuit> Circuit::power(double exponent) const {
  if (!std::isfinite(exponent)) return Error{ErrorKind::invalid_argument, "the exponent is not a finite number", {}};
  if (auto possible = require_reversible(*this, "power"); !possible) return possible.error();
  Circuit result = with_registers_of(*this);
  CircuitSink sink(result);
  if (auto emitted = emit_power(*this, exponent, sink); !emitted) return emitted.error();
  return result;
}

Result<Circuit> Circuit::control(std::uint32_t controls) const {
  if (auto possible = require_reversible(*this, "controlled form"); !possible) return possible.error();
  Circuit result;
  result.name = name;
  if (auto added = result.add_qubits("control", controls); !added) return added.error();
  for (Register const& reg : quantum_registers_)
    if (auto added = result.add_qubits(reg.name, reg.size); !added) return added.error();
  for (Register const& reg : classical_registers_)
    if (auto added = result.add_clbits(reg.name, reg.size); !added) return added.error();
  std::vector<Qubit> positive, negative, targets;
  for (Instruction instruction : *this) {
    bool const acts = instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary;
    positive.clear(), negative.clear(), targets.clear();
    for (Qubit qubit = 0; acts && qubit < controls; ++qubit) positive.push_back(qubit);
    for (Qubit const qubit : instruction.positive_controls) positive.push_back(qubit + controls);
    for (Qubit const qubit : instruction.negative_controls) negative.push_back(qubit + controls);
    for (Qubit const qubit : instruction.targets) targets.push_back(qubit + controls);
    instruction.positive_controls = positive;
    instruction.negative_controls = negative;
    instruction.targets = targets;
    if (auto appended = result.append(instruction); !appended) return appended.error();
  }
  return result;
}

}  // namespace qhub::circuit
