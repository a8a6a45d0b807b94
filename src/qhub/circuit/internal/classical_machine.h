#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "qhub/circuit/circuit.h"

namespace qhub::circuit::test {

/// Runs circuits of x gates (with controls), swaps, measurements, resets and classical control on qubits that are 0 or
/// 1: what such a program computes has no chance in it.
class ClassicalMachine {
 public:
  explicit ClassicalMachine(Circuit const& circuit)
      : circuit_(circuit),
        qubits_(circuit.qubit_count()),
        bits_(circuit.clbit_count() + circuit.scratch_count()),
        conditions_(circuit) {
    std::size_t steps = 0;
    for (std::size_t position = 0; position < circuit.size(); ++position) {
      if (++steps > 100'000) throw std::runtime_error("the program does not end");
      perform(circuit[position], position);
    }
  }

  /// The classical registers' bits, bit 0 rightmost.
  [[nodiscard]] std::string bits() const {
    std::string text;
    for (std::uint32_t bit = circuit_.clbit_count(); bit-- > 0;) text += bits_[bit] ? '1' : '0';
    return text;
  }
  /// The qubits, qubit 0 rightmost.
  [[nodiscard]] std::string qubits() const {
    std::string text;
    for (std::size_t qubit = qubits_.size(); qubit-- > 0;) text += qubits_[qubit] ? '1' : '0';
    return text;
  }

 private:
  void perform(Instruction const& instruction, std::size_t& position) {
    auto const bit = [&](Clbit index) -> bool { return bits_[circuit_.bit_position(index)]; };
    switch (instruction.kind) {
      case InstructionKind::loop_begin:
        if (Loop const& loop = circuit_.loops()[instruction.loop]; !conditions_.enters(loop, bit)) position = loop.end;
        return;
      case InstructionKind::loop_end:
        position = circuit_.loops()[instruction.loop].begin - 1;
        return;
      default:
        break;
    }
    if (!conditions_.holds(instruction.condition, bit)) return;
    switch (instruction.kind) {
      case InstructionKind::gate: {
        for (Qubit const control : instruction.positive_controls)
          if (!qubits_[control]) return;
        for (Qubit const control : instruction.negative_controls)
          if (qubits_[control]) return;
        if (instruction.gate == Gate::x) {
          qubits_[instruction.targets[0]] = !qubits_[instruction.targets[0]];
        } else if (instruction.gate == Gate::swap) {
          bool const first = qubits_[instruction.targets[0]];
          qubits_[instruction.targets[0]] = qubits_[instruction.targets[1]];
          qubits_[instruction.targets[1]] = first;
        } else if (!info(instruction.gate).diagonal) {
          throw std::runtime_error("a gate that is not classical");
        }
        return;
      }
      case InstructionKind::measure:
        bits_[circuit_.bit_position(instruction.clbit)] = qubits_[instruction.targets[0]];
        return;
      case InstructionKind::reset:
        qubits_[instruction.targets[0]] = false;
        return;
      case InstructionKind::assign: {
        std::uint64_t const word = instruction.value->evaluate(bit);
        for (std::uint32_t i = 0; i < instruction.clbit_count; ++i)
          bits_[circuit_.bit_position(instruction.clbit + i)] = (word >> i & 1) != 0;
        return;
      }
      default:
        return;
    }
  }

  Circuit const& circuit_;
  std::vector<bool> qubits_;
  std::vector<bool> bits_;
  ConditionEvaluator conditions_;
};

}  // namespace qhub::circuit::test
