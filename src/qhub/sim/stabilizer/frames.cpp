#include "qhub/sim/stabilizer/frames.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "qhub/sim/stabilizer/tableau.h"

namespace qhub::sim::stabilizer {

using circuit::Circuit;
using circuit::Condition;
using circuit::Instruction;
using circuit::InstructionKind;
using circuit::Qubit;

/// Runs the reference shot and writes down what every other shot does.
class FrameProgram::Compiler {
 public:
  Compiler(CliffordProgram const& program, FrameProgram& frames)
      : program_(program),
        circuit_(program.circuit()),
        frames_(frames),
        tableau_(circuit_.qubit_count()),
        bits_(circuit_.clbit_count()),
        conditions_(circuit_),
        tested_(circuit_.conditions().size()) {
    rows_.resize(2 * std::size_t{circuit_.qubit_count()});
    for (std::uint32_t row = 0; row < rows_.size(); ++row) rows_[row] = row;
  }

  void run(std::stop_token const& stop) {
    for (std::size_t i = 0; i < circuit_.size() && !stop.stop_requested(); ++i) add(i, circuit_[i]);
    finish({.kind = Step::Kind::add});
  }

 private:
  static constexpr std::size_t longest_run = 4096;  ///< Additions between two looks at the stop token.

  void add(std::size_t position, Instruction const& instruction) {
    bool const holds = conditions_.holds(instruction.condition, [&](circuit::Clbit bit) { return bits_[bit]; });
    if (instruction.condition) {
      for (Condition::Id id = instruction.condition; id; id = circuit_.conditions()[id.index].parent) {
        if (!tested_[id.index]) finish({.kind = Step::Kind::test, .a = id.index});
        tested_[id.index] = true;
      }
      finish({.kind = Step::Kind::mask, .reference = instruction.condition.negated, .a = instruction.condition.index});
    }
    switch (instruction.kind) {
      case InstructionKind::gate:
      case InstructionKind::unitary: {
        operands_.clear();
        for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
          operands_.insert(operands_.end(), group.begin(), group.end());
        Clifford const& gate = program_.gate(position);
        if (instruction.condition)
          add_conditioned(gate, holds);
        else
          add_gate(gate);
        if (holds) tableau_.apply(gate, operands_);
        return;
      }
      case InstructionKind::noise:
        return add_noise(instruction, program_.noise(position));
      case InstructionKind::measure: {
        Qubit const qubit = instruction.targets[0];
        bool const outcome = tableau_.measure(qubit, false);
        bits_[instruction.clbit] = outcome;
        return finish({.kind = Step::Kind::measure,
                       .reference = outcome,
                       .a = static_cast<std::uint32_t>(frames_.first_clbit_row_ + instruction.clbit),
                       .b = x_row(qubit),
                       .c = z_row(qubit)});
      }
      case InstructionKind::reset: {
        Qubit const qubit = instruction.targets[0];
        if (tableau_.measure(qubit, false)) tableau_.apply_x(qubit);
        return finish({.kind = Step::Kind::reset, .b = x_row(qubit), .c = z_row(qubit)});
      }
      default:
        return;
    }
  }

  void add_gate(Clifford const& gate) {
    std::array<std::uint32_t, 2 * std::size_t{max_clifford_qubits}> slots{};
    for (unsigned s = 0; s < 2 * gate.qubits; ++s)
      slots[s] = rows_[2 * std::size_t{operands_[gate.sources[s] / 2]} + gate.sources[s] % 2];
    for (auto const& [target, source] : gate.additions) frames_.additions_.push_back({slots[target], slots[source]});
    for (unsigned s = 0; s < 2 * gate.qubits; ++s) rows_[2 * std::size_t{operands_[s / 2]} + s % 2] = slots[s];
    if (frames_.additions_.size() - first_addition_ > longest_run) finish({.kind = Step::Kind::add});
  }

