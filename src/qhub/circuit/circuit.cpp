#include "qhub/circuit/circuit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
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
    case InstructionKind::noise:
      return "noise";
    case InstructionKind::assign:
      return "assign";
    case InstructionKind::loop_begin:
      return "loop";
    case InstructionKind::loop_end:
      return "loop end";
  }
  return {};
}

/// Upper half of the bits of a symbol: a quiet NaN that no arithmetic makes. The lower half is its number.
constexpr std::uint64_t symbol_mark = 0x7ffa'5142'0000'0000;

bool is_symbol(double number) {
  return std::bit_cast<std::uint64_t>(number) >> 32 == symbol_mark >> 32;
}
std::uint32_t symbol_index(double number) {
  return static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(number));
}

}  // namespace

double symbol(std::uint32_t index) {
  return std::bit_cast<double>(symbol_mark | index);
}

Expression Instruction::parameter(std::size_t index) const {
  double const number = parameters[index];
  return is_symbol(number) ? expressions[symbol_index(number)] : Expression(number);
}

ParameterList::ParameterList(std::span<Expression const> values) {
  for (Expression const& value : values) {
    if (value.is_number()) {
      numbers_.push_back(value.number());
    } else {
      numbers_.push_back(symbol(static_cast<std::uint32_t>(expressions_.size())));
      expressions_.push_back(value);
    }
  }
}

std::string instruction_name(Instruction const& instruction) {
  if (instruction.kind == InstructionKind::noise) return std::string(info(instruction.channel).name);
  std::string const name(instruction.kind == InstructionKind::gate ? info(instruction.gate).name
                                                                   : verb(instruction.kind));
  std::size_t const controls = instruction.control_count();
  return controls > 2 ? "mc" + name : std::string(controls, 'c') + name;
}

Result<Register> Circuit::add_qubits(std::string register_name, std::uint32_t size) {
  return add_register(quantum_registers_, qubit_count_, std::move(register_name), size);
}

Result<Register> Circuit::add_clbits(std::string register_name, std::uint32_t size) {
  return add_register(classical_registers_, clbit_count_, std::move(register_name), size);
}

Result<Clbit> Circuit::add_scratch(std::uint32_t size) {
  if (size > max_bits - scratch_count_) return refuse("more than {} scratch bits", max_bits);
  Clbit const first = first_scratch_bit + scratch_count_;
  scratch_count_ += size;
  return first;
}

Result<void> Circuit::check_bits(Clbit first, std::uint32_t count) const {
  bool const scratch = first >= first_scratch_bit;
  std::uint32_t const start = scratch ? first - first_scratch_bit : first;
  std::uint32_t const present = scratch ? scratch_count_ : clbit_count_;
  if (start < present && count <= present - start) return {};
  std::string_view const sort = scratch ? "scratch" : "classical";
  if (count == 1) return refuse("{} bit {} is outside the circuit's {} bits", sort, start, present);
  return refuse("{} bits {} to {} are outside the circuit's {} bits", sort, start, std::uint64_t{start} + count - 1,
                present);
}

Result<Condition::Id> Circuit::add_condition(Condition const& condition) {
  if (condition.count == 0) return refuse("a condition tests no bits");
  if (auto checked = check_bits(condition.first, condition.count); !checked) return checked.error();
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
      if (auto checked = check_bits(instruction.clbit, 1); !checked) return checked;
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
    case InstructionKind::noise:
      expected_parameters = info(instruction.channel).parameters;
      if (instruction.is_symbolic()) break;
      if (auto checked = check_channel(instruction.channel, instruction.parameters, instruction.matrix, targets);
          !checked)
        return checked;
      break;
    case InstructionKind::assign:
      if (auto checked = check_value(instruction); !checked) return checked;
      break;
    case InstructionKind::loop_begin:
    case InstructionKind::loop_end:
      return refuse("loops are made by begin_loop() and end_loop()");
  }
  if (instruction.parameters.size() != expected_parameters)
    return refuse("{} takes {} parameters, {} given",
                  instruction.kind == InstructionKind::gate ? info(instruction.gate).name : verb(instruction.kind),
                  expected_parameters, instruction.parameters.size());
  for (double const parameter : instruction.parameters)
    if (!std::isfinite(parameter) &&
        !(is_symbol(parameter) && symbol_index(parameter) < instruction.expressions.size()))
      return refuse("a parameter is not a finite number");
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

