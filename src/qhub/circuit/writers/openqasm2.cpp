#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/writers/internal/openqasm_text.h"
#include "qhub/circuit/writers/openqasm.h"

namespace qhub::circuit {
namespace {

using namespace openqasm;

Error cannot(std::string_view what) {
  return {ErrorKind::unsupported, fmt::format("OpenQASM 2 cannot express {}", what), {}};
}

bool accepts(Instruction const& instruction) {
  switch (instruction.kind) {
    case InstructionKind::gate:
      return instruction.negative_controls.empty() && !instruction.is_symbolic() &&
             (!gate_name(Dialect::v2, instruction.gate, instruction.positive_controls.size()).empty() ||
              find_definition(Dialect::v2, instruction.gate, instruction.positive_controls.size()));
    case InstructionKind::measure:
    case InstructionKind::reset:
    case InstructionKind::barrier:
      return true;
    default:
      return false;
  }
}

/// "if(c==2) "
Result<std::string> condition_text(Circuit const& circuit, Identifiers const& identifiers, Condition::Id id) {
  Condition const& condition = circuit.conditions()[id.index];
  if (condition.parent) return cannot("an if within another");
  auto const& registers = circuit.classical_registers();
  auto const whole = std::ranges::find_if(
      registers, [&](Register const& each) { return each.first == condition.first && each.size == condition.count; });
  if (whole == registers.end()) return cannot("a condition on a part of a classical register");
  if (id.negated && condition.count > 1) return cannot("an else");
  return fmt::format("if({}=={}) ", identifiers.classical[static_cast<std::size_t>(whole - registers.begin())],
                     id.negated ? condition.value ^ 1 : condition.value);
}

}  // namespace

Result<std::string> write_openqasm2(Circuit const& circuit, WriteOptions const&) {
  if (!circuit.result_requests.empty()) return cannot("result requests");
  auto const lowered = lower(circuit, accepts, "OpenQASM 2");
  if (!lowered) return lowered.error();
  Identifiers const identifiers(Dialect::v2, circuit);
  std::string text = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n" + definitions(Dialect::v2, *lowered, false);
  auto const out = std::back_inserter(text);
  for (std::size_t i = 0; i < identifiers.quantum.size(); ++i)
    fmt::format_to(out, "qreg {}[{}];\n", identifiers.quantum[i], circuit.quantum_registers()[i].size);
  for (std::size_t i = 0; i < identifiers.classical.size(); ++i)
    fmt::format_to(out, "creg {}[{}];\n", identifiers.classical[i], circuit.classical_registers()[i].size);
  ConditionTracker conditions(circuit);
  for (Instruction const instruction : *lowered) {
    if (instruction.condition) {
      auto const condition = condition_text(circuit, identifiers, instruction.condition);
      if (!condition) return condition.error();
      if (!conditions.test(instruction.condition))
        return Error{ErrorKind::unsupported,
                     "OpenQASM 2 cannot express a condition that is used again after its bits were measured anew",
                     {}};
      text += *condition;
    }
    switch (instruction.kind) {
      case InstructionKind::gate: {
        std::size_t const controls = instruction.positive_controls.size();
        std::string_view name = gate_name(Dialect::v2, instruction.gate, controls);
        if (name.empty()) name = find_definition(Dialect::v2, instruction.gate, controls)->name;
        fmt::format_to(out, "{}{} {}{}{};\n", name, parameters(Dialect::v2, instruction, ","),
                       operands(identifiers, instruction.positive_controls, ","), controls == 0 ? "" : ",",
                       operands(identifiers, instruction.targets, ","));
        break;
      }
      case InstructionKind::measure:
        conditions.write(instruction.clbit, 1);
        fmt::format_to(out, "measure {} -> {};\n", identifiers.qubits[instruction.targets[0]],
                       identifiers.clbits[instruction.clbit]);
        break;
      case InstructionKind::reset:
        fmt::format_to(out, "reset {};\n", identifiers.qubits[instruction.targets[0]]);
        break;
      case InstructionKind::barrier:
        fmt::format_to(out, "barrier {};\n", operands(identifiers, instruction.targets, ","));
        break;
      default:  // not accepted above
        break;
    }
  }
  text.pop_back();  // the last newline
  return text;
}

}  // namespace qhub::circuit