  /// A shot gets the Pauli string where the reference does not, and the other way round.
  void add_conditioned(Clifford const& gate, bool reference_holds) {
    PauliString const pauli = gate.pauli();
    for (unsigned j = 0; j < gate.qubits; ++j) {
      if ((pauli.x >> j & 1) != 0)
        finish({.kind = Step::Kind::flip, .reference = reference_holds, .a = x_row(operands_[j])});
      if ((pauli.z >> j & 1) != 0)
        finish({.kind = Step::Kind::flip, .reference = reference_holds, .a = z_row(operands_[j])});
    }
  }

  void add_noise(Instruction const& instruction, PauliNoise const& noise) {
    if (noise.probability == 0) return;
    auto const [known, added] =
        events_.try_emplace(noise.probability, static_cast<std::uint32_t>(frames_.events_.size()));
    if (added) frames_.events_.emplace_back(noise.probability);
    Noise entry{.noise = &noise,
                .events = known->second,
                .qubits = static_cast<std::uint8_t>(instruction.targets.size()),
                .masked = static_cast<bool>(instruction.condition),
                .rows = {}};
    for (std::size_t j = 0; j < instruction.targets.size(); ++j) {
      entry.rows[2 * j] = x_row(instruction.targets[j]);
      entry.rows[2 * j + 1] = z_row(instruction.targets[j]);
    }
    finish({.kind = Step::Kind::noise, .a = static_cast<std::uint32_t>(frames_.noises_.size())});
    frames_.noises_.push_back(entry);
  }

  /// Appends a step behind the additions that wait.
  void finish(Step step) {
    step.first_addition = static_cast<std::uint32_t>(first_addition_);
    step.addition_count = static_cast<std::uint32_t>(frames_.additions_.size() - first_addition_);
    first_addition_ = frames_.additions_.size();
    frames_.steps_.push_back(step);
  }

  [[nodiscard]] std::uint32_t x_row(Qubit qubit) const { return rows_[2 * std::size_t{qubit}]; }
  [[nodiscard]] std::uint32_t z_row(Qubit qubit) const { return rows_[2 * std::size_t{qubit} + 1]; }

