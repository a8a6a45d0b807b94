#pragma once

#include <algorithm>
#include <numbers>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/internal/dense_reference.h"

namespace qhub::sim::dense {

/// Random circuits for engines to be tested on, piece by piece.
class RandomCircuit {
 public:
  RandomCircuit(unsigned qubits, unsigned clbits, unsigned seed) : circuit(qubits, clbits), generator_(seed) {}

  /// A gate of any kind with random controls, or a unitary.
  void add_gate(circuit::Condition::Id condition = {}) {
    auto const gate = static_cast<circuit::Gate>(draw() % circuit::gate_count);
    std::vector<Qubit> qubits = shuffled_qubits();
    bool const is_unitary = draw() % 6 == 0;
    std::size_t const targets = is_unitary ? 1 + draw() % std::min<std::size_t>(3, qubits.size()) : info(gate).targets;
    if (targets > qubits.size()) return;
    std::vector<Qubit> positive, negative;
    for (std::size_t q = targets; q < qubits.size(); ++q) {
      unsigned const choice = draw() % 8;
      if (choice == 0) positive.push_back(qubits[q]);
      if (choice == 1) negative.push_back(qubits[q]);
    }
    qubits.resize(targets);
    std::vector<double> parameters(is_unitary ? 0 : info(gate).parameters);
    for (double& parameter : parameters) parameter = std::uniform_real_distribution(-4.0, 4.0)(generator_);
    std::vector<Complex> matrix;
    if (is_unitary) matrix = random_unitary(static_cast<unsigned>(targets), draw() % 1000);
    append({.kind = is_unitary ? circuit::InstructionKind::unitary : circuit::InstructionKind::gate,
            .gate = gate,
            .positive_controls = positive,
            .negative_controls = negative,
            .targets = qubits,
            .parameters = parameters,
            .matrix = matrix,
            .condition = condition});
  }

  /// A Clifford gate, with or without control, under one of the many names it may have.
  void add_clifford(circuit::Condition::Id condition = {}) {
    using circuit::Gate;
    static constexpr Gate plain[] = {Gate::h,   Gate::s,   Gate::sdg, Gate::sx,   Gate::x,   Gate::y,     Gate::z,
                                     Gate::rz,  Gate::u,   Gate::r,   Gate::swap, Gate::ecr, Gate::iswap, Gate::rxx,
                                     Gate::rzz, Gate::dcx, Gate::ms,  Gate::p,    Gate::rzx, Gate::ryy};
    static constexpr Gate controlled[] = {Gate::x, Gate::y, Gate::z};
    bool const control = draw() % 3 == 0;
    Gate const gate = control ? controlled[draw() % std::size(controlled)] : plain[draw() % std::size(plain)];
    std::vector<Qubit> qubits = shuffled_qubits();
    std::vector<double> parameters(info(gate).parameters);
    for (double& parameter : parameters) parameter = (static_cast<int>(draw() % 8) - 4) * std::numbers::pi / 2;
    std::span const controls = std::span(qubits).last(control ? 1 : 0);
    bool const positive = draw() % 2 == 0;
    append({.gate = gate,
            .positive_controls = positive ? controls : std::span<Qubit>(),
            .negative_controls = positive ? std::span<Qubit>() : controls,
            .targets = std::span(qubits).first(info(gate).targets),
            .parameters = parameters,
            .condition = condition});
  }

  void add_pauli(circuit::Condition::Id condition) {
    static constexpr circuit::Gate paulis[] = {circuit::Gate::x, circuit::Gate::y, circuit::Gate::z};
    Qubit const qubit = draw() % circuit.qubit_count();
    append({.gate = paulis[draw() % 3], .targets = {&qubit, 1}, .condition = condition});
  }

  void add_measurement_or_reset(bool reset, circuit::Condition::Id condition = {}) {
    Qubit const qubit = draw() % circuit.qubit_count();
    append({.kind = reset ? circuit::InstructionKind::reset : circuit::InstructionKind::measure,
            .targets = {&qubit, 1},
            .clbit = reset ? 0 : draw() % circuit.clbit_count(),
            .condition = condition});
  }

  /// A computed value for one or two classical bits: an earlier one's complement, or a sum of some.
  void add_assignment(circuit::Condition::Id condition = {}) {
    using Kind = circuit::ClassicalOperation::Kind;
    std::uint32_t const last = circuit.clbit_count() - 1;
    std::vector<circuit::ClassicalOperation> steps{{.kind = Kind::bits, .first = draw() % last, .count = 2}};
    if (draw() % 2 == 0) {
      steps.push_back({.kind = Kind::complement});
    } else {
      steps.push_back({.kind = Kind::bits, .first = draw() % (last + 1), .count = 1});
      steps.push_back({.kind = Kind::add});
    }
    assign(draw() % last, 1 + draw() % 2, std::move(steps), condition);
  }

