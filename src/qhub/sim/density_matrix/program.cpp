#include "qhub/sim/density_matrix/program.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "qhub/sim/channel.h"

namespace qhub::sim::density_matrix {
namespace {

using circuit::Circuit;
using circuit::Instruction;
using circuit::InstructionKind;
using circuit::Qubit;

class ProgramMaker {
 public:
  explicit ProgramMaker(Circuit const& circuit)
      : circuit_(circuit),
        waiting_(circuit.qubit_count()),
        last_(circuit.qubit_count(), none),
        loop_begins_(circuit.loops().size()) {}

  Program run(std::stop_token const& stop) {
    std::vector<Fate> const fates = decide_fates(circuit_, true);
    for (std::size_t i = 0; i < circuit_.size() && !stop.stop_requested(); ++i) {
      Instruction const instruction = circuit_[i];
      if (instruction.kind == InstructionKind::measure && fates[i] == Fate::at_end)
        program_.final_measurements.push_back({instruction.targets[0], instruction.clbit});
      else
        add(i, instruction);
    }
    flush_all();
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
        return add_operation(position, instruction);
      case InstructionKind::measure:
        flush(instruction.targets[0]);
        return add_step({.kind = Step::Kind::measure, .condition = instruction.condition, .position = position},
                        instruction.targets);
      case InstructionKind::assign:
        return add_step({.kind = Step::Kind::assign, .condition = instruction.condition, .position = position}, {});
      case InstructionKind::loop_begin:
        start_afresh();
        loop_begins_[instruction.loop] = program_.steps.size();
        return add_step({.kind = Step::Kind::loop_begin, .index = instruction.loop}, {});
      case InstructionKind::loop_end: {
        start_afresh();
        std::size_t const begin = loop_begins_[instruction.loop];
        program_.steps[begin].target = program_.steps.size() + 1;
        return add_step({.kind = Step::Kind::loop_end, .target = begin}, {});
      }
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
      if (instruction.condition) add_step({.kind = Step::Kind::test, .condition = instruction.condition}, {});
      return;
    }
    if (qubits.size() > max_map_qubits) {
      for (Qubit const qubit : qubits) flush(qubit);
      return add_step({.kind = Step::Kind::wide, .condition = instruction.condition, .position = position}, qubits);
    }
    SparseMatrix<double> const& map = map_of(instruction, static_cast<unsigned>(qubits.size()));
    if (instruction.condition) {
      for (Qubit const qubit : qubits) flush(qubit);
      add_step({.kind = Step::Kind::map, .condition = instruction.condition, .index = program_.maps.size()}, qubits);
      program_.maps.push_back({bits_of(qubits), {map}});
    } else if (qubits.size() == 1) {
      auto& waiting = waiting_[qubits[0]];
      waiting = waiting ? product(map, *waiting) : map;
    } else {
      apply(map, qubits);
    }
  }

  /// The map of an instruction. Those without a matrix of their own are made once for each set of parameters.
  SparseMatrix<double> const& map_of(Instruction const& instruction, unsigned qubits) {
    if (instruction.kind == InstructionKind::reset) {
      if (reset_.rows() == 0) {
        std::vector<double> reset(16);
        reset[0] = reset[8] = 1;  // I becomes I + Z, all others vanish
        reset_ = sparse(reset, 4);
      }
      return reset_;
    }
    auto const make = [&] {
      return sparse(pauli_transfer_matrix(operators_of(instruction), qubits), std::size_t{1} << 2 * qubits);
    };
    if (!instruction.matrix.empty()) return special_ = make();
    Key key{static_cast<double>(instruction.kind),
            instruction.kind == InstructionKind::noise ? static_cast<double>(instruction.channel)
                                                       : static_cast<double>(instruction.gate),
            static_cast<double>(instruction.positive_controls.size()),
            static_cast<double>(instruction.negative_controls.size())};
    key.insert(key.end(), instruction.parameters.begin(), instruction.parameters.end());
    auto [found, added] = maps_.try_emplace(std::move(key));
    if (added) found->second = make();
    return found->second;
  }

