#include "qhub/sim/trajectories/program.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "qhub/sim/channel.h"

namespace qhub::sim::trajectories {
namespace {

using circuit::Circuit;
using circuit::Instruction;
using circuit::InstructionKind;
using circuit::Qubit;

constexpr double tolerance = 1e-12;

/// A matrix on some of a block's qubits as one on all of them. \param places  bit t of an index is bit places[t] then.
Matrix embed(std::span<Complex const> matrix, std::span<unsigned const> places, unsigned block_qubits) {
  Matrix result;
  result.dimension = 1U << block_qubits;
  std::size_t const size = std::size_t{1} << places.size();
  auto const small = [&](std::size_t index) {
    std::size_t bits = 0;
    for (std::size_t t = 0; t < places.size(); ++t) bits |= (index >> places[t] & 1) << t;
    return bits;
  };
  std::size_t mask = 0;
  for (unsigned const place : places) mask |= std::size_t{1} << place;
  for (std::size_t row = 0; row < result.dimension; ++row)
    for (std::size_t column = 0; column < result.dimension; ++column)
      if ((row & ~mask) == (column & ~mask))
        result.entries[row * result.dimension + column] = matrix[small(row) * size + small(column)];
  return result;
}

/// The product M†M.
std::vector<Complex> square(std::span<Complex const> matrix, std::size_t size) {
  std::vector<Complex> result(size * size);
  for (std::size_t a = 0; a < size; ++a)
    for (std::size_t b = 0; b < size; ++b)
      for (std::size_t row = 0; row < size; ++row)
        result[a * size + b] += std::conj(matrix[row * size + a]) * matrix[row * size + b];
  return result;
}

/// Whether a Hermitian matrix is a multiple of the identity.
bool is_scalar(std::span<Complex const> matrix, std::size_t size) {
  for (std::size_t row = 0; row < size; ++row)
    for (std::size_t column = 0; column < size; ++column)
      if (std::abs(matrix[row * size + column] - (row == column ? matrix[0] : Complex{})) > tolerance) return false;
  return true;
}

/// The operators of a channel in the form that gives trajectories the least to do: Pauli operators if it is a mixture
/// of them, for then the probabilities do not depend on the state.
Operators operators_of_choice(Instruction const& instruction) {
  switch (instruction.kind) {
    case InstructionKind::measure:
      return {{1, 0, 0, 0}, {0, 0, 0, 1}};
    case InstructionKind::reset:
      return {{1, 0, 0, 0}, {0, 1, 0, 0}};
    default:
      break;
  }
  Operators operators = operators_of(instruction);
  auto const qubits = static_cast<unsigned>(instruction.targets.size());
  auto const probabilities = pauli_probabilities(pauli_transfer_matrix(operators, qubits), qubits);
  if (!probabilities) return operators;
  Operators paulis;
  std::size_t const size = std::size_t{1} << qubits;
  for (std::size_t string = 0; string < probabilities->size(); ++string) {
    double const probability = (*probabilities)[string];
    if (probability == 0) continue;
    std::vector<Complex>& matrix = paulis.emplace_back(size * size);
    for (std::size_t column = 0; column < size; ++column) {
      std::size_t row = column;
      Complex entry = std::sqrt(probability);
      for (unsigned j = 0; j < qubits; ++j) {
        bool const x = (string >> 2 * j & 1) != 0, z = (string >> (2 * j + 1) & 1) != 0;
        if (z && (column >> j & 1) != 0) entry = -entry;
        if (x && z) entry *= Complex{0, 1};  // Y = i X Z
        if (x) row ^= std::size_t{1} << j;
      }
      matrix[row * size + column] = entry;
    }
  }
  return paulis;
}

/// Puts neighbours into blocks first, and makes the blocks' matrices when nothing joins them any more.
class ProgramMaker {
 public:
  explicit ProgramMaker(Circuit const& circuit)
      : circuit_(circuit), last_(circuit.qubit_count(), none), loop_begins_(circuit.loops().size()) {}