  CliffordProgram const& program_;
  Circuit const& circuit_;
  FrameProgram& frames_;
  Tableau tableau_;                         // the reference shot
  std::vector<bool> bits_;                  // its classical bits
  circuit::ConditionEvaluator conditions_;  // its tests
  std::vector<bool> tested_;                // conditions whose test is in the program
  std::vector<std::uint32_t> rows_;         // by 2 * qubit for X, 2 * qubit + 1 for Z
  std::vector<Qubit> operands_;
  std::map<double, std::uint32_t> events_;
  std::size_t first_addition_ = 0;
};

std::uint64_t FrameProgram::row_count(Circuit const& circuit) {
  return 2 * std::uint64_t{circuit.qubit_count()} + circuit.clbit_count() + circuit.conditions().size() + 1;
}

FrameProgram::FrameProgram(CliffordProgram const& program, std::stop_token const& stop)
    : conditions_(program.circuit().conditions()),
      qubits_(program.circuit().qubit_count()),
      first_clbit_row_(2 * qubits_),
      first_condition_row_(first_clbit_row_ + program.circuit().clbit_count()),
      row_count_(row_count(program.circuit())) {
  Compiler(program, *this).run(stop);
}

void FrameProgram::run(std::uint64_t* rows, std::size_t words, Random& random, std::stop_token const& stop) const {
  auto const row = [&](std::size_t index) { return rows + index * words; };
  auto const randomize = [&](std::size_t index) {
    for (std::size_t w = 0; w < words; ++w) row(index)[w] ^= random.next();
  };
  std::uint64_t const* const mask = row(row_count_ - 1);
  std::fill_n(rows, row_count_ * words, std::uint64_t{0});
  for (std::size_t qubit = 0; qubit < qubits_; ++qubit) randomize(2 * qubit + 1);
  std::vector<std::uint64_t> failures;  // of each kind of noise, before its next event
  for (RareEvents const& events : events_) failures.push_back(events.failures(random));

  for (Step const& step : steps_) {
    if (stop.stop_requested()) return;
    if (step.addition_count != 0)
      add_rows(rows, words, std::span(additions_).subspan(step.first_addition, step.addition_count));
    std::uint64_t const reference = step.reference ? ~std::uint64_t{0} : 0;
    switch (step.kind) {
      case Step::Kind::add:
        break;
      case Step::Kind::measure:
        for (std::size_t w = 0; w < words; ++w) row(step.a)[w] = row(step.b)[w] ^ reference;
        randomize(step.c);
        break;
      case Step::Kind::reset:
        std::fill_n(row(step.b), words, std::uint64_t{0});
        randomize(step.c);
        break;
      case Step::Kind::noise:
        add_noise(noises_[step.a], failures[noises_[step.a].events], rows, words, random);
        break;
      case Step::Kind::test:
        write_test(step.a, rows, words);
        break;
      case Step::Kind::mask:
        write_mask(step, rows, words);
        break;
      case Step::Kind::flip:
        for (std::size_t w = 0; w < words; ++w) row(step.a)[w] ^= mask[w] ^ reference;
        break;
    }
  }
}

/// \param failures  trials of this probability to pass by before the next event; the shots of one step after another
///                  are one series of trials.
void FrameProgram::add_noise(Noise const& noise, std::uint64_t& failures, std::uint64_t* rows, std::size_t words,
                             Random& random) const {
  std::uint64_t const shots = 64 * words;
  std::uint64_t const* const mask = rows + (row_count_ - 1) * words;
  RareEvents const& events = events_[noise.events];
  PauliNoise const& channel = *noise.noise;
  std::array<std::uint64_t*, 4> targets{};
  for (unsigned j = 0; j < 2 * noise.qubits; ++j) targets[j] = rows + noise.rows[j] * words;
  for (; failures < shots; failures += 1 + events.failures(random)) {
    std::uint64_t const word = failures / 64, shift = failures % 64;
    PauliString const& string = channel.draw(random);
    std::uint64_t const acts = noise.masked ? mask[word] >> shift & 1 : 1;
    for (unsigned j = 0; j < noise.qubits; ++j) {  // without branches, which nobody could predict
      targets[2 * j][word] ^= (string.x >> j & acts) << shift;
      targets[2 * j + 1][word] ^= (string.z >> j & acts) << shift;
    }
  }
  failures -= shots;
}

void FrameProgram::write_test(std::uint32_t condition, std::uint64_t* rows, std::size_t words) const {
  Condition const& test = conditions_[condition];
  std::uint64_t* const result = rows + (first_condition_row_ + condition) * words;
  std::fill_n(result, words, ~std::uint64_t{0});
  for (std::uint32_t i = 0; i < test.count; ++i) {
    bool const wanted = i < 64 && (test.value >> i & 1) != 0;
    std::uint64_t const* const bit = rows + (first_clbit_row_ + test.first + i) * words;
    for (std::size_t w = 0; w < words; ++w) result[w] &= wanted ? bit[w] : ~bit[w];
  }
}

void FrameProgram::write_mask(Step const& step, std::uint64_t* rows, std::size_t words) const {
  std::uint64_t* const mask = rows + (row_count_ - 1) * words;
  std::fill_n(mask, words, ~std::uint64_t{0});
  for (Condition::Id id{step.a, step.reference}; id; id = conditions_[id.index].parent) {
    std::uint64_t const* const test = rows + (first_condition_row_ + id.index) * words;
    for (std::size_t w = 0; w < words; ++w) mask[w] &= id.negated ? ~test[w] : test[w];
  }
}

}  // namespace qhub::sim::stabilizer
