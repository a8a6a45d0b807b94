#include "qhub/sim/statevector/program.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

#include "qhub/sim/amplitudes.h"
#include "qhub/sim/measurement_fates.h"
#include "qhub/sim/statevector/elements.h"

namespace qhub::sim::statevector {
namespace {

using circuit::Circuit;
using circuit::Instruction;
using circuit::InstructionKind;

bool is_gate(Instruction const& instruction) {
  return instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary;
}

template <class Visit>
void for_each_qubit(Instruction const& instruction, Visit const& visit) {
  for (auto const qubits : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
    for (circuit::Qubit const qubit : qubits) visit(qubit);
}

/// Most qubits that take part at the same time.
std::uint32_t most_at_a_time(Circuit const& circuit, std::span<Fate const> fates) {
  std::vector<bool> takes_part(circuit.qubit_count());
  std::uint32_t now = 0, most = 0;
  auto const enter = [&](circuit::Qubit qubit) {
    if (takes_part[qubit]) return;
    takes_part[qubit] = true;
    most = std::max(most, ++now);
  };
  for (std::size_t i = 0; i < circuit.size(); ++i) {
    Instruction const instruction = circuit[i];
    if (is_gate(instruction)) {
      for_each_qubit(instruction, enter);
    } else if (instruction.kind == InstructionKind::loop_begin) {
      for (std::size_t j = i; j < circuit.loops()[instruction.loop].end; ++j)
        if (is_gate(circuit[j])) for_each_qubit(circuit[j], enter);
    } else if ((instruction.kind == InstructionKind::measure || instruction.kind == InstructionKind::reset) &&
               fates[i] == Fate::retire && takes_part[instruction.targets[0]]) {
      takes_part[instruction.targets[0]] = false;
      --now;
    }
  }
  return most;
}

class ProgramMaker {
 public:
  ProgramMaker(Circuit const& circuit, bool keep_state, ProgramSize const& size, unsigned lane_bits,
               std::size_t amplitude_size, std::stop_token const& stop)
      : circuit_(circuit),
        stop_(stop),
        keep_state_(keep_state),
        program_{.shape = make_shape(size.qubits, size.widest_gate, lane_bits, amplitude_size),
                 .plan = {},
                 .steps = {},
                 .sampled = {},
                 .positions = {}},
        placement_(size.qubits, program_.shape.positions),
        maker_(circuit.qubit_count(), size.qubits) {
    for (std::size_t i = 0; i < circuit.size() && !stop_.stop_requested(); ++i) add(i, circuit[i], size.fates[i]);
    evolve(true);
    program_.written = occupied();
    for (auto const& [qubit, clbit] : at_end_)
      program_.sampled.push_back({.position = position(qubit), .clbit = clbit});
    for (circuit::Qubit qubit = 0; qubit < circuit.qubit_count(); ++qubit)
      program_.positions.push_back(position(qubit));
  }

  Program take() && { return std::move(program_); }

 private:
  [[nodiscard]] std::uint8_t position(circuit::Qubit wire) const {
    std::uint8_t const qubit = maker_.qubit(wire);
    return qubit == ElementMaker::none ? Placement::none : placement_.position(qubit);
  }

  [[nodiscard]] std::uint8_t occupied() const {
    return static_cast<std::uint8_t>(std::max(program_.shape.chunk_bits, placement_.occupied()));
  }

  void add(std::size_t index, Instruction const& instruction, Fate fate) {
    switch (instruction.kind) {
      case InstructionKind::gate:
      case InstructionKind::unitary:
        return add_gate(instruction);
      case InstructionKind::measure:
        return add_measurement(instruction, fate);
      case InstructionKind::reset:
        if (fate == Fate::drop) return add_test(instruction.condition);
        return collapse(instruction, Step::Kind::reset, fate == Fate::retire);
      case InstructionKind::assign:
        return add_classical({.kind = Step::Kind::assign, .condition = instruction.condition, .instruction = index});
      case InstructionKind::loop_begin:
        return begin_loop(instruction.loop);
      case InstructionKind::loop_end:
        return end_loop();
      case InstructionKind::barrier:
      case InstructionKind::delay:
      case InstructionKind::noise:  // refused by the engine
        return;
    }
  }

  void add_measurement(Instruction const& instruction, Fate fate) {
    switch (fate) {
      case Fate::collapse:
      case Fate::retire:
        return collapse(instruction, Step::Kind::measure, fate == Fate::retire);
      case Fate::clear_bit:
        return add_classical(
            {.kind = Step::Kind::clear_bit, .condition = instruction.condition, .clbit = instruction.clbit});
      case Fate::at_end:
        at_end_.push_back({.qubit = instruction.targets[0], .clbit = instruction.clbit});
        return;
      case Fate::drop:
        return;
    }
  }

  void collapse(Instruction const& instruction, Step::Kind kind, bool retires) {
    evolve(false);
    circuit::Qubit const wire = instruction.targets[0];
    Step const step{.kind = kind,
                    .condition = instruction.condition,
                    .position = position(wire),
                    .retires = retires,
                    .clbit = instruction.clbit};
    if (step.position != Placement::none) {
      add_step(step);
      program_.repeats = true;                 // on other branches
    } else if (kind == Step::Kind::measure) {  // no gate so far was more than a phase
      add_step({.kind = Step::Kind::clear_bit, .condition = step.condition, .clbit = step.clbit});
    } else {
      add_test(step.condition);
    }
    if (!retires || maker_.qubit(wire) == ElementMaker::none) return;
    if (step.position != Placement::none) placement_.remove(maker_.qubit(wire));
    maker_.release(wire);
  }

  void add_gate(Instruction const& instruction) {
    if (instruction.condition != condition_) {
      evolve(false);
      condition_ = instruction.condition;
      maker_.allow_renaming(!keeps_places());
    }
    std::span<circuit::Complex const> matrix = instruction.matrix;
    if (instruction.kind == InstructionKind::gate) {
      matrix = std::span(gate_matrix_).first(std::size_t{1} << 2 * instruction.targets.size());
      circuit::write_matrix(instruction.gate, instruction.parameters, gate_matrix_.data());
    }
    maker_.add(matrix, instruction.targets, instruction.positive_controls, instruction.negative_controls);
  }

  /// Loops start and end with every qubit that they use at the same place.
  void begin_loop(std::uint32_t loop) {
    evolve(false);
    for (std::size_t i = circuit_.loops()[loop].begin; i < circuit_.loops()[loop].end; ++i) {
      if (!is_gate(circuit_[i])) continue;
      for_each_qubit(circuit_[i], [&](circuit::Qubit wire) {
        maker_.expose(wire);
        if (position(wire) == Placement::none) placement_.place_lowest(maker_.qubit(wire));
      });
    }
    open_loops_.push_back(program_.steps.size());
    maker_.allow_renaming(false);
    program_.repeats = true;
    add_step({.kind = Step::Kind::loop_begin, .loop = loop});
  }

  void end_loop() {
    evolve(false);
    std::size_t const begin = open_loops_.back();
    open_loops_.pop_back();
    add_step({.kind = Step::Kind::loop_end, .target = begin});
    program_.steps[begin].target = program_.steps.size();
    maker_.allow_renaming(!keeps_places());
  }

  [[nodiscard]] bool keeps_places() const { return static_cast<bool>(condition_) || !open_loops_.empty(); }

  /// Makes passes of all gates so far. \param last  no step follows.
  void evolve(bool last) {
    maker_.flush();
    Step step{.kind = Step::Kind::evolve, .condition = condition_, .factor = maker_.take_factor()};
    step.first_pass = static_cast<std::uint32_t>(program_.plan.passes.size());
    PassOptions const options{.keep_places = keeps_places(), .drop_final_phases = last && !keep_state_ && !condition_};
    step.factor *= add_passes(program_.plan, placement_, program_.shape, maker_.list(), options, stop_);
    maker_.list().clear();
    step.pass_count = static_cast<std::uint32_t>(program_.plan.passes.size()) - step.first_pass;
    if (step.pass_count != 0 || step.factor != 1.0) {
      add_step(step);
    } else if (condition_) {
      add_step({.kind = Step::Kind::test_only, .condition = condition_});
    }
    condition_ = {};
    maker_.allow_renaming(!keeps_places());
  }

  /// A step that gates without condition may overtake.
  void add_classical(Step const& step) {
    if (condition_) evolve(false);
    add_step(step);
  }

  /// A test keeps its first outcome, so it has to be made in time also when nothing else is left of its instruction.
  void add_test(circuit::Condition::Id condition) {
    if (condition) add_classical({.kind = Step::Kind::test_only, .condition = condition});
  }

  void add_step(Step step) {
    step.written = occupied();
    program_.steps.push_back(step);
  }

  Circuit const& circuit_;
  std::stop_token const& stop_;
  bool const keep_state_;
  Program program_;
  Placement placement_;
  ElementMaker maker_;                   ///< Its wires are the circuit's qubits.
  circuit::Condition::Id condition_;     ///< Of the gates since the last step.
  std::vector<std::size_t> open_loops_;  ///< Their loop_begin steps, innermost last.
  std::vector<FinalMeasurement> at_end_;
  std::array<circuit::Complex, std::size_t{1} << 2 * circuit::max_gate_targets> gate_matrix_;
};

}  // namespace

ProgramSize program_size(Circuit const& circuit, bool keep_state) {
  ProgramSize size{.fates = decide_fates(circuit, keep_state)};
  size.qubits = most_at_a_time(circuit, size.fates);
  for (std::size_t i = 0; i < circuit.size(); ++i) {
    Instruction const instruction = circuit[i];
    if (is_gate(instruction)) {
      size.widest_gate = std::max(size.widest_gate, static_cast<unsigned>(instruction.targets.size()));
      // A gate becomes about three elements with as many operations and their numbers; lists have room to grow.
      std::uint64_t const entries = std::uint64_t{1} << 2 * instruction.targets.size();
      size.bytes +=
          3 * (sizeof(Element) + 2 * sizeof(TileOperation) + 16 * sizeof(double)) + entries * 4 * sizeof(Amplitude);
    } else {
      size.bytes += 2 * sizeof(Step);
      bool const collapses = instruction.kind == InstructionKind::measure || instruction.kind == InstructionKind::reset;
      if (collapses && (size.fates[i] == Fate::collapse || size.fates[i] == Fate::retire)) ++size.collapses;
    }
  }
  if (!circuit.loops().empty()) size.collapses = std::numeric_limits<std::uint64_t>::max();
  return size;
}

Program make_program(Circuit const& circuit, bool keep_state, ProgramSize const& size, unsigned lane_bits,
                     std::size_t amplitude_size, std::stop_token const& stop) {
  return std::move(ProgramMaker(circuit, keep_state, size, lane_bits, amplitude_size, stop)).take();
}

}  // namespace qhub::sim::statevector
