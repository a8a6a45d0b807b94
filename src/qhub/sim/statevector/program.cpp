#include "qhub/sim/statevector/program.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

#include "qhub/sim/amplitudes.h"
#include "qhub/sim/statevector/elements.h"

namespace qhub::sim::statevector {
namespace {

using circuit::Circuit;
using circuit::Instruction;
using circuit::InstructionKind;

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

bool is_gate(Instruction const& instruction) {
  return instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary;
}

template <class Visit>
void for_each_qubit(Instruction const& instruction, Visit const& visit) {
  for (auto const qubits : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
    for (circuit::Qubit const qubit : qubits) visit(qubit);
}

/// For each qubit the position of the first gate on it, before which it is in |0⟩; `never` if there is none.
std::vector<std::size_t> first_gates(Circuit const& circuit) {
  std::vector<std::size_t> first(circuit.qubit_count(), never);
  for (std::size_t i = circuit.size(); i-- > 0;)
    if (is_gate(circuit[i])) for_each_qubit(circuit[i], [&](circuit::Qubit qubit) { first[qubit] = i; });
  return first;
}

/// What becomes of a measurement or a reset.
enum class Fate : std::uint8_t {
  collapse,   ///< Happens where it stands.
  at_end,     ///< Measurement: sampled from the final state.
  clear_bit,  ///< Measurement of |0⟩.
  drop,       ///< Without effect on any result.
};

/// The fates of all measurements and resets, by position in the circuit; other instructions have no meaningful entry.
std::vector<Fate> decide_fates(Circuit const& circuit, std::span<std::size_t const> first_gate, bool keep_state) {
  // Walking backwards: what happens to each qubit after this position, and what a classical bit's value is good for
  // here.
  enum class Later : std::uint8_t { unused, measured, changed };
  enum class Value : std::uint8_t { result, needed, overwritten };
  std::vector<Later> later(circuit.qubit_count(), Later::unused);
  std::vector<Value> value(circuit.clbit_count(), Value::result);
  std::vector<Fate> fates(circuit.size(), Fate::collapse);
  for (std::size_t i = circuit.size(); i-- > 0;) {
    Instruction const instruction = circuit[i];
    if (is_gate(instruction)) {
      for_each_qubit(instruction, [&](circuit::Qubit qubit) { later[qubit] = Later::changed; });
    } else if (instruction.kind == InstructionKind::reset) {
      circuit::Qubit const qubit = instruction.targets[0];
      if (i < first_gate[qubit] || (later[qubit] == Later::unused && !keep_state)) {
        fates[i] = Fate::drop;
      } else {
        later[qubit] = Later::changed;
      }
    } else if (instruction.kind == InstructionKind::measure) {
      circuit::Qubit const qubit = instruction.targets[0];
      Value& bit = value[instruction.clbit];
      if (i < first_gate[qubit]) {
        fates[i] = Fate::clear_bit;
      } else if (later[qubit] != Later::changed && !instruction.condition && bit != Value::needed) {
        fates[i] = bit == Value::result ? Fate::at_end : Fate::drop;
      }
      if (later[qubit] == Later::unused) later[qubit] = Later::measured;
      bit = instruction.condition ? Value::needed : Value::overwritten;
    }
    for (circuit::Condition::Id id = instruction.condition; id; id = circuit.conditions()[id.index].parent) {
      circuit::Condition const& condition = circuit.conditions()[id.index];
      std::fill_n(value.begin() + condition.first, condition.count, Value::needed);
    }
  }
  return fates;
}

unsigned widest_gate(Circuit const& circuit) {
  std::size_t widest = 0;
  for (Instruction const instruction : circuit)
    if (is_gate(instruction)) widest = std::max(widest, instruction.targets.size());
  return static_cast<unsigned>(widest);
}

class ProgramMaker {
 public:
  ProgramMaker(Circuit const& circuit, bool keep_state, unsigned lane_bits, std::size_t amplitude_size,
               std::stop_token const& stop)
      : stop_(stop),
        keep_state_(keep_state),
        first_gate_(first_gates(circuit)),
        wire_(number_wires(first_gate_)),
        program_{.shape = make_shape(wire_count(), widest_gate(circuit), lane_bits, amplitude_size),
                 .plan = {},
                 .steps = {},
                 .final_measurements = {},
                 .positions = {}},
        placement_(wire_count(), program_.shape.positions),
        maker_(wire_count()) {
    std::vector<Fate> const fates = decide_fates(circuit, first_gate_, keep_state);
    for (std::size_t i = 0; i < circuit.size() && !stop_.stop_requested(); ++i) add(circuit[i], fates[i]);
    evolve(true);
    for (auto const& [qubit, clbit] : at_end_)
      program_.final_measurements.push_back({.position = placement_.position(qubit), .clbit = clbit});
    for (std::uint32_t const wire : wire_)
      program_.positions.push_back(wire == no_wire ? Placement::none : placement_.position(maker_.qubit(wire)));
  }

  Program take() && { return std::move(program_); }

 private:
  static constexpr std::uint32_t no_wire = std::numeric_limits<std::uint32_t>::max();

  static std::vector<std::uint32_t> number_wires(std::span<std::size_t const> first_gate) {
    std::vector<std::uint32_t> wires;
    std::uint32_t count = 0;
    for (std::size_t const first : first_gate) wires.push_back(first == never ? no_wire : count++);
    return wires;
  }

  [[nodiscard]] unsigned wire_count() const {
    return static_cast<unsigned>(std::ranges::count_if(wire_, [](std::uint32_t wire) { return wire != no_wire; }));
  }

  void add(Instruction const& instruction, Fate fate) {
    switch (instruction.kind) {
      case InstructionKind::gate:
      case InstructionKind::unitary:
        return add_gate(instruction);
      case InstructionKind::measure:
        return add_measurement(instruction, fate);
      case InstructionKind::reset:
        if (fate == Fate::drop) return add_test(instruction.condition);
        return collapse(instruction, Step::Kind::reset);
      case InstructionKind::barrier:
      case InstructionKind::delay:
        return;
      case InstructionKind::noise:  // refused by the engine
      case InstructionKind::assign:
      case InstructionKind::loop_begin:
      case InstructionKind::loop_end:
        return;
    }
  }

  void add_measurement(Instruction const& instruction, Fate fate) {
    switch (fate) {
      case Fate::collapse:
        return collapse(instruction, Step::Kind::measure);
      case Fate::clear_bit:
        if (condition_) evolve(false);
        program_.steps.push_back(
            {.kind = Step::Kind::clear_bit, .condition = instruction.condition, .clbit = instruction.clbit});
        return;
      case Fate::at_end:
        at_end_.emplace_back(maker_.qubit(wire_[instruction.targets[0]]), instruction.clbit);
        return;
      case Fate::drop:
        return;
    }
  }

  void collapse(Instruction const& instruction, Step::Kind kind) {
    evolve(false);
    std::uint8_t const position = placement_.position(maker_.qubit(wire_[instruction.targets[0]]));
    bool const is_zero = position == Placement::none;  // no gate so far was more than a phase
    if (is_zero && kind == Step::Kind::reset) return add_test(instruction.condition);
    program_.steps.push_back({.kind = is_zero ? Step::Kind::clear_bit : kind,
                              .condition = instruction.condition,
                              .position = position,
                              .clbit = instruction.clbit});
  }

  void add_gate(Instruction const& instruction) {
    if (instruction.condition != condition_) {
      evolve(false);
      condition_ = instruction.condition;
      maker_.allow_renaming(!condition_);
    }
    std::span<circuit::Complex const> matrix = instruction.matrix;
    if (instruction.kind == InstructionKind::gate) {
      matrix = std::span(gate_matrix_).first(std::size_t{1} << 2 * instruction.targets.size());
      circuit::write_matrix(instruction.gate, instruction.parameters, gate_matrix_.data());
    }
    std::array<unsigned, circuit::max_unitary_targets> targets;
    for (std::size_t t = 0; t < instruction.targets.size(); ++t) targets[t] = wire_[instruction.targets[t]];
    Controls controls;
    for (circuit::Qubit const qubit : instruction.positive_controls) controls = controls.with(wire_[qubit], true);
    for (circuit::Qubit const qubit : instruction.negative_controls) controls = controls.with(wire_[qubit], false);
    maker_.add(matrix, std::span(targets).first(instruction.targets.size()), controls);
  }

  /// Makes passes of all gates so far. \param last  no step follows.
  void evolve(bool last) {
    maker_.flush();
    std::complex<double> factor = maker_.take_factor();
    auto const first_pass = static_cast<std::uint32_t>(program_.plan.passes.size());
    PassOptions const options{.keep_places = static_cast<bool>(condition_),
                              .drop_final_phases = last && !keep_state_ && !condition_};
    factor *= add_passes(program_.plan, placement_, program_.shape, maker_.list(), options, stop_);
    maker_.list().clear();
    Step step{.kind = Step::Kind::evolve, .condition = condition_, .first_pass = first_pass, .factor = factor};
    step.pass_count = static_cast<std::uint32_t>(program_.plan.passes.size()) - first_pass;
    if (step.pass_count != 0 || factor != 1.0) {
      program_.steps.push_back(step);
    } else if (condition_) {
      program_.steps.push_back({.kind = Step::Kind::test_only, .condition = condition_});
    }
    condition_ = {};
    maker_.allow_renaming(true);
  }

  /// A test keeps its first outcome, so it has to be made in time also when nothing else is left of its instruction.
  void add_test(circuit::Condition::Id condition) {
    if (!condition) return;
    evolve(false);
    program_.steps.push_back({.kind = Step::Kind::test_only, .condition = condition});
  }

  std::stop_token const& stop_;
  bool const keep_state_;
  std::vector<std::size_t> const first_gate_;
  std::vector<std::uint32_t> const wire_;  ///< Of each qubit of the circuit, in the element maker.
  Program program_;
  Placement placement_;
  ElementMaker maker_;
  circuit::Condition::Id condition_;                        ///< Of the gates since the last step.
  std::vector<std::pair<unsigned, std::uint32_t>> at_end_;  ///< Qubits of the state and classical bits.
  std::array<circuit::Complex, std::size_t{1} << 2 * circuit::max_gate_targets> gate_matrix_;
};

}  // namespace

ProgramSize program_size(Circuit const& circuit, bool keep_state) {
  std::vector<std::size_t> const first_gate = first_gates(circuit);
  std::vector<Fate> const fates = decide_fates(circuit, first_gate, keep_state);
  ProgramSize size;
  size.qubits =
      static_cast<std::uint32_t>(std::ranges::count_if(first_gate, [](std::size_t first) { return first != never; }));
  size.widest_gate = widest_gate(circuit);
  for (std::size_t i = 0; i < circuit.size(); ++i) {
    Instruction const instruction = circuit[i];
    if (is_gate(instruction)) {
      // A gate becomes about three elements with as many operations and their numbers; lists have room to grow.
      std::uint64_t const entries = std::uint64_t{1} << 2 * instruction.targets.size();
      size.bytes +=
          3 * (sizeof(Element) + 2 * sizeof(TileOperation) + 16 * sizeof(double)) + entries * 4 * sizeof(Amplitude);
    } else {
      size.bytes += 2 * sizeof(Step);
      bool const collapses = instruction.kind == InstructionKind::measure || instruction.kind == InstructionKind::reset;
      if (collapses && fates[i] == Fate::collapse) ++size.collapses;
    }
  }
  return size;
}

Program make_program(Circuit const& circuit, bool keep_state, unsigned lane_bits, std::size_t amplitude_size,
                     std::stop_token const& stop) {
  return std::move(ProgramMaker(circuit, keep_state, lane_bits, amplitude_size, stop)).take();
}

}  // namespace qhub::sim::statevector