  Program run(std::stop_token const& stop) {
    std::vector<Fate> const fates = decide_fates(circuit_, true);
    for (std::size_t i = 0; i < circuit_.size() && !stop.stop_requested(); ++i) {
      Instruction const instruction = circuit_[i];
      if (instruction.kind == InstructionKind::measure && fates[i] == Fate::at_end)
        program_.final_measurements.push_back({instruction.targets[0], instruction.clbit});
      else
        add(i, instruction);
    }
    for (std::size_t b = 0; b < program_.blocks.size() && !stop.stop_requested(); ++b) complete(b);
    std::erase_if(program_.steps, [](Step const& step) { return step.kind == Step::Kind::nothing; });
    place_loops();
    return std::move(program_);
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  void add(std::size_t position, Instruction const& instruction) {
    switch (instruction.kind) {
      case InstructionKind::gate:
      case InstructionKind::unitary:
      case InstructionKind::noise:
      case InstructionKind::reset:
      case InstructionKind::measure:
        return add_operation(position, instruction);
      case InstructionKind::assign:
        program_.steps.push_back(
            {.kind = Step::Kind::assign, .condition = instruction.condition, .position = position});
        return;
      case InstructionKind::loop_begin:
      case InstructionKind::loop_end:
        std::ranges::fill(last_, none);
        program_.steps.push_back(
            {.kind = instruction.kind == InstructionKind::loop_begin ? Step::Kind::loop_begin : Step::Kind::loop_end,
             .index = instruction.loop});
        return;
      case InstructionKind::barrier:
      case InstructionKind::delay:
        return;
    }
  }

  void add_operation(std::size_t position, Instruction const& instruction) {
    std::vector<Qubit> qubits;
    for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
      qubits.insert(qubits.end(), group.begin(), group.end());
    if (qubits.empty()) {  // a global phase
      if (instruction.condition)
        program_.steps.push_back({.kind = Step::Kind::test, .condition = instruction.condition});
      return;
    }
    if (qubits.size() > 2) {
      program_.steps.push_back({.kind = Step::Kind::wide, .condition = instruction.condition, .position = position});
      for (Qubit const qubit : qubits) last_[qubit] = none;
      return;
    }
    // What writes or waits for a classical bit keeps its place among all steps.
    bool const stays = instruction.condition || instruction.kind == InstructionKind::measure;
    std::size_t block = stays ? none : last_[qubits[0]];
    if (qubits.size() == 2 && (block == none || last_[qubits[1]] != block)) block = none;
    if (block == none) block = start_block(qubits, instruction.condition, stays);
    members_[block].push_back(position);
    for (Qubit const qubit : qubits) last_[qubit] = instruction.condition ? none : block;
  }

  /// A new block, which takes over blocks on one of the qubits alone that are still open.
  std::size_t start_block(std::vector<Qubit> const& qubits, circuit::Condition::Id condition, bool stays) {
    std::size_t const block = program_.blocks.size();
    program_.blocks.push_back({.qubits = qubits, .elements = {}, .likeliest = {}});
    members_.emplace_back();
    if (!stays && qubits.size() == 2) {
      for (Qubit const qubit : qubits) {
        std::size_t const before = last_[qubit];
        if (before == none || program_.blocks[before].qubits.size() != 1 || stays_[before]) continue;
        members_[block].insert(members_[block].end(), members_[before].begin(), members_[before].end());
        members_[before].clear();
        program_.steps[steps_[before]].kind = Step::Kind::nothing;
      }
    }
    stays_.push_back(stays);
    steps_.push_back(program_.steps.size());
    program_.steps.push_back({.kind = Step::Kind::block, .condition = condition, .index = block});
    return block;
  }

  /// Makes a block's matrices.
  void complete(std::size_t index) {
    Block& block = program_.blocks[index];
    auto const block_qubits = static_cast<unsigned>(block.qubits.size());
    block.likeliest = Matrix::identity(1U << block_qubits);
    for (std::size_t const position : members_[index]) {
      Instruction const instruction = circuit_[position];
      std::vector<unsigned> places;
      for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
        for (Qubit const qubit : group) places.push_back(qubit == block.qubits[0] ? 0 : 1);
      Element element;
      if (instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary) {
        element.gate = embed(operators_of(instruction)[0], places, block_qubits);
      } else {
        element.choice = choice_of(instruction, places, block_qubits);
        Choice const& choice = program_.choices[*element.choice];
        element.gate = choice.alternatives[0].op;
        block.has_choice = block.has_choice || choice.bound > 0;
        if (choice.depends_on_state) ++block.drift;
        if (instruction.kind == InstructionKind::measure) element.clbit = instruction.clbit;
      }
      block.likeliest = element.gate * block.likeliest;
      block.elements.push_back(std::move(element));
    }
    members_[index] = {};
  }

  /// The choice of a channel, measurement or reset; each combination of channel, parameters and places is made once.
  std::uint32_t choice_of(Instruction const& instruction, std::span<unsigned const> places, unsigned block_qubits) {
    bool const reusable = instruction.matrix.empty();
    std::vector<double> key{static_cast<double>(instruction.kind), static_cast<double>(block_qubits)};
    if (instruction.kind == InstructionKind::noise) key.push_back(static_cast<double>(instruction.channel));
    key.insert(key.end(), places.begin(), places.end());
    key.insert(key.end(), instruction.parameters.begin(), instruction.parameters.end());
    if (reusable)
      if (auto const found = known_.find(key); found != known_.end()) return found->second;
    auto const number = static_cast<std::uint32_t>(program_.choices.size());
    program_.choices.push_back(make_choice(instruction, places, block_qubits));
    if (reusable) known_.emplace(std::move(key), number);
    return number;
  }

  static Choice make_choice(Instruction const& instruction, std::span<unsigned const> places, unsigned block_qubits) {
    std::size_t const size = std::size_t{1} << places.size();
    Choice choice;
    for (std::vector<Complex>& op : operators_of_choice(instruction)) {
      std::vector<Complex> const squared = square(op, size);
      double trace = 0;
      for (std::size_t i = 0; i < size; ++i) trace += squared[i * size + i].real();
      double const weight = trace / static_cast<double>(size);
      if (weight < tolerance * tolerance) continue;
      choice.depends_on_state = choice.depends_on_state || !is_scalar(squared, size);
      for (Complex& entry : op) entry /= std::sqrt(weight);
      choice.alternatives.push_back({embed(op, places, block_qubits), weight, embed(squared, places, block_qubits)});
    }
    if (instruction.kind != InstructionKind::measure)  // whose alternatives are its outcomes
      std::ranges::stable_sort(choice.alternatives, std::greater(), &Choice::Alternative::weight);
    for (std::size_t k = 1; k < choice.alternatives.size(); ++k) {
      // No eigenvalue of K†K is above its trace.
      double const largest = choice.depends_on_state ? static_cast<double>(size) : 1.0;
      choice.bound += largest * choice.alternatives[k].weight;
    }
    choice.bound = std::min(choice.bound, 1.0);
    return choice;
  }

  void place_loops() {
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      Step& step = program_.steps[s];
      if (step.kind == Step::Kind::loop_begin) loop_begins_[step.index] = s;
      if (step.kind != Step::Kind::loop_end) continue;
      step.target = loop_begins_[step.index];
      program_.steps[step.target].target = s + 1;
    }
  }

