#include "qhub/sim/final_measurements.h"

#include <algorithm>

namespace qhub::sim {

using circuit::Instruction;
using circuit::InstructionKind;

std::vector<bool> find_final_measurements(circuit::Circuit const& circuit) {
  std::vector<bool> final(circuit.size()), qubit_used(circuit.qubit_count()), bit_used(circuit.clbit_count());
  auto const use_bits = [&](circuit::Clbit first, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i)
      if (first + i < circuit.clbit_count()) bit_used[first + i] = true;  // scratch bits are never measured into
  };
  for (std::size_t i = circuit.size(); i-- > 0;) {
    Instruction const instruction = circuit[i];
    for (auto id = instruction.condition; id; id = circuit.conditions()[id.index].parent)
      use_bits(circuit.conditions()[id.index].first, circuit.conditions()[id.index].count);
    switch (instruction.kind) {
      case InstructionKind::measure:
        final[i] = !instruction.condition && instruction.clbit < circuit.clbit_count() &&
                   !qubit_used[instruction.targets[0]] && !bit_used[instruction.clbit];
        if (instruction.clbit < circuit.clbit_count()) bit_used[instruction.clbit] = true;
        if (!final[i]) qubit_used[instruction.targets[0]] = true;
        break;
      case InstructionKind::assign:
        use_bits(instruction.clbit, instruction.clbit_count);
        for (circuit::ClassicalOperation const& step : instruction.value->steps())
          if (step.kind == circuit::ClassicalOperation::Kind::bits) use_bits(step.first, step.count);
        break;
      case InstructionKind::loop_end:  // what is before may be inside
        return final;
      case InstructionKind::barrier:
      case InstructionKind::delay:
        break;
      default:
        for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
          for (circuit::Qubit const qubit : group) qubit_used[qubit] = true;
    }
  }
  return final;
}

}  // namespace qhub::sim
