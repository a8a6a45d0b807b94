#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "qhub/circuit/circuit.h"

namespace qhub::circuit {
namespace {

Error refuse(std::string message) {
  return {ErrorKind::invalid_argument, std::move(message), {}};
}

/// \param map      where the other circuit's bits go; empty: to the same numbers.
/// \param present  number of bits there are, `needed` that of the other circuit.
Result<void> check_map(std::string_view what, std::span<std::uint32_t const> map, std::uint32_t present,
                       std::uint32_t needed) {
  if (map.empty()) {
    if (needed <= present) return {};
    return refuse(fmt::format("the circuit has {} {}, {} are needed", present, what, needed));
  }
  if (map.size() != needed) return refuse(fmt::format("{} {} are needed, {} given", needed, what, map.size()));
  std::vector<std::uint32_t> sorted(map.begin(), map.end());
  std::ranges::sort(sorted);
  if (sorted.back() >= present) return refuse(fmt::format("there is no number {} among the {}", sorted.back(), what));
  if (auto const twin = std::ranges::adjacent_find(sorted); twin != sorted.end())
    return refuse(fmt::format("number {} is given twice among the {}", *twin, what));
  return {};
}

}  // namespace

std::vector<std::string> Circuit::parameters() const {
  std::set<std::string, std::less<>> names;
  for (Expression const& expression : expressions_) expression.collect_parameters(names);
  return {names.begin(), names.end()};
}

Result<Circuit> Circuit::bind(Bindings const& values) const {
  std::vector<std::string> const names = parameters();
  for (auto const& [parameter_name, value] : values)
    if (!std::ranges::binary_search(names, parameter_name))
      return refuse(fmt::format("the circuit has no parameter '{}'", parameter_name));
  Circuit result = *this;
  result.expressions_.clear();
  for (std::size_t index = 0; index < size(); ++index) {
    Record& record = result.records_[index];
    if (!record.symbolic) continue;
    Instruction const instruction = (*this)[index];
    record.symbolic = false;
    for (std::size_t i = 0; i < instruction.parameters.size(); ++i) {
      Expression const bound = instruction.parameter(i).bind(values);
      double& number = result.parameters_[record.parameter + i];
      if (!bound.is_number()) {
        record.symbolic = true;
        number = symbol(static_cast<std::uint32_t>(result.expressions_.size()));
        result.expressions_.push_back(bound);
      } else if (!std::isfinite(number = bound.number())) {
        return refuse(fmt::format("{} of {} is not a finite number", instruction.parameter(i).to_text(),
                                  instruction_name(instruction)));
      }
    }
    Instruction const bound = result[index];
    if (bound.kind == InstructionKind::noise && !bound.is_symbolic())
      if (auto checked = check_channel(bound.channel, bound.parameters, bound.matrix, bound.targets.size()); !checked)
        return checked.error();
  }
  return result;
}

/// Where bits, conditions and scratch bits of an appended circuit go.
struct Circuit::Placement {
  std::span<Clbit const> clbits;
  Clbit scratch;
  std::uint32_t condition_base;
  Condition::Id outer;

  [[nodiscard]] Clbit bit(Clbit index) const {
    if (index >= first_scratch_bit) return scratch + (index - first_scratch_bit);
    return clbits.empty() ? index : clbits[index];
  }
  [[nodiscard]] Condition::Id condition(Condition::Id id) const {
    return id ? Condition::Id{id.index + condition_base, id.negated} : outer;
  }
  /// The new place of neighbouring bits, which the map must not tear apart.
  [[nodiscard]] Result<Clbit> bits(Clbit first, std::uint32_t count) const {
    for (std::uint32_t i = 1; i < count; ++i)
      if (bit(first + i) != bit(first) + i)
        return refuse(fmt::format("classical bits {} to {} are read or written together and must stay neighbours",
                                  first, first + count - 1));
    return bit(first);
  }
  [[nodiscard]] Result<ClassicalExpression> value(ClassicalExpression const& of) const {
    std::vector<ClassicalOperation> steps = of.steps();
    for (ClassicalOperation& step : steps) {
      if (step.kind != ClassicalOperation::Kind::bits) continue;
      auto const placed = bits(step.first, step.count);
      if (!placed) return placed.error();
      step.first = *placed;
    }
    return ClassicalExpression(std::move(steps));
  }
};

Result<void> Circuit::append(Circuit const& other, std::span<Qubit const> qubits, std::span<Clbit const> clbits) {
  if (this == &other) return append(Circuit(other), qubits, clbits);
  if (auto checked = check_map("qubits", qubits, qubit_count_, other.qubit_count_); !checked) return checked;
  if (auto checked = check_map("classical bits", clbits, clbit_count_, other.clbit_count_); !checked) return checked;
  auto const scratch = add_scratch(other.scratch_count_);
  if (!scratch) return scratch.error();
  Placement const placement{clbits, *scratch, static_cast<std::uint32_t>(conditions_.size()), builder_condition_};
  for (Condition condition : other.conditions_) {
    auto const first = placement.bits(condition.first, condition.count);
    if (!first) return first.error();
    condition.first = *first;
    condition.parent = placement.condition(condition.parent);
    conditions_.push_back(condition);
  }
  std::vector<Qubit> operands;
  for (Instruction instruction : other) {
    operands.clear();
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      for (Qubit const qubit : group) operands.push_back(qubits.empty() ? qubit : qubits[qubit]);
    std::span<Qubit const> rest(operands);
    for (auto* group : {&instruction.positive_controls, &instruction.negative_controls, &instruction.targets}) {
      std::size_t const count = group->size();
      *group = rest.first(count);
      rest = rest.subspan(count);
    }
    if (auto appended = append_placed(other, instruction, placement); !appended) return appended;
  }
  return {};
}

Result<void> Circuit::append_placed(Circuit const& other, Instruction instruction, Placement const& placement) {
  if (instruction.kind != InstructionKind::barrier && instruction.kind != InstructionKind::delay)
    instruction.condition = placement.condition(instruction.condition);
  ClassicalExpression value;
  switch (instruction.kind) {
    case InstructionKind::measure:
      instruction.clbit = placement.bit(instruction.clbit);
      break;
    case InstructionKind::assign: {
      auto const first = placement.bits(instruction.clbit, instruction.clbit_count);
      if (!first) return first.error();
      instruction.clbit = *first;
      auto placed = placement.value(*instruction.value);
      if (!placed) return placed.error();
      value = *std::move(placed);
      instruction.value = &value;
      break;
    }
    case InstructionKind::loop_begin: {
      Loop const& loop = other.loops_[instruction.loop];
      auto const begun = begin_loop(placement.condition(loop.condition));
      loops_.back().first_condition = loop.first_condition + placement.condition_base;
      return begun;
    }
    case InstructionKind::loop_end: {
      std::uint32_t const innermost = open_loops_.empty() ? 0 : open_loops_.back();
      if (auto ended = end_loop(); !ended) return ended;
      loops_[innermost].end_condition = other.loops_[instruction.loop].end_condition + placement.condition_base;
      return {};
    }
    default:
      break;
  }
  return append(instruction);
}

}  // namespace qhub::circuit
