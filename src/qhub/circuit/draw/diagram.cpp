#include "qhub/circuit/draw/diagram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace qhub::circuit {
namespace {

/// "π/2", "-3π/4" for simple fractions, else four digits.
std::string angle_text(double angle) {
  for (int const denominator : {1, 2, 3, 4, 6, 8}) {
    double const numerator = angle * denominator / std::numbers::pi;
    double const whole = std::round(numerator);
    constexpr double rounding = 1e-10;
    if (whole == 0 || std::abs(whole) > 2 * denominator || std::abs(numerator - whole) > rounding) continue;
    std::string const factor = whole == 1 ? "" : whole == -1 ? "-" : fmt::format("{}", whole);
    return denominator == 1 ? factor + "π" : fmt::format("{}π/{}", factor, denominator);
  }
  return fmt::format("{:.4g}", angle);
}

std::string box_name(Instruction const& instruction) {
  switch (instruction.kind) {
    case InstructionKind::gate:
      return std::string(info(instruction.gate).name);
    case InstructionKind::unitary:
      return "U";
    case InstructionKind::reset:
      return "|0⟩";
    default:
      return instruction_name(instruction);
  }
}

std::string box_text(Instruction const& instruction) {
  std::string text = box_name(instruction);
  bool const is_angle = instruction.kind == InstructionKind::gate;
  if (instruction.parameters.size() > 3) return text;  // two_qubit_pauli has 15
  for (std::size_t i = 0; i < instruction.parameters.size(); ++i) {
    Expression const value = instruction.parameter(i);
    text += i == 0 ? "(" : ",";
    text += !value.is_number() ? value.to_text()
            : is_angle         ? angle_text(value.number())
                               : fmt::format("{:.4g}", value.number());
  }
  return instruction.parameters.empty() ? text : text + ")";
}

class Arrangement {
 public:
  explicit Arrangement(Circuit const& circuit) : circuit_(circuit) {
    for (Register const& each : circuit.quantum_registers())
      for (std::uint32_t i = 0; i < each.size; ++i)
        diagram_.labels.push_back(each.name == "$" ? fmt::format("${}: ", i) : fmt::format("{}[{}]: ", each.name, i));
    diagram_.quantum_wires = circuit.qubit_count();
    for (Register const& each : circuit.classical_registers()) diagram_.labels.push_back(each.name + ": ");
    if (circuit.scratch_count() != 0) diagram_.labels.emplace_back("memory: ");
    free_from_.resize(diagram_.labels.size());
  }

  Diagram run(std::size_t most_instructions) {
    std::size_t const count = std::min(circuit_.size(), most_instructions);
    diagram_.left_out = circuit_.size() - count;
    for (std::size_t i = 0; i < count; ++i) add(circuit_[i]);
    return std::move(diagram_);
  }

 private:
  struct Bit {
    std::uint32_t wire;
    std::uint32_t index;
  };
  Bit find_bit(Clbit clbit) const {
    auto const& registers = circuit_.classical_registers();
    if (clbit >= first_scratch_bit)
      return {diagram_.quantum_wires + static_cast<std::uint32_t>(registers.size()), clbit - first_scratch_bit};
    std::uint32_t number = 0;
    while (clbit - registers[number].first >= registers[number].size) ++number;
    return {diagram_.quantum_wires + number, clbit - registers[number].first};
  }

  /// "=2" of a whole register, else the bits before it.
  void add_condition(Condition::Id id, Diagram::Item& item) const {
    for (; id; id = circuit_.conditions()[id.index].parent) {
      Condition const& condition = circuit_.conditions()[id.index];
      Bit const bit = find_bit(condition.first);
      bool const whole = bit.index == 0 && bit.wire - diagram_.quantum_wires < circuit_.classical_registers().size() &&
                         circuit_.classical_registers()[bit.wire - diagram_.quantum_wires].size == condition.count;
      std::string const bits = whole ? ""
                               : condition.count == 1
                                   ? fmt::format("[{}]", bit.index)
                                   : fmt::format("[{}:{}]", bit.index, bit.index + condition.count - 1);
      add_bit(item, bit.wire, fmt::format("{}{}{}", bits, id.negated ? "≠" : "=", condition.value));
    }
  }

