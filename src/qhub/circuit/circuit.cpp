#include "qhub/circuit/circuit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace qhub::circuit {
namespace {

template <class... Args>
Error refuse(fmt::format_string<Args...> format, Args&&... args) {
  return {ErrorKind::invalid_argument, fmt::format(format, std::forward<Args>(args)...), {}};
}

Result<Register> add_register(std::vector<Register>& registers, std::uint32_t& total, std::string name,
                              std::uint32_t size) {
  if (std::ranges::find(registers, name, &Register::name) != registers.end())
    return refuse("a register named '{}' exists already", name);
  if (size == 0) return refuse("register '{}' is of size 0", name);
  if (size > max_bits - total) return refuse("register '{}' makes the circuit exceed {} bits", name, max_bits);
  Register added{std::move(name), total, size};
  total += size;
  registers.push_back(added);
  return added;
}

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::invalid_argument(result.error().message);
  return *std::move(result);
}
void value_or_throw(Result<void> const& result) {
  if (!result) throw std::invalid_argument(result.error().message);
}

/// Largest |entry| of M†M - 1 up to which a matrix counts as unitary: texts print seven digits or more.
constexpr double unitarity_tolerance = 1e-6;

bool is_unitary(std::span<Complex const> matrix, std::size_t dimension) {
  for (std::size_t a = 0; a < dimension; ++a)
    for (std::size_t b = a; b < dimension; ++b) {
      Complex product = a == b ? -1 : 0;
      for (std::size_t row = 0; row < dimension; ++row)
        product += std::conj(matrix[row * dimension + a]) * matrix[row * dimension + b];
      if (!(std::abs(product) <= unitarity_tolerance)) return false;  // so written that NaN is refused
    }
  return true;
}

std::string_view verb(InstructionKind kind) {
  switch (kind) {
    case InstructionKind::gate:
      return "gate";
    case InstructionKind::unitary:
      return "unitary";
    case InstructionKind::measure:
      return "measure";
    case InstructionKind::reset:
      return "reset";
    case InstructionKind::barrier:
      return "barrier";
    case InstructionKind::delay:
      return "delay";
  }
  return {};
}

}  // namespace

Circuit::Circuit(std::uint32_t qubits, std::uint32_t clbits) {
  if (qubits != 0) value_or_throw(add_qubits("q", qubits));
  if (clbits != 0) value_or_throw(add_clbits("c", clbits));
}

Result<Register> Circuit::add_qubits(std::string register_name, std::uint32_t size) {
  return add_register(quantum_registers_, qubit_count_, std::move(register_name), size);
}

Result<Register> Circuit::add_clbits(std::string register_name, std::uint32_t size) {
  return add_register(classical_registers_, clbit_count_, std::move(register_name), size);
}

Result<Condition::Id> Circuit::add_condition(Condition const& condition) {
  if (condition.count == 0 || condition.first >= clbit_count_ || condition.count > clbit_count_ - condition.first)
    return refuse("a condition tests classical bits {} to {} of {}", condition.first,
                  std::uint64_t{condition.first} + condition.count, clbit_count_);
  if (condition.count < 64 && condition.value >> condition.count != 0)
    return refuse("a condition compares {} classical bits with {}", condition.count, condition.value);
  if (condition.parent && condition.parent.index >= conditions_.size())
    return refuse("a condition depends on condition {} of {}", condition.parent.index, conditions_.size());
  conditions_.push_back(condition);
  return Condition::Id{static_cast<std::uint32_t>(conditions_.size() - 1), false};
}

