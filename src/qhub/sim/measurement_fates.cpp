#include "qhub/sim/measurement_fates.h"

#include <algorithm>
#include <limits>

namespace qhub::sim {
namespace {

using circuit::Circuit;
using circuit::Instruction;
using circuit::InstructionKind;

bool changes_qubits(Instruction const& instruction) {
  return instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary ||
         instruction.kind == InstructionKind::noise;
}

template <class Visit>
void for_each_qubit(Instruction const& instruction, Visit const& visit) {
  for (auto const& qubits : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
    for (circuit::Qubit const qubit : qubits) visit(qubit);
}

/// For each qubit the position of the first gate or channel on it, before which it is in |0⟩; of what is in a loop, the
/// position of the outermost loop's beginning. The largest number if there is none.
std::vector<std::size_t> first_changes(Circuit const& circuit) {
  std::vector<std::size_t> first(circuit.qubit_count(), std::numeric_limits<std::size_t>::max());
  std::size_t depth = 0, outermost = 0;
  for (std::size_t i = 0; i < circuit.size(); ++i) {
    Instruction const instruction = circuit[i];
    if (instruction.kind == InstructionKind::loop_begin && depth++ == 0) outermost = i;
    if (instruction.kind == InstructionKind::loop_end) --depth;
    if (!changes_qubits(instruction)) continue;
    for_each_qubit(instruction,
                   [&](circuit::Qubit qubit) { first[qubit] = std::min(first[qubit], depth > 0 ? outermost : i); });
  }
  return first;
}

/// Walks backwards through a circuit.
class Walk {
 public:
  Walk(Circuit const& circuit, bool keep_state)
      : circuit_(circuit),
        keep_state_(keep_state),
        first_change_(first_changes(circuit)),
        later_(circuit.qubit_count(), Later::nothing),
        value_(circuit.clbit_count(), Value::result) {
    value_.resize(circuit.clbit_count() + circuit.scratch_count(), Value::useless);
  }

  std::vector<Fate> run() {
    std::vector<Fate> fates(circuit_.size(), Fate::collapse);
    for (std::size_t i = circuit_.size(); i-- > 0;) {
      Instruction const instruction = circuit_[i];
      bool const certain = !instruction.condition && loop_depth_ == 0;
      switch (instruction.kind) {
        case InstructionKind::gate:
        case InstructionKind::unitary:
        case InstructionKind::noise:
          for_each_qubit(instruction, [&](circuit::Qubit qubit) { later_[qubit] = Later::use; });
          break;
        case InstructionKind::measure:
          fates[i] = measurement(i, instruction, certain);
          break;
        case InstructionKind::reset:
          fates[i] = reset(i, instruction, certain);
          break;
        case InstructionKind::assign:
          for (std::uint32_t bit = 0; bit < instruction.clbit_count; ++bit)
            value_[circuit_.bit_position(instruction.clbit + bit)] = certain ? Value::useless : Value::needed;
          for (circuit::ClassicalOperation const& step : instruction.value->steps())
            if (step.kind == circuit::ClassicalOperation::Kind::bits) need(step.first, step.count);
          break;
        case InstructionKind::loop_begin:
          --loop_depth_;
          need_bits_of(circuit_.loops()[instruction.loop].condition);
          break;
        case InstructionKind::loop_end:
          ++loop_depth_;
          break;
        case InstructionKind::barrier:
        case InstructionKind::delay:
          break;
      }
      need_bits_of(instruction.condition);
    }
    return fates;
  }

 private:
  /// What comes next for a qubit.
  enum class Later : std::uint8_t { nothing, final_measurement, certain_reset, use };
  /// What a classical bit's value is good for.
  enum class Value : std::uint8_t { result, needed, useless };

  Fate measurement(std::size_t position, Instruction const& instruction, bool certain) {
    Later& later = later_[instruction.targets[0]];
    Value& bit = value_[circuit_.bit_position(instruction.clbit)];
    Value const value = bit;
    bit = certain ? Value::useless : Value::needed;
    if (position < first_change_[instruction.targets[0]]) return Fate::clear_bit;
    if (certain && value == Value::useless && later != Later::use) return Fate::drop;
    bool const untouched = later == Later::nothing || later == Later::final_measurement;
    if (certain && value == Value::result && untouched) {
      later = Later::final_measurement;
      return Fate::at_end;
    }
    bool const retires = certain && (later == Later::certain_reset || (later == Later::nothing && !keep_state_));
    later = retires || !untouched ? Later::use : Later::final_measurement;
    return retires ? Fate::retire : Fate::collapse;
  }

  Fate reset(std::size_t position, Instruction const& instruction, bool certain) {
    Later& later = later_[instruction.targets[0]];
    bool const useless = later == Later::certain_reset || (later == Later::nothing && !keep_state_);
    if (position < first_change_[instruction.targets[0]] || (useless && loop_depth_ == 0)) return Fate::drop;
    later = certain ? Later::certain_reset : Later::use;
    return certain ? Fate::retire : Fate::collapse;
  }

  void need(circuit::Clbit first, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) value_[circuit_.bit_position(first + i)] = Value::needed;
  }

  void need_bits_of(circuit::Condition::Id id) {
    for (; id; id = circuit_.conditions()[id.index].parent)
      need(circuit_.conditions()[id.index].first, circuit_.conditions()[id.index].count);
  }

  Circuit const& circuit_;
  bool const keep_state_;
  std::vector<std::size_t> const first_change_;
  std::vector<Later> later_;
  std::vector<Value> value_;
  std::size_t loop_depth_ = 0;
};

}  // namespace

std::vector<Fate> decide_fates(Circuit const& circuit, bool keep_state) {
  return Walk(circuit, keep_state).run();
}

}  // namespace qhub::sim
