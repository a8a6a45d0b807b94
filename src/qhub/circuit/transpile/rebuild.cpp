#include "qhub/circuit/transpile/rebuild.h"

namespace qhub::circuit {

// What the source holds has passed the checks of these calls before.

Rebuild::Rebuild(Circuit const& source) : source_(source) {
  for (Register const& each : source.quantum_registers()) (void)output.add_qubits(each.name, each.size);
  add_bits();
}

Rebuild::Rebuild(Circuit const& source, std::uint32_t qubits) : output(qubits), source_(source) {
  add_bits();
}

void Rebuild::add_bits() {
  output.name = source_.name;
  output.result_requests = source_.result_requests;
  for (Register const& each : source_.classical_registers()) (void)output.add_clbits(each.name, each.size);
  (void)output.add_scratch(source_.scratch_count());
}

/// Conditions have to exist before they are used, but not earlier than in the source: a loop forgets those made inside.
void Rebuild::add_conditions(std::uint32_t count) {
  while (output.conditions().size() < count)
    (void)output.add_condition(source_.conditions()[output.conditions().size()]);
}

Result<void> Rebuild::append(Instruction const& instruction) {
  if (instruction.kind == InstructionKind::loop_begin) {
    Loop const& loop = source_.loops()[instruction.loop];
    add_conditions(loop.first_condition);
    return output.begin_loop(loop.condition);
  }
  if (instruction.kind == InstructionKind::loop_end) {
    add_conditions(source_.loops()[instruction.loop].end_condition);
    return output.end_loop();
  }
  if (instruction.condition) add_conditions(instruction.condition.index + 1);
  return output.append(instruction);
}

}  // namespace qhub::circuit