Result<void> Circuit::check_value(Instruction const& instruction) const {
  if (!instruction.targets.empty()) return refuse("assign acts on no qubits");
  if (instruction.value == nullptr || !instruction.value->is_complete()) return refuse("assign needs a value");
  if (instruction.clbit_count == 0 || instruction.clbit_count > 64)
    return refuse("a value is assigned to 1 to 64 bits, {} given", instruction.clbit_count);
  for (ClassicalOperation const& step : instruction.value->steps()) {
    bool const reads = step.kind == ClassicalOperation::Kind::bits;
    if (step.count > 64 || (reads && step.count == 0)) return refuse("a value reads 1 to 64 bits at a time");
    if (!reads) continue;
    if (auto checked = check_bits(step.first, step.count); !checked) return checked;
  }
  return check_bits(instruction.clbit, instruction.clbit_count);
}

Result<void> Circuit::begin_loop(Condition::Id condition) {
  if (condition && condition.index >= conditions_.size()) return refuse("condition {} does not exist", condition.index);
  auto const tests = static_cast<std::uint32_t>(conditions_.size());
  open_loops_.push_back(static_cast<std::uint32_t>(loops_.size()));
  loops_.push_back({condition, records_.size(), records_.size(), tests, tests});
  store({.kind = InstructionKind::loop_begin, .loop = open_loops_.back()});
  return {};
}

Result<void> Circuit::end_loop() {
  if (open_loops_.empty()) return refuse("no loop is open");
  Loop& loop = loops_[open_loops_.back()];
  loop.end = records_.size();
  loop.end_condition = static_cast<std::uint32_t>(conditions_.size());
  store({.kind = InstructionKind::loop_end, .loop = open_loops_.back()});
  open_loops_.pop_back();
  return {};
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
  bool const noise = instruction.kind == InstructionKind::noise, assign = instruction.kind == InstructionKind::assign;
  bool const has_matrix =
      instruction.kind == InstructionKind::unitary || (noise && instruction.channel == Channel::kraus);
  Record record{
      .operand = static_cast<std::uint32_t>(operands_.size()),
      .parameter = static_cast<std::uint32_t>(has_matrix ? matrices_.size()
                                              : assign   ? values_.size()
                                                         : parameters_.size()),
      .positive_controls = static_cast<std::uint16_t>(instruction.positive_controls.size()),
      .negative_controls = static_cast<std::uint16_t>(instruction.negative_controls.size()),
      .kind = instruction.kind,
      .gate = instruction.gate,
      .conditioned = static_cast<bool>(instruction.condition),
  };
  if (instruction.condition) operands_.push_back(instruction.condition.index * 2 + instruction.condition.negated);
  for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
    operands_.insert(operands_.end(), group.begin(), group.end());
  for (double const parameter : instruction.parameters) {
    parameters_.push_back(parameter);
    if (!is_symbol(parameter)) continue;
    record.symbolic = true;
    parameters_.back() = symbol(static_cast<std::uint32_t>(expressions_.size()));
    expressions_.push_back(instruction.expressions[symbol_index(parameter)]);
  }
  switch (instruction.kind) {
    case InstructionKind::measure:
      operands_.push_back(instruction.clbit);
      break;
    case InstructionKind::noise:
      record.channel = instruction.channel;
      if (has_matrix)
        record.positive_controls =
            static_cast<std::uint16_t>(instruction.matrix.size() >> 2 * instruction.targets.size());
      break;
    case InstructionKind::assign:
      operands_.insert(operands_.end(), {instruction.clbit, instruction.clbit_count});
      values_.push_back(*instruction.value);
      break;
    case InstructionKind::loop_begin:
    case InstructionKind::loop_end:
      operands_.push_back(instruction.loop);
      break;
    default:
      break;
  }
  if (has_matrix) matrices_.insert(matrices_.end(), instruction.matrix.begin(), instruction.matrix.end());
  records_.push_back(record);
}