  static void add_bit(Diagram::Item& item, std::uint32_t wire, std::string text) {
    auto const same = std::ranges::find(item.cells, wire, &Diagram::Cell::wire);
    if (same != item.cells.end())
      same->text.append(" ").append(text);
    else
      item.cells.push_back({wire, Diagram::Symbol::bit, std::move(text)});
  }

  void add(Instruction const& instruction) {
    using Symbol = Diagram::Symbol;
    Diagram::Item item;
    auto const add_all = [&](std::span<Qubit const> qubits, Symbol symbol, std::string const& text) {
      for (Qubit const qubit : qubits) item.cells.push_back({qubit, symbol, text});
    };
    switch (instruction.kind) {
      case InstructionKind::gate:
        if (instruction.targets.empty()) return;  // a global phase
        if (instruction.gate == Gate::swap)
          add_all(instruction.targets, Symbol::exchange, "");
        else if (instruction.gate == Gate::z && instruction.control_count() != 0)
          add_all(instruction.targets, Symbol::control, "");
        else
          add_boxes(instruction, item);
        break;
      case InstructionKind::measure: {
        Bit const bit = find_bit(instruction.clbit);
        add_all(instruction.targets, Symbol::measure, "M");
        add_bit(item, bit.wire, fmt::format("{}", bit.index));
        break;
      }
      case InstructionKind::barrier:
        add_all(instruction.targets, Symbol::barrier, "");
        item.has_line = false;
        break;
      case InstructionKind::assign: {
        Bit const bit = find_bit(instruction.clbit);
        add_bit(item, bit.wire, fmt::format("[{}]:=", bit.index));
        break;
      }
      case InstructionKind::loop_begin:
      case InstructionKind::loop_end: {
        bool const begins = instruction.kind == InstructionKind::loop_begin;
        for (Qubit qubit = 0; qubit < diagram_.quantum_wires; ++qubit)
          item.cells.push_back({qubit, Symbol::box, begins ? "while" : "end"});
        if (begins) add_condition(circuit_.loops()[instruction.loop].condition, item);
        break;
      }
      default:
        add_boxes(instruction, item);
    }
    add_all(instruction.positive_controls, Symbol::control, "");
    add_all(instruction.negative_controls, Symbol::open_control, "");
    if (instruction.kind != InstructionKind::loop_begin) add_condition(instruction.condition, item);
    if (!item.cells.empty()) place(std::move(item));
  }

  /// Of several targets each is told its number, as most gates are not symmetric.
  static void add_boxes(Instruction const& instruction, Diagram::Item& item) {
    std::string const text = box_text(instruction);
    bool const several = instruction.targets.size() > 1;
    for (std::size_t i = 0; i < instruction.targets.size(); ++i)
      item.cells.push_back(
          {instruction.targets[i], Diagram::Symbol::box, several ? fmt::format("{}:{}", text, i) : text});
  }

  void place(Diagram::Item item) {
    std::ranges::sort(item.cells, {}, &Diagram::Cell::wire);
    item.first = item.cells.front().wire;
    item.last = item.cells.back().wire;
    item.joined = item.first;
    for (Diagram::Cell const& cell : item.cells)
      if (cell.wire < diagram_.quantum_wires) item.joined = cell.wire;
    std::size_t column = 0;
    for (std::uint32_t wire = item.first; wire <= item.last; ++wire) column = std::max(column, free_from_[wire]);
    for (std::uint32_t wire = item.first; wire <= item.last; ++wire) free_from_[wire] = column + 1;
    if (column == diagram_.columns.size()) diagram_.columns.emplace_back();
    diagram_.columns[column].push_back(std::move(item));
  }

  Circuit const& circuit_;
  Diagram diagram_;
  std::vector<std::size_t> free_from_;  ///< By wire: its first column without an item.
};

}  // namespace

Diagram arrange(Circuit const& circuit, std::size_t most_instructions) {
  return Arrangement(circuit).run(most_instructions);
}

}  // namespace qhub::circuit
