#include "qhub/sim/stabilizer/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "qhub/sim/channel.h"

namespace qhub::sim::stabilizer {
namespace {

using circuit::Instruction;
using circuit::InstructionKind;

Error unsupported(std::size_t position, Instruction const& instruction, std::string_view what) {
  return {.kind = ErrorKind::unsupported,
          .message = fmt::format("instruction {}, {}, is not {}, which is all that stabilizers can follow", position,
                                 instruction_name(instruction), what),
          .details = {}};
}

/// Nothing if the channel is no mixture of Pauli strings.
std::shared_ptr<PauliNoise const> pauli_noise(Instruction const& instruction) {
  auto const qubits = static_cast<unsigned>(instruction.targets.size());
  Operators const operators = operators_of(instruction);
  auto const probabilities = pauli_probabilities(pauli_transfer_matrix(operators, qubits), qubits);
  if (!probabilities) return nullptr;
  auto noise = std::make_shared<PauliNoise>();
  double first = 0;
  for (std::size_t string = 1; string < probabilities->size(); ++string) {
    double const probability = (*probabilities)[string];
    if (probability == 0) continue;
    noise->probability += probability;
    if (first == 0) first = probability;
    if (std::abs(probability - first) > 1e-12 * first) noise->equally_likely = false;
    PauliString pauli;
    for (unsigned j = 0; j < qubits; ++j) {
      pauli.x |= (string >> 2 * j & 1) << j;
      pauli.z |= (string >> (2 * j + 1) & 1) << j;
    }
    noise->alternatives.push_back({noise->probability, pauli});
  }
  for (PauliNoise::Alternative& alternative : noise->alternatives) alternative.cumulative /= noise->probability;
  noise->probability = std::min(noise->probability, 1.0);
  return noise;
}

}  // namespace

Result<CliffordProgram> CliffordProgram::make(circuit::Circuit const& circuit) {
  CliffordProgram program(circuit);
  program.gates_.resize(circuit.size());
  program.noises_.resize(circuit.size());
  program.frames_suffice_ = circuit.scratch_count() == 0;
  std::map<std::pair<circuit::Channel, double>, std::shared_ptr<PauliNoise const>> known;  // of one parameter
  for (std::size_t i = 0; i < circuit.size(); ++i) {
    Instruction const instruction = circuit[i];
    switch (instruction.kind) {
      case InstructionKind::gate:
      case InstructionKind::unitary:
        program.gates_[i] = program.library_->find(instruction);
        if (!program.gates_[i]) return unsupported(i, instruction, "a Clifford gate");
        if (instruction.condition && !program.gates_[i]->is_pauli()) program.frames_suffice_ = false;
        break;
      case InstructionKind::noise: {
        std::shared_ptr<PauliNoise const> fresh;
        bool const simple = instruction.parameters.size() == 1;
        auto& noise = simple ? known[{instruction.channel, instruction.parameters[0]}] : fresh;
        if (!noise) noise = pauli_noise(instruction);
        if (!noise) return unsupported(i, instruction, "a mixture of Pauli operators");
        program.noises_[i] = noise;
        break;
      }
      case InstructionKind::measure:
      case InstructionKind::reset:
        if (instruction.condition) program.frames_suffice_ = false;
        break;
      case InstructionKind::assign:
      case InstructionKind::loop_begin:
      case InstructionKind::loop_end:
        program.frames_suffice_ = false;
        break;
      case InstructionKind::barrier:
      case InstructionKind::delay:
        break;
    }
  }
  return program;
}

}  // namespace qhub::sim::stabilizer
