#include "qhub/sim/statevector/program.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

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
std::vector<Fate> decide_fates(Circuit const& circuit, std::span<std::size_t const> first_gate, bool keep_all_qubits) {
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
      if (i < first_gate[qubit] || (later[qubit] == Later::unused && !keep_all_qubits)) {
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

using Matrix2 = std::array<Amplitude, 4>;  // row-major

/// The matrix product later * earlier.
Matrix2 product(std::span<Amplitude const> later, Matrix2 const& earlier) {
  return {later[0] * earlier[0] + later[1] * earlier[2], later[0] * earlier[1] + later[1] * earlier[3],
          later[2] * earlier[0] + later[3] * earlier[2], later[2] * earlier[1] + later[3] * earlier[3]};
}

class ProgramMaker {
 public:
  ProgramMaker(Circuit const& circuit, bool keep_all_qubits, std::stop_token const& stop) {
    std::vector<std::size_t> const first_gate = first_gates(circuit);
    std::vector<Fate> const fates = decide_fates(circuit, first_gate, keep_all_qubits);
    position_.resize(circuit.qubit_count());
    for (std::size_t qubit = 0; qubit < position_.size(); ++qubit)
      if (keep_all_qubits || first_gate[qubit] != never) position_[qubit] = program_.qubits++;
    waiting_.resize(program_.qubits);
    for (std::size_t i = 0; i < circuit.size() && !stop.stop_requested(); ++i) add(circuit[i], fates[i]);
    for (std::uint32_t qubit = 0; qubit < program_.qubits; ++qubit) flush(qubit);
  }

  Program take() && { return std::move(program_); }

 private:
  void add(Instruction const& instruction, Fate fate) {
    switch (instruction.kind) {
      case InstructionKind::gate:
      case InstructionKind::unitary:
        return add_gate(instruction);
      case InstructionKind::measure:
        return add_measurement(instruction, fate);
      case InstructionKind::reset:
        if (fate == Fate::drop) return add_test(instruction.condition);
        flush(position_[instruction.targets[0]]);
        program_.steps.push_back({.kind = Step::Kind::reset,
                                  .condition = instruction.condition,
                                  .qubit = position_[instruction.targets[0]]});
        return;
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
    std::uint32_t const qubit = position_[instruction.targets[0]];
    switch (fate) {
      case Fate::collapse:
        flush(qubit);
        program_.steps.push_back({.kind = Step::Kind::measure,
                                  .condition = instruction.condition,
                                  .qubit = qubit,
                                  .clbit = instruction.clbit});
        return;
      case Fate::clear_bit:
        program_.steps.push_back(
            {.kind = Step::Kind::clear_bit, .condition = instruction.condition, .clbit = instruction.clbit});
        return;
      case Fate::at_end:
        program_.final_measurements.push_back({.qubit = qubit, .clbit = instruction.clbit});
        return;
      case Fate::drop:
        return;
    }
  }

  void add_gate(Instruction const& instruction) {
    std::span<Amplitude const> matrix = instruction.matrix;
    if (instruction.kind == InstructionKind::gate) {
      matrix = std::span(gate_matrix_).first(std::size_t{1} << 2 * instruction.targets.size());
      circuit::write_matrix(instruction.gate, instruction.parameters, gate_matrix_.data());
    }
    bool const plain = !instruction.condition && instruction.control_count() == 0;
    if (plain && instruction.targets.empty()) {
      program_.global_phase *= matrix[0];
    } else if (plain && instruction.targets.size() == 1) {
      std::optional<Matrix2>& waiting = waiting_[position_[instruction.targets[0]]];
      waiting = product(matrix, waiting.value_or(Matrix2{1, 0, 0, 1}));
    } else {
      for_each_qubit(instruction, [&](circuit::Qubit qubit) { flush(position_[qubit]); });
      std::vector<std::uint32_t> targets;
      for (circuit::Qubit const qubit : instruction.targets) targets.push_back(position_[qubit]);
      Subspace where;
      for (circuit::Qubit const qubit : instruction.positive_controls) where.value |= bit(position_[qubit]);
      where.fixed = where.value;
      for (circuit::Qubit const qubit : instruction.negative_controls) where.fixed |= bit(position_[qubit]);
      add_blocks(matrix, targets, where, instruction.condition);
    }
  }

  /// Adds what waits for `qubit`.
  void flush(std::uint32_t qubit) {
    if (!waiting_[qubit]) return;
    add_blocks(*waiting_[qubit], std::array{qubit}, {}, {});
    waiting_[qubit].reset();
  }

  /// Splits a matrix into the blocks that its nonzero entries connect: CX falls into two scalars 1 and an exchange, rzz
  /// into four scalars, iswap into two scalars 1 and a 2 × 2 matrix.
  void add_blocks(std::span<Amplitude const> matrix, std::span<std::uint32_t const> targets, Subspace controls,
                  circuit::Condition::Id condition) {
    std::size_t const size = std::size_t{1} << targets.size();
    std::vector<std::size_t> block(size);  // number of the block of each basis state: the lowest state in it
    std::iota(block.begin(), block.end(), std::size_t{0});
    for (std::size_t r = 0; r < size; ++r) {
      for (std::size_t c = 0; c < size; ++c) {
        if (matrix[r * size + c] == Amplitude{} || block[r] == block[c]) continue;
        auto const [low, high] = std::minmax(block[r], block[c]);
        std::replace(block.begin(), block.end(), std::size_t{high}, std::size_t{low});
      }
    }

    Step step{.condition = condition, .where = controls};
    for (std::uint32_t const target : targets) step.where.fixed |= bit(target);
    std::vector<std::size_t> scaled, states;
    std::size_t const steps_before = program_.steps.size();
    for (std::size_t b = 0; b < size; ++b) {
      states.clear();
      for (std::size_t state = 0; state < size; ++state)
        if (block[state] == b) states.push_back(state);
      if (states.size() == 1) {
        if (matrix[b * size + b] != 1.0) scaled.push_back(b);
      } else if (!states.empty()) {
        add_block(step, matrix, size, states, targets);
      }
    }
    if (!scaled.empty()) {
      step.kind = Step::Kind::scale;
      start_block(step, scaled, targets);
      for (std::size_t const state : scaled) program_.numbers.push_back(matrix[state * size + state]);
      program_.steps.push_back(step);
    }
    if (program_.steps.size() == steps_before) add_test(condition);
  }

  void add_block(Step step, std::span<Amplitude const> matrix, std::size_t size, std::span<std::size_t const> states,
                 std::span<std::uint32_t const> targets) {
    auto const entry = [&](std::size_t r, std::size_t c) { return matrix[states[r] * size + states[c]]; };
    start_block(step, states, targets);
    if (states.size() == 2 && entry(0, 0) == 0.0 && entry(1, 1) == 0.0 && entry(0, 1) == 1.0 && entry(1, 0) == 1.0) {
      step.kind = Step::Kind::exchange;
    } else {
      step.kind = Step::Kind::multiply;
      for (std::size_t r = 0; r < states.size(); ++r)
        for (std::size_t c = 0; c < states.size(); ++c) program_.numbers.push_back(entry(r, c));
    }
    program_.steps.push_back(step);
  }

  /// Notes where a block's offsets and numbers are, and writes the offsets: basis states of the targets spread out to
  /// the targets' places in an index.
  void start_block(Step& step, std::span<std::size_t const> states, std::span<std::uint32_t const> targets) {
    step.first_offset = static_cast<std::uint32_t>(program_.offsets.size());
    step.offset_count = static_cast<std::uint32_t>(states.size());
    step.first_number = program_.numbers.size();
    for (std::size_t const state : states) {
      std::size_t offset = 0;
      for (std::size_t t = 0; t < targets.size(); ++t) offset |= (state >> t & 1) << targets[t];
      program_.offsets.push_back(offset);
    }
  }

  /// A test keeps its first outcome, so it has to be made in time also when nothing else is left of its instruction.
  void add_test(circuit::Condition::Id condition) {
    if (condition) program_.steps.push_back({.kind = Step::Kind::test_only, .condition = condition});
  }

  static std::uint64_t bit(std::uint32_t position) { return std::uint64_t{1} << position; }

  Program program_;
  std::vector<std::uint32_t> position_;          // of each qubit in the state
  std::vector<std::optional<Matrix2>> waiting_;  // product of the one-qubit gates not yet in the program, per position
  std::array<Amplitude, std::size_t{1} << 2 * circuit::max_gate_targets> gate_matrix_;
};

}  // namespace

ProgramSize program_size(Circuit const& circuit, bool keep_all_qubits) {
  std::vector<std::size_t> const first_gate = first_gates(circuit);
  ProgramSize size;
  size.qubits = keep_all_qubits
                    ? circuit.qubit_count()
                    : static_cast<std::uint32_t>(first_gate.size() - static_cast<std::size_t>(std::count(
                                                                         first_gate.begin(), first_gate.end(), never)));
  std::vector<Fate> const fates = decide_fates(circuit, first_gate, keep_all_qubits);
  for (std::size_t i = 0; i < circuit.size(); ++i) {
    Instruction const instruction = circuit[i];
    if (is_gate(instruction)) {
      std::uint64_t const states = std::uint64_t{1} << instruction.targets.size();
      std::uint64_t const blocks = states < 4 ? 1 : states / 2;  // at most, with all scalars in one step
      size.bytes += blocks * sizeof(Step) + states * sizeof(std::size_t) + states * states * sizeof(Amplitude);
    } else {
      size.bytes += sizeof(Step);
      bool const collapses = instruction.kind == InstructionKind::measure || instruction.kind == InstructionKind::reset;
      if (collapses && fates[i] == Fate::collapse) ++size.collapses;
    }
  }
  size.bytes *= 3;  // a growing vector holds its old and its new elements for a moment, the new with room to double
  return size;
}

Program make_program(Circuit const& circuit, bool keep_all_qubits, std::stop_token const& stop) {
  return std::move(ProgramMaker(circuit, keep_all_qubits, stop)).take();
}

}  // namespace qhub::sim::statevector
