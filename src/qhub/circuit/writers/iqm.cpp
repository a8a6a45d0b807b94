#include "qhub/circuit/writers/iqm.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <vector>

#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/writers/internal/json_text.h"

namespace qhub::circuit {
namespace {

Error cannot(std::string_view what) {
  return {ErrorKind::unsupported, fmt::format("IQM's circuits cannot express {}", what), {}};
}

class Writer {
 public:
  Writer(Circuit const& circuit, WriteOptions const& options)
      : circuit_(circuit), options_(options), measured_(circuit.clbit_count()), feedback_(circuit.clbit_count()) {}

  Result<std::string> run() {
    if (!circuit_.result_requests.empty()) return cannot("result requests");
    if (!options_.qubit_names.empty() && options_.qubit_names.size() < circuit_.qubit_count())
      return Error{ErrorKind::invalid_argument,
                   fmt::format("names for {} of {} qubits", options_.qubit_names.size(), circuit_.qubit_count()),
                   {}};
    for (Condition const& condition : circuit_.conditions())
      if (condition.first < circuit_.clbit_count()) feedback_[condition.first] = true;
    std::string text;
    for (Instruction const instruction : circuit_) {
      auto const written = instruction_text(instruction);
      if (!written) return written;
      if (!text.empty()) text += ',';
      text += *written;
    }
    return fmt::format("{{\"name\":{},\"instructions\":[{}],\"metadata\":{{}}}}",
                       json_string(circuit_.name.empty() ? "circuit" : circuit_.name), text);
  }

 private:
  std::string qubit(Qubit index) const {
    return json_string(options_.qubit_names.empty() ? fmt::format("QB{}", index + 1) : options_.qubit_names[index]);
  }

  std::string text(std::string_view name, std::span<Qubit const> qubits, std::string_view arguments = {}) const {
    std::vector<std::string> locus;
    for (Qubit const each : qubits) locus.push_back(qubit(each));
    return fmt::format("{{\"name\":\"{}\",\"locus\":[{}],\"args\":{{{}}},\"implementation\":null}}", name,
                       fmt::join(locus, ","), arguments);
  }

  std::string key(Clbit clbit) const {
    auto const& registers = circuit_.classical_registers();
    std::size_t number = 0;
    while (clbit - registers[number].first >= registers[number].size) ++number;
    Register const& found = registers[number];
    return json_string(fmt::format("{}_{}_{}_{}", found.name, found.size, number, clbit - found.first));
  }

  Result<std::string> instruction_text(Instruction const& instruction) {
    bool const plain_gate = instruction.kind == InstructionKind::gate && !instruction.is_symbolic() &&
                            instruction.negative_controls.empty();
    if (plain_gate && instruction.gate == Gate::r && instruction.positive_controls.empty()) return prx(instruction);
    if (instruction.condition) return cannot(fmt::format("a condition on {}", name_of(instruction)));
    if (plain_gate && instruction.gate == Gate::z && instruction.positive_controls.size() == 1)
      return text("cz", std::array{instruction.positive_controls[0], instruction.targets[0]});
    switch (instruction.kind) {
      case InstructionKind::barrier:
        return text("barrier", instruction.targets);
      case InstructionKind::reset:
        return text("reset", instruction.targets);
      case InstructionKind::delay:
        if (instruction.is_symbolic()) return cannot(name_of(instruction));
        return text("delay", instruction.targets,
                    fmt::format("\"duration\":{}", json_number(instruction.parameters[0])));
      case InstructionKind::measure:
        return measure(instruction);
      default:
        return cannot(name_of(instruction));
    }
  }

  Result<std::string> prx(Instruction const& instruction) const {
    std::string arguments = fmt::format("\"angle\":{},\"phase\":{}", json_number(instruction.parameters[0]),
                                        json_number(instruction.parameters[1]));
    if (!instruction.condition) return text("prx", instruction.targets, arguments);
    Condition const& condition = circuit_.conditions()[instruction.condition.index];
    bool const one_bit = condition.count == 1 && condition.value == 1 && !condition.parent &&
                         !instruction.condition.negated && condition.first < measured_.size();
    if (!one_bit) return cannot("conditions but that one bit is 1");
    if (!measured_[condition.first]) return cannot("a condition on a bit that is not measured before");
    arguments += fmt::format(",\"feedback_key\":{},\"feedback_qubit\":{}", key(condition.first),
                             qubit(*measured_[condition.first]));
    return text("cc_prx", instruction.targets, arguments);
  }

  Result<std::string> measure(Instruction const& instruction) {
    if (instruction.clbit >= measured_.size()) return cannot("a measurement into memory that belongs to no register");
    if (measured_[instruction.clbit])
      return cannot(fmt::format("two measurements into classical bit {}", instruction.clbit));
    measured_[instruction.clbit] = instruction.targets[0];
    std::string const name = key(instruction.clbit);
    std::string arguments = fmt::format("\"key\":{}", name);
    if (feedback_[instruction.clbit]) arguments += fmt::format(",\"feedback_key\":{}", name);
    return text("measure", instruction.targets, arguments);
  }

  Circuit const& circuit_;
  WriteOptions const& options_;
  std::vector<std::optional<Qubit>> measured_;  ///< By classical bit.
  std::vector<bool> feedback_;                  ///< Bits that conditions ask for.
};

}  // namespace

Result<std::string> write_iqm(std::span<Circuit const> circuits, WriteOptions const& options) {
  std::string text;
  for (Circuit const& circuit : circuits) {
    auto const written = Writer(circuit, options).run();
    if (!written) return written;
    if (!text.empty()) text += ',';
    text += *written;
  }
  return fmt::format("{{\"circuits\":[{}]}}", text);
}

GateSet iqm_gate_set() {
  return {"prx", "cz"};
}

}  // namespace qhub::circuit
