#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "qhub/circuit/circuit.h"

namespace qhub::circuit {
namespace {

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::invalid_argument(result.error().message);
  return *std::move(result);
}
void value_or_throw(Result<void> const& result) {
  if (!result) throw std::invalid_argument(result.error().message);
}

}  // namespace

Circuit::Circuit(std::uint32_t qubits, std::uint32_t clbits) {
  if (qubits != 0) value_or_throw(add_qubits("q", qubits));
  if (clbits != 0) value_or_throw(add_clbits("c", clbits));
}

void Circuit::add(Instruction instruction) {
  bool const conditional = instruction.kind != InstructionKind::barrier && instruction.kind != InstructionKind::delay;
  if (conditional) instruction.condition = builder_condition_;
  value_or_throw(append(instruction));
}

Condition::Id Circuit::open_condition(Condition condition) {
  condition.parent = builder_condition_;
  return std::exchange(builder_condition_, value_or_throw(add_condition(condition)));
}

void Circuit::open_loop(Condition condition) {
  condition.parent = builder_condition_;
  value_or_throw(begin_loop(value_or_throw(add_condition(condition))));
}

void Circuit::close_loop() {
  value_or_throw(end_loop());
}

Circuit& Circuit::gate(Gate gate, std::span<Qubit const> targets, std::span<Expression const> parameters,
                       std::span<Qubit const> positive_controls, std::span<Qubit const> negative_controls) {
  ParameterList const list(parameters);
  add({.gate = gate,
       .positive_controls = positive_controls,
       .negative_controls = negative_controls,
       .targets = targets,
       .parameters = list.parameters(),
       .expressions = list.expressions()});
  return *this;
}

Circuit& Circuit::gate(Gate gate, std::initializer_list<Qubit> targets, std::initializer_list<Expression> parameters,
                       std::initializer_list<Qubit> positive_controls) {
  auto const span = [](auto const& list) { return std::span(list.begin(), list.size()); };
  return this->gate(gate, span(targets), span(parameters), span(positive_controls));
}

Circuit& Circuit::u2(Expression phi, Expression lambda, Qubit target) {
  return u(std::numbers::pi / 2, std::move(phi), std::move(lambda), target);
}

Circuit& Circuit::cu(Expression theta, Expression phi, Expression lambda, Expression gamma, Qubit control,
                     Qubit target) {
  gate(Gate::p, {control}, {std::move(gamma)});
  return gate(Gate::u, {target}, {std::move(theta), std::move(phi), std::move(lambda)}, {control});
}

Circuit& Circuit::unitary(std::span<Complex const> matrix, std::span<Qubit const> targets,
                          std::span<Qubit const> positive_controls) {
  add({.kind = InstructionKind::unitary, .positive_controls = positive_controls, .targets = targets, .matrix = matrix});
  return *this;
}

Circuit& Circuit::measure(Qubit qubit, Clbit clbit) {
  add({.kind = InstructionKind::measure, .targets = {&qubit, 1}, .clbit = clbit});
  return *this;
}

Circuit& Circuit::measure_all() {
  if (clbit_count_ < qubit_count_) value_or_throw(add_clbits("meas", qubit_count_ - clbit_count_));
  for (Qubit qubit = 0; qubit < qubit_count_; ++qubit) measure(qubit, qubit);
  return *this;
}

Circuit& Circuit::reset(Qubit qubit) {
  add({.kind = InstructionKind::reset, .targets = {&qubit, 1}});
  return *this;
}

Circuit& Circuit::barrier() {
  std::vector<Qubit> all(qubit_count_);
  std::iota(all.begin(), all.end(), 0U);
  return barrier(all);
}

Circuit& Circuit::barrier(std::span<Qubit const> qubits) {
  add({.kind = InstructionKind::barrier, .targets = qubits});
  return *this;
}

Circuit& Circuit::delay(Expression seconds, Qubit qubit) {
  ParameterList const list({&seconds, 1});
  add({.kind = InstructionKind::delay,
       .targets = {&qubit, 1},
       .parameters = list.parameters(),
       .expressions = list.expressions()});
  return *this;
}

Circuit& Circuit::noise(Channel channel, std::initializer_list<Expression> probabilities,
                        std::initializer_list<Qubit> targets) {
  ParameterList const list({probabilities.begin(), probabilities.size()});
  add({.kind = InstructionKind::noise,
       .targets = {targets.begin(), targets.size()},
       .parameters = list.parameters(),
       .expressions = list.expressions(),
       .channel = channel});
  return *this;
}

Circuit& Circuit::kraus(std::span<Complex const> operators, std::span<Qubit const> targets) {
  add({.kind = InstructionKind::noise, .targets = targets, .matrix = operators, .channel = Channel::kraus});
  return *this;
}

Circuit& Circuit::compose(Circuit const& other, std::span<Qubit const> qubits, std::span<Clbit const> clbits) {
  value_or_throw(append(other, qubits, clbits));
  return *this;
}

}  // namespace qhub::circuit
