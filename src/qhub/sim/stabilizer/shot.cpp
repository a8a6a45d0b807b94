#include "qhub/sim/stabilizer/shot.h"

#include <algorithm>

namespace qhub::sim::stabilizer {

using circuit::Instruction;
using circuit::InstructionKind;

namespace {

void list_operands(Instruction const& gate, std::vector<circuit::Qubit>& operands) {
  operands.clear();
  for (auto const& group : {gate.positive_controls, gate.negative_controls, gate.targets})
    operands.insert(operands.end(), group.begin(), group.end());
}

}  // namespace

CommonStart::CommonStart(CliffordProgram const& program, std::stop_token const& stop)
    : state(program.circuit().qubit_count()) {
  std::vector<circuit::Qubit> operands;
  for (; next < program.circuit().size() && !stop.stop_requested(); ++next) {
    Instruction const instruction = program.circuit()[next];
    bool const is_gate = instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary;
    if (!is_gate || instruction.condition) return;
    list_operands(instruction, operands);
    state.apply(program.gate(next), operands);
  }
}

ShotRunner::ShotRunner(CliffordProgram const& program, CommonStart const& start)
    : program_(program), circuit_(program.circuit()), start_(start), state_(start.state), classical_(circuit_) {}

void ShotRunner::run(Random& random, std::stop_token const& stop, std::span<std::uint64_t> outcome) {
  state_ = start_.state;
  classical_.restart();
  for (std::size_t position = start_.next; position < circuit_.size() && !stop.stop_requested(); ++position) {
    Instruction const instruction = circuit_[position];
    if (instruction.kind == InstructionKind::loop_begin) {
      if (!classical_.enters(instruction.loop)) position = circuit_.loops()[instruction.loop].end;
    } else if (instruction.kind == InstructionKind::loop_end) {
      position = circuit_.loops()[instruction.loop].begin - 1;
    } else if (classical_.holds(instruction.condition)) {
      perform(position, instruction, random);
    }
  }
  std::ranges::copy(classical_.outcome().words(), outcome.begin());
}

void ShotRunner::perform(std::size_t position, Instruction const& instruction, Random& random) {
  auto const measure = [&] { return state_.measure(instruction.targets[0], random.next() >> 63 != 0); };
  switch (instruction.kind) {
    case InstructionKind::gate:
    case InstructionKind::unitary:
      list_operands(instruction, operands_);
      return state_.apply(program_.gate(position), operands_);
    case InstructionKind::noise: {
      PauliNoise const& noise = program_.noise(position);
      if (random.uniform() >= noise.probability) return;
      PauliString const& string = noise.draw(random);
      for (std::size_t j = 0; j < instruction.targets.size(); ++j) {
        if ((string.x >> j & 1) != 0) state_.apply_x(instruction.targets[j]);
        if ((string.z >> j & 1) != 0) state_.apply_z(instruction.targets[j]);
      }
      return;
    }
    case InstructionKind::measure:
      classical_.set(instruction.clbit, measure());
      return;
    case InstructionKind::reset:
      if (measure()) state_.apply_x(instruction.targets[0]);
      return;
    case InstructionKind::assign:
      return classical_.assign(instruction);
    default:
      return;
  }
}

}  // namespace qhub::sim::stabilizer
