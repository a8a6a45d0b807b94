#include "qhub/circuit/writers/aqt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/writers/final_measurements.h"
#include "qhub/circuit/writers/internal/json_text.h"

namespace qhub::circuit {
namespace {

constexpr double pi = std::numbers::pi;
constexpr std::string_view format_name = "AQT's circuits";

Error cannot(std::string_view what) {
  return {ErrorKind::unsupported, fmt::format("{} cannot express {}", format_name, what), {}};
}

/// R(θ, φ) with θ in [0, π] and φ in [0, 2π).
std::string r_text(Instruction const& instruction) {
  double theta = std::remainder(instruction.parameters[0], 2 * pi), phi = instruction.parameters[1];
  if (theta < 0) theta = -theta, phi += pi;
  phi = std::remainder(phi, 2 * pi);
  if (phi < 0) phi += 2 * pi;
  double const half_turns = phi / pi < 2 ? phi / pi : 0;
  return fmt::format("{{\"operation\":\"R\",\"qubit\":{},\"phi\":{},\"theta\":{}}}", instruction.targets[0],
                     json_number(half_turns), json_number(theta / pi));
}

Result<std::string> rxx_text(Instruction const& instruction) {
  constexpr double rounding = 1e-12;
  double const theta = std::remainder(instruction.parameters[0], 2 * pi);
  if (theta < -rounding || theta > pi / 2 + rounding)
    return cannot(fmt::format("rxx by {}, only by 0 to π/2", instruction.parameters[0]));
  return fmt::format("{{\"operation\":\"RXX\",\"qubits\":[{},{}],\"theta\":{}}}", instruction.targets[0],
                     instruction.targets[1], json_number(std::clamp(theta / pi, 0.0, 0.5)));
}

Result<std::string> circuit_text(Circuit const& circuit, WriteOptions const& options) {
  if (!circuit.result_requests.empty()) return cannot("result requests");
  auto const measured = final_measurements(circuit, format_name);
  if (!measured) return measured.error();
  if (std::ranges::none_of(*measured, [](auto const& qubit) { return qubit.has_value(); }))
    return Error{ErrorKind::invalid_argument, "the circuit measures nothing; AQT needs a measurement", {}};
  std::string text = fmt::format("{{\"repetitions\":{},\"number_of_qubits\":{},\"quantum_circuit\":[", options.shots,
                                 circuit.qubit_count());
  for (Instruction const instruction : circuit) {
    if (instruction.kind == InstructionKind::barrier || instruction.kind == InstructionKind::measure) continue;
    bool const known =
        instruction.kind == InstructionKind::gate && instruction.control_count() == 0 && !instruction.is_symbolic();
    if (known && instruction.gate == Gate::r) {
      text += r_text(instruction);
    } else if (known && instruction.gate == Gate::rz) {
      text += fmt::format("{{\"operation\":\"RZ\",\"qubit\":{},\"phi\":{}}}", instruction.targets[0],
                          json_number(instruction.parameters[0] / pi));
    } else if (known && instruction.gate == Gate::rxx) {
      auto const operation = rxx_text(instruction);
      if (!operation) return operation;
      text += *operation;
    } else {
      return cannot(name_of(instruction));
    }
    text += ',';
  }
  return text + "{\"operation\":\"MEASURE\"}]}";
}

}  // namespace

Result<std::string> write_aqt(std::span<Circuit const> circuits, WriteOptions const& options) {
  std::string text;
  for (Circuit const& circuit : circuits) {
    auto const written = circuit_text(circuit, options);
    if (!written) return written;
    if (!text.empty()) text += ',';
    text += *written;
  }
  return fmt::format("{{\"job_type\":\"quantum_circuit\",\"payload\":{{\"circuits\":[{}]}}}}", text);
}

GateSet aqt_gate_set() {
  return GateSet({"r", "rz", "rxx"}, pi / 2);
}

}  // namespace qhub::circuit