  /// Adds a map on two or three qubits, with what waits for them, to the pass before if that is on the same qubits.
  void apply(SparseMatrix<double> const& map, std::span<Qubit const> qubits) {
    std::vector<std::uint8_t> const bits = bits_of(qubits);
    std::size_t step = last_[qubits[0]];
    bool const same = step != none && std::ranges::all_of(qubits, [&](Qubit q) { return last_[q] == step; }) &&
                      program_.steps[step].kind == Step::Kind::map && !program_.steps[step].condition &&
                      program_.maps[program_.steps[step].index].bits.size() == bits.size();
    if (!same) {
      step = program_.steps.size();
      add_step({.kind = Step::Kind::map, .index = program_.maps.size()}, qubits);
      program_.maps.push_back({bits, {}});
    }
    TileMap<double>& pass = program_.maps[program_.steps[step].index];
    for (Qubit const qubit : qubits) {
      if (!waiting_[qubit]) continue;
      multiply(pass, *waiting_[qubit], bits_of({&qubit, 1}));
      waiting_[qubit].reset();
    }
    multiply(pass, map, bits);
  }

  /// Appends a factor on some of a pass's bits, or merges it with the one before if that makes less work.
  static void multiply(TileMap<double>& pass, SparseMatrix<double> const& map, std::span<std::uint8_t const> bits) {
    std::vector<std::uint8_t> positions;
    for (std::uint8_t const bit : bits)
      positions.push_back(static_cast<std::uint8_t>(std::ranges::find(pass.bits, bit) - pass.bits.begin()));
    SparseMatrix<double> factor = embed(map, positions, static_cast<unsigned>(pass.bits.size()));
    if (!pass.factors.empty()) {
      SparseMatrix<double> merged = product(factor, pass.factors.back());
      if (merged.size() <= pass.factors.back().size() + factor.size()) {
        pass.factors.back() = std::move(merged);
        return;
      }
    }
    pass.factors.push_back(std::move(factor));
  }

  /// Adds what waits for a qubit.
  void flush(Qubit qubit) {
    if (!waiting_[qubit]) return;
    add_step({.kind = Step::Kind::map, .index = program_.maps.size()}, {&qubit, 1});
    program_.maps.push_back({bits_of({&qubit, 1}), {*std::move(waiting_[qubit])}});
    waiting_[qubit].reset();
  }

  /// The same for all qubits, two or three in one pass.
  void flush_all() {
    std::vector<Qubit> qubits;
    for (Qubit qubit = 0; qubit < waiting_.size(); ++qubit)
      if (waiting_[qubit]) qubits.push_back(qubit);
    for (std::size_t first = 0; first < qubits.size(); first += max_map_qubits) {
      std::span const group =
          std::span(qubits).subspan(first, std::min<std::size_t>(max_map_qubits, qubits.size() - first));
      TileMap<double> pass{bits_of(group), {}};
      for (Qubit const qubit : group) {
        multiply(pass, *waiting_[qubit], bits_of({&qubit, 1}));
        waiting_[qubit].reset();
      }
      add_step({.kind = Step::Kind::map, .index = program_.maps.size()}, group);
      program_.maps.push_back(std::move(pass));
    }
  }

  /// What comes now happens as often as a loop says: nothing of it may join what was before.
  void start_afresh() {
    flush_all();
    std::ranges::fill(last_, none);
  }

  void add_step(Step const& step, std::span<Qubit const> qubits) {
    for (Qubit const qubit : qubits) last_[qubit] = program_.steps.size();
    program_.steps.push_back(step);
  }

  using Key = std::vector<double>;

  Circuit const& circuit_;
  Program program_;
  std::vector<std::optional<SparseMatrix<double>>> waiting_;  // product of the one-qubit maps not yet in the program
  std::vector<std::size_t> last_;                             // the last step on each qubit
  std::vector<std::size_t> loop_begins_;
  std::map<Key, SparseMatrix<double>> maps_;
  SparseMatrix<double> special_, reset_;
};

}  // namespace

std::vector<std::uint8_t> bits_of(std::span<Qubit const> qubits) {
  std::vector<std::uint8_t> bits;
  for (Qubit const qubit : qubits) {
    bits.push_back(static_cast<std::uint8_t>(2 * qubit));
    bits.push_back(static_cast<std::uint8_t>(2 * qubit + 1));
  }
  return bits;
}

Program make_program(Circuit const& circuit, std::stop_token const& stop) {
  return ProgramMaker(circuit).run(stop);
}

}  // namespace qhub::sim::density_matrix
