#include "qhub/sim/stabilizer/shot.h"

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
    : program_(program),
      circuit_(program.circuit()),
      start_(start),
      state_(start.state),
      bits_(circuit_.clbit_count() + circuit_.scratch_count()),
      conditions_(circuit_) {}

void ShotRunner::run(Random& random, std::stop_token const& stop, std::span<std::uint64_t> outcome) {
  state_ = start_.state;
  bits_.assign(bits_.size(), false);
  conditions_.restart();
  auto const bit = [&](circuit::Clbit clbit) { return bits_[circuit_.bit_position(clbit)]; };
  for (std::size_t position = start_.next; position < circuit_.size() && !stop.stop_requested(); ++position) {
    Instruction const instruction = circuit_[position];
    if (instruction.kind == InstructionKind::loop_begin) {
      circuit::Loop const& loop = circuit_.loops()[instruction.loop];
      if (!conditions_.enters(loop, bit)) position = loop.end;
    } else if (instruction.kind == InstructionKind::loop_end) {
      position = circuit_.loops()[instruction.loop].begin - 1;
    } else if (conditions_.holds(instruction.condition, bit)) {
      perform(position, instruction, random);
    }
  }
  for (std::uint32_t c = 0; c < circuit_.clbit_count(); ++c) outcome[c / 64] |= std::uint64_t{bits_[c]} << c % 64;
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
      bits_[circuit_.bit_position(instruction.clbit)] = measure();
      return;
    case InstructionKind::reset:
      if (measure()) state_.apply_x(instruction.targets[0]);
      return;
    case InstructionKind::assign: {
      std::uint64_t const value =
          instruction.value->evaluate([&](circuit::Clbit clbit) { return bits_[circuit_.bit_position(clbit)]; });
      for (std::uint32_t i = 0; i < instruction.clbit_count; ++i)
        bits_[circuit_.bit_position(instruction.clbit + i)] = (value >> i & 1) != 0;
      return;
    }
    default:
      return;
  }
}

}  // namespace qhub::sim::stabilizer
