#include "qhub/sim/stabilizer/shot.h"

#include <vector>

namespace qhub::sim::stabilizer {
namespace {

using circuit::Instruction;
using circuit::InstructionKind;

/// One shot under way.
class Shot {
 public:
  Shot(CliffordProgram const& program, Tableau state, Random& random)
      : program_(program),
        circuit_(program.circuit()),
        state_(std::move(state)),
        random_(random),
        bits_(circuit_.clbit_count() + circuit_.scratch_count()),
        conditions_(circuit_) {}

  Outcome run(std::size_t position, std::stop_token const& stop) {
    for (; position < circuit_.size() && !stop.stop_requested(); ++position) {
      Instruction const instruction = circuit_[position];
      switch (instruction.kind) {
        case InstructionKind::loop_begin: {
          circuit::Loop const& loop = circuit_.loops()[instruction.loop];
          if (!conditions_.enters(loop, bit_)) position = loop.end;
          break;
        }
        case InstructionKind::loop_end:
          position = circuit_.loops()[instruction.loop].begin - 1;
          break;
        default:
          if (conditions_.holds(instruction.condition, bit_)) perform(position, instruction);
      }
    }
    Outcome outcome(circuit_.clbit_count());
    for (std::uint32_t bit = 0; bit < circuit_.clbit_count(); ++bit) outcome.set(bit, bits_[bit]);
    return outcome;
  }

 private:
  void perform(std::size_t position, Instruction const& instruction) {
    switch (instruction.kind) {
      case InstructionKind::gate:
      case InstructionKind::unitary:
        operands_.clear();
        for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
          operands_.insert(operands_.end(), group.begin(), group.end());
        return state_.apply(program_.gate(position), operands_);
      case InstructionKind::noise: {
        PauliNoise const& noise = program_.noise(position);
        if (random_.uniform() >= noise.probability) return;
        PauliString const& string = noise.pick(random_.uniform());
        for (std::size_t j = 0; j < instruction.targets.size(); ++j) {
          if ((string.x >> j & 1) != 0) state_.apply_x(instruction.targets[j]);
          if ((string.z >> j & 1) != 0) state_.apply_z(instruction.targets[j]);
        }
        return;
      }
      case InstructionKind::measure:
        bits_[circuit_.bit_position(instruction.clbit)] = measure(instruction.targets[0]);
        return;
      case InstructionKind::reset:
        if (measure(instruction.targets[0])) state_.apply_x(instruction.targets[0]);
        return;
      case InstructionKind::assign: {
        std::uint64_t const value = instruction.value->evaluate(bit_);
        for (std::uint32_t i = 0; i < instruction.clbit_count; ++i)
          bits_[circuit_.bit_position(instruction.clbit + i)] = (value >> i & 1) != 0;
        return;
      }
      default:
        return;
    }
  }

  bool measure(circuit::Qubit qubit) { return state_.measure(qubit, random_.next() >> 63 != 0); }

  CliffordProgram const& program_;
  circuit::Circuit const& circuit_;
  Tableau state_;
  Random& random_;
  std::vector<bool> bits_;  ///< By circuit::Circuit::bit_position().
  struct Bit {
    Shot const& shot;
    bool operator()(circuit::Clbit bit) const { return shot.bits_[shot.circuit_.bit_position(bit)]; }
  } const bit_{*this};
  circuit::ConditionEvaluator conditions_;
  std::vector<circuit::Qubit> operands_;
};

}  // namespace

ShotRunner::ShotRunner(CliffordProgram const& program, std::stop_token const& stop)
    : program_(program), start_(program.circuit().qubit_count()) {
  std::vector<circuit::Qubit> operands;
  for (; first_ < program.circuit().size() && !stop.stop_requested(); ++first_) {
    Instruction const instruction = program.circuit()[first_];
    bool const is_gate = instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary;
    if (!is_gate || instruction.condition) return;
    operands.clear();
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      operands.insert(operands.end(), group.begin(), group.end());
    start_.apply(program.gate(first_), operands);
  }
}

Outcome ShotRunner::run(Random& random, std::stop_token const& stop) const {
  return Shot(program_, start_, random).run(first_, stop);
}

}  // namespace qhub::sim::stabilizer