  /// A loop around what `body` adds, which runs a second time if a classical bit is 0 after the first.
  template <class Body>
  void add_loop(Body const& body) {
    using Kind = circuit::ClassicalOperation::Kind;
    circuit::Clbit const scratch = *circuit.add_scratch(2), done = scratch, ran = scratch + 1;
    require(circuit.begin_loop(*circuit.add_condition({.first = done, .count = 1, .value = 0, .parent = {}})));
    body();
    assign(done, 1,
           {{.kind = Kind::bits, .first = draw() % circuit.clbit_count(), .count = 1},
            {.kind = Kind::bits, .first = ran, .count = 1},
            {.kind = Kind::bit_or}});
    assign(ran, 1, {{.kind = Kind::constant, .value = 1}});
    require(circuit.end_loop());
  }

  /// A channel of any kind with random probabilities, not too small to be seen.
  /// \param pauli_only  one that is a mixture of Pauli operators.
  void add_noise(bool pauli_only, circuit::Condition::Id condition = {}) {
    using circuit::Channel;
    auto channel = static_cast<Channel>(draw() % circuit::channel_count);
    if (pauli_only && (channel == Channel::amplitude_damping || channel == Channel::generalized_amplitude_damping ||
                       channel == Channel::kraus))
      channel = Channel::depolarizing;
    std::vector<Qubit> qubits = shuffled_qubits();
    std::size_t const targets = channel == Channel::kraus ? 1 + draw() % 2 : info(channel).targets;
    if (targets > qubits.size()) return;
    qubits.resize(targets);
    std::vector<double> parameters(info(channel).parameters);
    for (double& parameter : parameters)
      parameter = std::uniform_real_distribution(0.05, 0.6)(generator_) / static_cast<double>(parameters.size());
    append({.kind = circuit::InstructionKind::noise,
            .targets = qubits,
            .parameters = parameters,
            .matrix = channel == Channel::kraus ? random_kraus(static_cast<unsigned>(targets)) : std::vector<Complex>(),
            .channel = channel,
            .condition = condition});
  }

  /// A new test of one or two bits, now and then inside an earlier one or negated; or none.
  circuit::Condition::Id maybe_condition() {
    unsigned const choice = draw() % 6;
    auto const count = static_cast<std::uint32_t>(circuit.conditions().size());
    if (choice > 1) return {};
    if (choice == 1 && count > 0) return {.index = draw() % count, .negated = true};
    circuit::Condition condition{
        .first = draw() % (circuit.clbit_count() - 1), .count = 1 + draw() % 2, .value = draw() % 2, .parent = {}};
    if (count > 0 && draw() % 3 == 0) condition.parent = {.index = draw() % count, .negated = draw() % 2 == 0};
    return *circuit.add_condition(condition);
  }

  std::uint32_t draw() { return static_cast<std::uint32_t>(generator_()); }

  circuit::Circuit circuit;

 private:
  static void require(Result<void> const& done) {
    if (!done) throw std::logic_error(done.error().message);
  }

  void append(circuit::Instruction const& instruction) { require(circuit.append(instruction)); }

  void assign(circuit::Clbit first, std::uint32_t count, std::vector<circuit::ClassicalOperation> steps,
              circuit::Condition::Id condition = {}) {
    circuit::ClassicalExpression const value(std::move(steps));
    append({.kind = circuit::InstructionKind::assign,
            .clbit = first,
            .clbit_count = count,
            .value = &value,
            .condition = condition});
  }

  std::vector<Qubit> shuffled_qubits() {
    std::vector<Qubit> qubits(circuit.qubit_count());
    std::iota(qubits.begin(), qubits.end(), 0U);
    std::shuffle(qubits.begin(), qubits.end(), generator_);
    return qubits;
  }

  /// Operators of a random channel: rows of blocks of a random unitary on more qubits, in its first columns.
  std::vector<Complex> random_kraus(unsigned qubits) {
    std::vector<Complex> const unitary = random_unitary(qubits + 2, draw() % 1000);
    std::size_t const size = std::size_t{1} << qubits;
    std::vector<Complex> operators;
    for (std::size_t row = 0; row < 4 * size; ++row)
      for (std::size_t column = 0; column < size; ++column) operators.push_back(unitary[row * 4 * size + column]);
    return operators;
  }

  std::mt19937_64 generator_;
};

}  // namespace qhub::sim::dense
