#include "qhub/circuit/writers/ionq.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numbers>

#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/writers/final_measurements.h"
#include "qhub/circuit/writers/internal/json_text.h"

namespace qhub::circuit {
namespace {

constexpr std::string_view format_name = "IonQ's circuits";
constexpr double turn = 2 * std::numbers::pi;

Error cannot(std::string_view what) {
  return {ErrorKind::unsupported, fmt::format("{} cannot express {}", format_name, what), {}};
}

/// A gate of the qis set. Source: IonQ's "Writing quantum programs".
struct QisGate {
  Gate gate;
  std::string_view name;
  bool controlled;  ///< Takes controls.
};
constexpr QisGate qis_gates[] = {
    {Gate::x, "x", true},     {Gate::y, "y", true},     {Gate::z, "z", true},       {Gate::h, "h", true},
    {Gate::s, "s", false},    {Gate::sdg, "si", false}, {Gate::t, "t", false},      {Gate::tdg, "ti", false},
    {Gate::sx, "v", true},    {Gate::sxdg, "vi", true}, {Gate::rx, "rx", true},     {Gate::ry, "ry", true},
    {Gate::rz, "rz", true},   {Gate::p, "z", true},     {Gate::swap, "swap", true}, {Gate::rxx, "xx", false},
    {Gate::ryy, "yy", false}, {Gate::rzz, "zz", false},
};

QisGate const* find_qis(Instruction const& instruction) {
  auto const* const found = std::ranges::find(qis_gates, instruction.gate, &QisGate::gate);
  if (found == std::end(qis_gates) || !instruction.negative_controls.empty()) return nullptr;
  return found->controlled || instruction.positive_controls.empty() ? found : nullptr;
}

bool is_gate(Instruction const& instruction) {
  return instruction.kind == InstructionKind::gate;
}

bool accepts_qis(Instruction const& instruction) {
  if (is_gate(instruction)) return !instruction.is_symbolic() && find_qis(instruction);
  return instruction.kind == InstructionKind::measure || instruction.kind == InstructionKind::barrier;
}

bool is_native(Instruction const& instruction) {
  if (!is_gate(instruction)) return true;
  bool const known = instruction.gate == Gate::gpi || instruction.gate == Gate::gpi2 || instruction.gate == Gate::ms ||
                     instruction.gate == Gate::rzz;
  return known && instruction.control_count() == 0 && !instruction.is_symbolic();
}

bool uses_native_set(Circuit const& circuit) {
  bool const any_native_only = std::ranges::any_of(circuit, [](Instruction const& instruction) {
    return is_gate(instruction) && instruction.gate != Gate::rzz && is_native(instruction);
  });
  return any_native_only && std::ranges::all_of(circuit, [](Instruction const& instruction) {
           return is_native(instruction) && instruction.kind != InstructionKind::unitary;
         });
}

std::string targets_text(Instruction const& instruction) {
  return fmt::format("\"targets\":[{}]", fmt::join(instruction.targets, ","));
}

std::string qis_text(Instruction const& instruction) {
  std::string text = fmt::format("{{\"gate\":\"{}\",{}", find_qis(instruction)->name, targets_text(instruction));
  if (!instruction.positive_controls.empty())
    text += fmt::format(",\"controls\":[{}]", fmt::join(instruction.positive_controls, ","));
  if (!instruction.parameters.empty()) text += ",\"rotation\":" + json_number(instruction.parameters[0]);
  return text + '}';
}

std::string native_text(Instruction const& instruction) {
  auto const turns = [&](std::size_t index) { return json_number(instruction.parameters[index] / turn); };
  switch (instruction.gate) {
    case Gate::ms:
      return fmt::format("{{\"gate\":\"ms\",{},\"phases\":[{},{}],\"angle\":{}}}", targets_text(instruction), turns(0),
                         turns(1), turns(2));
    case Gate::rzz:
      return fmt::format("{{\"gate\":\"zz\",{},\"angle\":{}}}", targets_text(instruction), turns(0));
    default:
      return fmt::format("{{\"gate\":\"{}\",\"target\":{},\"phase\":{}}}", info(instruction.gate).name,
                         instruction.targets[0], turns(0));
  }
}

}  // namespace

Result<std::string> write_ionq(Circuit const& circuit, WriteOptions const&) {
  if (!circuit.result_requests.empty()) return cannot("result requests");
  if (auto const measured = final_measurements(circuit, format_name); !measured) return measured.error();
  bool const native = uses_native_set(circuit);
  auto const lowered = native ? Result<Circuit>(circuit) : lower(circuit, accepts_qis, format_name);
  if (!lowered) return lowered.error();
  std::string text =
      fmt::format("{{\"gateset\":\"{}\",\"qubits\":{},\"circuit\":[", native ? "native" : "qis", circuit.qubit_count());
  bool first = true;
  for (Instruction const instruction : *lowered) {
    if (!is_gate(instruction)) continue;
    if (!first) text += ',';
    first = false;
    text += native ? native_text(instruction) : qis_text(instruction);
  }
  return text + "]}";
}

Result<std::string> ionq_measurement_map(Circuit const& circuit) {
  auto const measured = final_measurements(circuit, format_name);
  if (!measured) return measured.error();
  std::string text;
  for (auto const& qubit : *measured) {
    if (!text.empty()) text += ", ";
    text += qubit ? fmt::format("{}", *qubit) : "null";
  }
  return '[' + text + ']';
}

}  // namespace qhub::circuit
