#include "qhub/circuit/transpile/transpile.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/transpile/optimize.h"

namespace qhub::circuit {
namespace {

std::size_t width_of(Instruction const& instruction) {
  return instruction.control_count() + instruction.targets.size();
}

bool fits(Instruction const& instruction, Target const& target) {
  if (!target.gates.accepts(instruction)) return false;
  bool const acts = instruction.kind != InstructionKind::barrier && instruction.kind != InstructionKind::delay;
  if (!target.coupling || !acts || width_of(instruction) < 2) return true;
  if (width_of(instruction) > 2) return false;
  Qubit const first = instruction.control_count() == 0        ? instruction.targets[1]
                      : instruction.positive_controls.empty() ? instruction.negative_controls[0]
                                                              : instruction.positive_controls[0];
  return target.coupling->connected(first, instruction.targets[0]);
}

}  // namespace

Result<Transpiled> transpile(Circuit const& circuit, Target const& target, RouteOptions const& options) {
  if (circuit.qubit_count() > target.qubit_count)
    return Error{
        ErrorKind::invalid_argument,
        fmt::format("the circuit has {} qubits, {} has {}", circuit.qubit_count(), target.name, target.qubit_count),
        {}};
  std::vector<Qubit> same(circuit.qubit_count());
  std::iota(same.begin(), same.end(), 0U);
  if (std::ranges::all_of(circuit, [&](Instruction const& each) { return fits(each, target); }))
    return Transpiled{circuit, same, same};

  auto const accepts = [&](Instruction const& instruction) {
    bool const gate = instruction.kind == InstructionKind::gate || instruction.kind == InstructionKind::unitary;
    return !gate || width_of(instruction) <= 2 || (!target.coupling && target.gates.accepts(instruction));
  };
  auto lowered = lower(circuit, accepts, target.name);
  if (!lowered) return lowered.error();
  Transpiled result{*std::move(lowered), same, same};
  if (target.coupling) {
    if (!circuit.result_requests.empty())
      return Error{
          ErrorKind::unsupported,
          fmt::format("{} has no complete connectivity, and result requests would lose their qubits", target.name),
          {}};
    auto routed = route(result.circuit, *target.coupling, options);
    if (!routed) return routed.error();
    result = {std::move(routed->circuit), std::move(routed->initial_layout), std::move(routed->final_layout)};
  }
  auto rewritten = rewrite(result.circuit, target.gates);
  if (!rewritten) {
    Error error = rewritten.error();
    error.message = fmt::format("{}: {}", target.name, error.message);
    return error;
  }
  for (Instruction const instruction : *rewritten)
    if (!target.gates.accepts(instruction))
      return Error{ErrorKind::unsupported, fmt::format("{} cannot run {}", target.name, name_of(instruction)), {}};
  result.circuit = *std::move(rewritten);
  return result;
}

}  // namespace qhub::circuit
