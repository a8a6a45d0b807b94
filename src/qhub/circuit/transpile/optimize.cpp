#include "qhub/circuit/transpile/optimize.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "qhub/circuit/dense.h"
#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/transpile/rebuild.h"
#include "qhub/circuit/unitary.h"

namespace qhub::circuit {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

std::vector<Qubit> qubits_of(Instruction const& instruction) {
  std::vector<Qubit> all;
  for (auto const& group : {instruction.positive_controls, instruction.negative_controls, instruction.targets})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

bool is_unitary_gate(Instruction const& instruction) {
  return (instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary) &&
         !instruction.is_symbolic();
}

Matrix matrix_on(Circuit const& circuit, std::span<std::size_t const> members, std::span<Qubit const> qubits) {
  Circuit part(circuit.qubit_count());
  for (std::size_t const member : members) {
    Instruction instruction = circuit[member];
    instruction.condition = {};
    (void)part.append(instruction);  // as it stood in the circuit
  }
  return *unitary_matrix(part, qubits);
}

/// Gathers gates into blocks on one or two qubits and lets `finish` write each when something else needs its qubits.
class Blocks {
 public:
  struct Block {
    std::vector<Qubit> qubits;         ///< One or two.
    std::vector<std::size_t> members;  ///< Positions in the circuit.
  };

  explicit Blocks(std::uint32_t qubits) : block_of_(qubits, none) {}

  /// Adds a gate on one or two qubits.
  template <class Finish>
  void add(std::size_t position, std::vector<Qubit> const& qubits, Finish const& finish) {
    std::size_t const first = block_of_[qubits[0]], second = block_of_[qubits.back()];
    if (qubits.size() == 1) {
      block_for(qubits[0]).members.push_back(position);
      return;
    }
    if (first == second && first != none) {
      blocks_[first].members.push_back(position);
      return;
    }
    // A block on one qubit alone goes on in the new one, in front.
    Block joined{qubits, {}};
    for (Qubit const qubit : qubits) {
      std::size_t const block = block_of_[qubit];
      if (block == none) continue;
      if (blocks_[block].qubits.size() == 2) {
        close(block, finish);
      } else {
        joined.members.insert(joined.members.end(), blocks_[block].members.begin(), blocks_[block].members.end());
        block_of_[qubit] = none;
      }
    }
    joined.members.push_back(position);
    for (Qubit const qubit : qubits) block_of_[qubit] = blocks_.size();
    blocks_.push_back(std::move(joined));
  }

  /// Writes what is open on a qubit.
  template <class Finish>
  void close_qubit(Qubit qubit, Finish const& finish) {
    if (block_of_[qubit] != none) close(block_of_[qubit], finish);
  }

  template <class Finish>
  void close_all(Finish const& finish) {
    for (Qubit qubit = 0; qubit < block_of_.size(); ++qubit) close_qubit(qubit, finish);
  }

 private:
  Block& block_for(Qubit qubit) {
    if (block_of_[qubit] == none) {
      block_of_[qubit] = blocks_.size();
      blocks_.push_back({{qubit}, {}});
    }
    return blocks_[block_of_[qubit]];
  }

  template <class Finish>
  void close(std::size_t index, Finish const& finish) {
    Block block = std::move(blocks_[index]);
    for (Qubit const qubit : block.qubits) block_of_[qubit] = none;
    finish(block);
  }

  std::vector<std::size_t> block_of_;
  std::vector<Block> blocks_;
};

/// Two passes over a circuit: blocks on two qubits, then those on one, which the first pass leaves between the others.
class Rewriter {
 public:
  explicit Rewriter(GateSet const& gates) : gates_(gates) {
    if (gates.entangler()) synthesis_.emplace(*gates.entangler());
  }

  Result<Circuit> run(Circuit const& circuit) {
    auto pairs = pass(circuit, 2);
    if (!pairs) return pairs;
    return pass(*pairs, 1);
  }

 private:
  Result<Circuit> pass(Circuit const& circuit, std::size_t width) {
    Rebuild rebuild(circuit);
    Blocks blocks(circuit.qubit_count());
    error_.reset();
    auto const finish = [&](Blocks::Block const& block) { write(circuit, block, rebuild, width); };
    for (std::size_t position = 0; position < circuit.size(); ++position) {
      Instruction const instruction = circuit[position];
      std::vector<Qubit> const qubits = qubits_of(instruction);
      bool const gate = is_unitary_gate(instruction) && !qubits.empty();
      if (gate && !instruction.condition && qubits.size() <= width) {
        blocks.add(position, qubits, finish);
        continue;
      }
      if (instruction.kind == InstructionKind::loop_begin || instruction.kind == InstructionKind::loop_end)
        blocks.close_all(finish);
      for (Qubit const qubit : qubits) blocks.close_qubit(qubit, finish);
      if (gate && (qubits.size() == 1 || (qubits.size() == 2 && width == 2)))
        write(circuit, {qubits, {position}}, rebuild, width);
      else if (!(is_unitary_gate(instruction) && qubits.empty()))  // a global phase
        keep(instruction, rebuild);
    }
    blocks.close_all(finish);
    if (error_) return *error_;
    return std::move(rebuild.output);
  }

  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

  void keep(Instruction const& instruction, Rebuild& rebuild) {
    if (auto appended = rebuild.append(instruction); !appended) fail(appended.error());
  }

  /// \param width  2: two-qubit gates become ones of the set, gates on one qubit may stay as they are.
  void write(Circuit const& circuit, Blocks::Block const& block, Rebuild& rebuild, std::size_t width) {
    std::size_t entangling = 0, turns = 0;  // gates on two qubits, and on one that the clock alone does not make
    bool accepted = true;
    for (std::size_t const member : block.members) {
      Instruction const instruction = circuit[member];
      bool const two = qubits_of(instruction).size() == 2;
      if (two) ++entangling;
      if (!two && !(instruction.kind == InstructionKind::gate && info(instruction.gate).diagonal)) ++turns;
      if (two || width == 1) accepted = accepted && gates_.accepts(instruction);
    }
    auto const keep_steps = [&](Circuit const& steps) {
      for (Instruction step : steps) {
        step.condition = circuit[block.members[0]].condition;  // blocks of conditioned gates have one member
        keep(step, rebuild);
      }
    };
    auto const keep_all = [&] {
      for (std::size_t const member : block.members) keep(circuit[member], rebuild);
    };
    if (block.qubits.size() == 1) {
      if (width == 2) return keep_all();
      Matrix const matrix = matrix_on(circuit, block.members, block.qubits);
      Matrix2 const gate{matrix[0], matrix[1], matrix[2], matrix[3]};
      if (accepted && (block.members.size() == 1 ? turns : block.members.size()) <= gates_.synthesis_cost(gate))
        return keep_all();
      if (auto checked = gates_.check_one_qubit_gates(); !checked) return fail(checked.error());
      Circuit made(circuit.qubit_count());
      gates_.synthesize(gate, block.qubits[0], made);
      return keep_steps(made);
    }
    if (accepted && entangling == 1) return keep_all();
    WeylDecomposition const weyl = weyl_decomposition(matrix_on(circuit, block.members, block.qubits));
    if (!synthesis_) {
      if (accepted) return keep_all();
      return fail(
          {ErrorKind::unsupported, "the gate set has no gate on two qubits that others could be made from", {}});
    }
    if (accepted && entangling <= synthesis_->cost(weyl)) return keep_all();
    Circuit steps(rebuild.output.qubit_count());
    for (TwoQubitStep const& step : synthesis_->steps(weyl)) {
      Qubit const qubit = block.qubits[step.qubit];
      auto appended =
          step.entangles
              ? gates_.entangle(step.angle, block.qubits[0], block.qubits[1], steps)
              : steps.append({.kind = InstructionKind::unitary, .targets = {&qubit, 1}, .matrix = step.local});
      if (!appended) return fail(appended.error());
    }
    keep_steps(steps);
  }

  GateSet const& gates_;
  std::optional<TwoQubitSynthesis> synthesis_;
  std::optional<Error> error_;
};

}  // namespace

Result<Circuit> rewrite(Circuit const& circuit, GateSet const& gates) {
  return Rewriter(gates).run(circuit);
}

}  // namespace qhub::circuit