  Circuit const& circuit_;
  Program program_;
  std::vector<std::vector<std::size_t>> members_;  // of each block: positions in the circuit
  std::vector<bool> stays_;                        // of each block
  std::vector<std::size_t> steps_;                 // of each block: its step
  std::vector<std::size_t> last_;                  // of each qubit: the block that the next gate on it may join
  std::vector<std::size_t> loop_begins_;
  std::map<std::vector<double>, std::uint32_t> known_;
};

}  // namespace

Matrix Matrix::identity(unsigned dimension) {
  Matrix matrix;
  matrix.dimension = dimension;
  for (unsigned i = 0; i < dimension; ++i) matrix.entries[i * dimension + i] = 1;
  return matrix;
}

Matrix operator*(Matrix const& later, Matrix const& earlier) {
  unsigned const d = later.dimension;
  Matrix result;
  result.dimension = d;
  for (unsigned row = 0; row < d; ++row)
    for (unsigned inner = 0; inner < d; ++inner)
      for (unsigned column = 0; column < d; ++column)
        result.entries[row * d + column] += later.entries[row * d + inner] * earlier.entries[inner * d + column];
  return result;
}

Program make_program(Circuit const& circuit, std::stop_token const& stop) {
  return ProgramMaker(circuit).run(stop);
}

}  // namespace qhub::sim::trajectories