Instruction Circuit::operator[](std::size_t index) const {
  Record const& record = records_[index];
  std::size_t const end = index + 1 < records_.size() ? records_[index + 1].operand : operands_.size();
  std::span<std::uint32_t const> operands(operands_.data() + record.operand, end - record.operand);
  Instruction instruction{.kind = record.kind};
  if (record.conditioned) {
    instruction.condition = {operands[0] / 2, operands[0] % 2 != 0};
    operands = operands.subspan(1);
  }
  if (record.symbolic) instruction.expressions = expressions_;
  auto const last_operand = [&] {
    std::uint32_t const last = operands.back();
    operands = operands.first(operands.size() - 1);
    return last;
  };
  auto const parameters = [&](std::size_t count) {
    return std::span<double const>(parameters_.data() + record.parameter, count);
  };
  auto const matrix = [&](std::size_t matrices) {
    return std::span<Complex const>(matrices_.data() + record.parameter, matrices << 2 * operands.size());
  };
  switch (record.kind) {
    case InstructionKind::gate:
    case InstructionKind::unitary:
      instruction.positive_controls = operands.first(record.positive_controls);
      instruction.negative_controls = operands.subspan(record.positive_controls, record.negative_controls);
      operands = operands.subspan(record.positive_controls + record.negative_controls);
      if (record.kind == InstructionKind::unitary) {
        instruction.matrix = matrix(1);
      } else {
        instruction.gate = record.gate;
        instruction.parameters = parameters(info(record.gate).parameters);
      }
      break;
    case InstructionKind::delay:
      instruction.parameters = parameters(1);
      break;
    case InstructionKind::noise:
      instruction.channel = record.channel;
      if (record.channel == Channel::kraus)
        instruction.matrix = matrix(record.positive_controls);
      else
        instruction.parameters = parameters(info(record.channel).parameters);
      break;
    case InstructionKind::measure:
      instruction.clbit = last_operand();
      break;
    case InstructionKind::assign:
      instruction.clbit_count = last_operand();
      instruction.clbit = last_operand();
      instruction.value = &values_[record.parameter];
      break;
    case InstructionKind::loop_begin:
    case InstructionKind::loop_end:
      instruction.loop = last_operand();
      break;
    case InstructionKind::reset:
    case InstructionKind::barrier:
      break;
  }
  instruction.targets = operands;
  return instruction;
}

std::size_t Circuit::depth() const {
  std::vector<std::size_t> of_qubit(qubit_count_), of_bit(clbit_count_ + scratch_count_);
  std::size_t deepest = 0;
  for (Instruction const instruction : *this) {
    if (instruction.kind == InstructionKind::barrier || instruction.kind == InstructionKind::delay) continue;
    // Visits every level the instruction depends on; first to find the highest, then to raise them all.
    auto const visit = [&](auto const& level) {
      auto const visit_bits = [&](Clbit first, std::uint32_t count) {
        for (std::uint32_t bit = 0; bit < count; ++bit) level(of_bit[bit_position(first + bit)]);
      };
      auto const visit_condition = [&](Condition::Id id) {
        for (; id; id = conditions_[id.index].parent)
          visit_bits(conditions_[id.index].first, conditions_[id.index].count);
      };
      for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
        for (Qubit const qubit : group) level(of_qubit[qubit]);
      visit_condition(instruction.condition);
      if (instruction.kind == InstructionKind::measure) visit_bits(instruction.clbit, 1);
      if (instruction.kind == InstructionKind::loop_begin) visit_condition(loops_[instruction.loop].condition);
      if (instruction.kind == InstructionKind::assign) {
        visit_bits(instruction.clbit, instruction.clbit_count);
        for (ClassicalOperation const& step : instruction.value->steps())
          if (step.kind == ClassicalOperation::Kind::bits) visit_bits(step.first, step.count);
      }
    };
    std::size_t highest = 0;
    visit([&](std::size_t level) { highest = std::max(highest, level); });
    // Classical steps order what depends on them and take no layer of their own.
    bool const classical = instruction.kind >= InstructionKind::assign;
    if (!classical) ++highest;
    visit([&](std::size_t& level) { level = highest; });
    deepest = std::max(deepest, highest);
  }
  return deepest;
}

std::map<std::string, std::size_t, std::less<>> Circuit::counts() const {
  std::map<std::string, std::size_t, std::less<>> counts;
  for (Instruction const instruction : *this) ++counts[instruction_name(instruction)];
  return counts;
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
         parameters_.capacity() * sizeof(double) + matrices_.capacity() * sizeof(Complex) +
         expressions_.capacity() * sizeof(Expression) + values_.capacity() * sizeof(ClassicalExpression);
}

}  // namespace qhub::circuit