Result<void> Circuit::check_qubits(Instruction const& instruction) const {
  std::array const groups{instruction.positive_controls, instruction.negative_controls, instruction.targets};
  constexpr std::size_t few = 8;
  std::array<Qubit, few> small;
  std::vector<Qubit> large;
  std::size_t const count = instruction.control_count() + instruction.targets.size();
  if (count > few) large.resize(count);
  std::span<Qubit> const all = count > few ? std::span(large) : std::span(small).first(count);
  std::size_t used = 0;
  for (auto const& group : groups)
    for (Qubit const qubit : group) {
      if (qubit >= qubit_count_) return refuse("qubit {} is outside the circuit's {} qubits", qubit, qubit_count_);
      all[used++] = qubit;
    }
  auto const named_twice = [](Qubit qubit) { return refuse("qubit {} is named twice in one instruction", qubit); };
  if (count > few) {
    std::ranges::sort(all);
    if (auto const twin = std::ranges::adjacent_find(all); twin != all.end()) return named_twice(*twin);
    return {};
  }
  for (std::size_t a = 1; a < count; ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (all[a] == all[b]) return named_twice(all[a]);
  return {};
}

Result<void> Circuit::check(Instruction const& instruction) const {
  std::size_t const targets = instruction.targets.size();
  std::size_t expected_parameters = 0;
  bool can_be_controlled = false;
  bool can_be_conditioned = true;
  switch (instruction.kind) {
    case InstructionKind::gate: {
      GateInfo const& gate = info(instruction.gate);
      if (targets != gate.targets)
        return refuse("gate {} acts on {} qubits, {} given", gate.name, gate.targets, targets);
      expected_parameters = gate.parameters;
      can_be_controlled = true;
      break;
    }
    case InstructionKind::unitary:
      if (targets == 0 || targets > max_unitary_targets)
        return refuse("a unitary acts on 1 to {} qubits, {} given", max_unitary_targets, targets);
      if (instruction.matrix.size() != std::size_t{1} << 2 * targets)
        return refuse("a unitary on {} qubits has {} entries, {} given", targets, std::size_t{1} << 2 * targets,
                      instruction.matrix.size());
      if (!is_unitary(instruction.matrix, std::size_t{1} << targets)) return refuse("the matrix is not unitary");
      can_be_controlled = true;
      break;
    case InstructionKind::measure:
      if (instruction.clbit >= clbit_count_)
        return refuse("classical bit {} is outside the circuit's {} bits", instruction.clbit, clbit_count_);
      [[fallthrough]];
    case InstructionKind::reset:
      if (targets != 1) return refuse("{} acts on 1 qubit, {} given", verb(instruction.kind), targets);
      break;
    case InstructionKind::delay:
      expected_parameters = 1;
      [[fallthrough]];
    case InstructionKind::barrier:
      can_be_conditioned = false;
      break;
  }
  if (instruction.parameters.size() != expected_parameters)
    return refuse("{} takes {} parameters, {} given",
                  instruction.kind == InstructionKind::gate ? info(instruction.gate).name : verb(instruction.kind),
                  expected_parameters, instruction.parameters.size());
  for (double const parameter : instruction.parameters)
    if (!std::isfinite(parameter)) return refuse("a parameter is not a finite number");
  if (!can_be_controlled && instruction.control_count() != 0)
    return refuse("{} cannot be controlled", verb(instruction.kind));
  if (!can_be_conditioned && instruction.condition) return refuse("{} cannot be conditioned", verb(instruction.kind));
  if (instruction.condition && instruction.condition.index >= conditions_.size())
    return refuse("condition {} does not exist", instruction.condition.index);
  // Records hold 32-bit positions.
  if (std::max({operands_.size(), parameters_.size(), matrices_.size()}) >
      std::numeric_limits<std::uint32_t>::max() / 2)
    return Error{ErrorKind::too_large, "the circuit has more than 2^31 operands or parameters", {}};
  constexpr std::size_t most_controls = std::numeric_limits<std::uint16_t>::max();
  if (instruction.control_count() > most_controls) return refuse("more than {} controls", most_controls);
  return check_qubits(instruction);
}

Result<void> Circuit::append(Instruction const& instruction) {
  if (auto checked = check(instruction); !checked) return checked;
  if (instruction.kind == InstructionKind::gate && instruction.gate == Gate::gphase &&
      instruction.control_count() != 0) {
    // A phase on the states that all controls select is a phase gate on any one of them, controlled by the others.
    Instruction phase = instruction;
    auto& group = phase.positive_controls.empty() ? phase.negative_controls : phase.positive_controls;
    phase.gate = phase.positive_controls.empty() ? Gate::phase_zero : Gate::p;
    phase.targets = group.last(1);
    group = group.first(group.size() - 1);
    store(phase);
    return {};
  }
  store(instruction);
  return {};
}

void Circuit::store(Instruction const& instruction) {
  bool const unitary = instruction.kind == InstructionKind::unitary;
  records_.push_back({
      .operand = static_cast<std::uint32_t>(operands_.size()),
      .parameter = static_cast<std::uint32_t>(unitary ? matrices_.size() : parameters_.size()),
      .positive_controls = static_cast<std::uint16_t>(instruction.positive_controls.size()),
      .negative_controls = static_cast<std::uint16_t>(instruction.negative_controls.size()),
      .kind = instruction.kind,
      .gate = instruction.gate,
      .conditioned = static_cast<bool>(instruction.condition),
  });
  if (instruction.condition) operands_.push_back(instruction.condition.index * 2 + instruction.condition.negated);
  for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
    operands_.insert(operands_.end(), group.begin(), group.end());
  if (instruction.kind == InstructionKind::measure) operands_.push_back(instruction.clbit);
  parameters_.insert(parameters_.end(), instruction.parameters.begin(), instruction.parameters.end());
  if (unitary) matrices_.insert(matrices_.end(), instruction.matrix.begin(), instruction.matrix.end());
}

Instruction Circuit::operator[](std::size_t index) const {
  Record const& record = records_[index];
  std::size_t const end = index + 1 < records_.size() ? records_[index + 1].operand : operands_.size();
  std::span<std::uint32_t const> operands(operands_.data() + record.operand, end - record.operand);
  Instruction instruction{.kind = record.kind, .gate = record.gate};
  if (record.conditioned) {
    instruction.condition = {operands[0] / 2, operands[0] % 2 != 0};
    operands = operands.subspan(1);
  }
  if (record.kind == InstructionKind::measure) {
    instruction.clbit = operands.back();
    operands = operands.first(operands.size() - 1);
  }
  instruction.positive_controls = operands.first(record.positive_controls);
  instruction.negative_controls = operands.subspan(record.positive_controls, record.negative_controls);
  instruction.targets = operands.subspan(record.positive_controls + record.negative_controls);
  switch (record.kind) {
    case InstructionKind::gate:
      instruction.parameters = {parameters_.data() + record.parameter, info(record.gate).parameters};
      break;
    case InstructionKind::delay:
      instruction.parameters = {parameters_.data() + record.parameter, 1};
      break;
    case InstructionKind::unitary:
      instruction.matrix = {matrices_.data() + record.parameter, std::size_t{1} << 2 * instruction.targets.size()};
      break;
    case InstructionKind::measure:
    case InstructionKind::reset:
    case InstructionKind::barrier:
      break;
  }
  return instruction;
}

Circuit& Circuit::gate(Gate gate, std::initializer_list<Qubit> targets, std::initializer_list<double> parameters,
                       std::initializer_list<Qubit> positive_controls) {
  value_or_throw(append({.gate = gate,
                         .positive_controls = {positive_controls.begin(), positive_controls.size()},
                         .targets = {targets.begin(), targets.size()},
                         .parameters = {parameters.begin(), parameters.size()}}));
  return *this;
}

Circuit& Circuit::measure(Qubit qubit, Clbit clbit) {
  value_or_throw(append({.kind = InstructionKind::measure, .targets = {&qubit, 1}, .clbit = clbit}));
  return *this;
}

Circuit& Circuit::reset(Qubit qubit) {
  value_or_throw(append({.kind = InstructionKind::reset, .targets = {&qubit, 1}}));
  return *this;
}

Circuit& Circuit::barrier() {
  std::vector<Qubit> all(qubit_count_);
  for (Qubit qubit = 0; qubit < qubit_count_; ++qubit) all[qubit] = qubit;
  value_or_throw(append({.kind = InstructionKind::barrier, .targets = all}));
  return *this;
}

std::size_t Circuit::depth() const {
  std::vector<std::size_t> of_qubit(qubit_count_), of_clbit(clbit_count_);
  std::size_t deepest = 0;
  for (Instruction const instruction : *this) {
    if (instruction.kind == InstructionKind::barrier || instruction.kind == InstructionKind::delay) continue;
    // Visits every level the instruction depends on; first to find the highest, then to raise them all.
    auto const visit = [&](auto const& level) {
      for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
        for (Qubit const qubit : group) level(of_qubit[qubit]);
      if (instruction.kind == InstructionKind::measure) level(of_clbit[instruction.clbit]);
      for (Condition::Id id = instruction.condition; id; id = conditions_[id.index].parent)
        for (std::uint32_t bit = 0; bit < conditions_[id.index].count; ++bit)
          level(of_clbit[conditions_[id.index].first + bit]);
    };
    std::size_t highest = 0;
    visit([&](std::size_t level) { highest = std::max(highest, level); });
    ++highest;
    visit([&](std::size_t& level) { level = highest; });
    deepest = std::max(deepest, highest);
  }
  return deepest;
}

void Circuit::reserve(std::size_t instructions, std::size_t operands, std::size_t parameters) {
  records_.reserve(instructions);
  operands_.reserve(operands);
  parameters_.reserve(parameters);
}

void Circuit::shrink_to_fit() {
  records_.shrink_to_fit();
  operands_.shrink_to_fit();
  parameters_.shrink_to_fit();
  matrices_.shrink_to_fit();
}

std::size_t Circuit::memory() const {
  return records_.capacity() * sizeof(Record) + operands_.capacity() * sizeof(std::uint32_t) +
         parameters_.capacity() * sizeof(double) + matrices_.capacity() * sizeof(Complex);
}

}  // namespace qhub::circuit
