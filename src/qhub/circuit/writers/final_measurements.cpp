#include "qhub/circuit/writers/final_measurements.h"

#include <fmt/format.h>

#include "qhub/circuit/transpile/lower.h"

namespace qhub::circuit {

Result<std::vector<std::optional<Qubit>>> final_measurements(Circuit const& circuit, std::string_view what) {
  auto const cannot = [&](std::string_view found) {
    return Error{ErrorKind::unsupported, fmt::format("{} cannot express {}", what, found), {}};
  };
  std::vector<std::optional<Qubit>> measured(circuit.clbit_count());
  std::vector<char> finished(circuit.qubit_count());
  for (Instruction const instruction : circuit) {
    if (instruction.condition) return cannot("conditions");
    switch (instruction.kind) {
      case InstructionKind::barrier:
        continue;
      case InstructionKind::assign:
      case InstructionKind::loop_begin:
      case InstructionKind::loop_end:
      case InstructionKind::reset:
        return cannot(name_of(instruction));
      default:
        break;
    }
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      for (Qubit const qubit : group)
        if (finished[qubit])
          return cannot(fmt::format("{} on qubit {} after its measurement", name_of(instruction), qubit));
    if (instruction.kind != InstructionKind::measure) continue;
    if (instruction.clbit >= first_scratch_bit) return cannot("a measurement into memory that belongs to no register");
    if (measured[instruction.clbit])
      return cannot(fmt::format("two measurements into classical bit {}", instruction.clbit));
    measured[instruction.clbit] = instruction.targets[0];
    finished[instruction.targets[0]] = 1;
  }
  return measured;
}

}  // namespace qhub::circuit
