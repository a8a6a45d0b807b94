#include "qhub/sim/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "qhub/sim/machine_memory.h"

namespace qhub::sim {
namespace {

std::string bytes_text(std::uint64_t bytes) {
  if (bytes == std::numeric_limits<std::uint64_t>::max()) return "more than 2^64 bytes";
  return fmt::format("{} bytes ({:.1f} GiB)", bytes, static_cast<double>(bytes) / 0x1p30);
}

}  // namespace

Result<void> require_abilities(circuit::Circuit const& circuit, EngineAbilities const& abilities,
                               std::string_view engine) {
  using circuit::InstructionKind;
  auto const refuse = [](std::string message) {
    return Error{.kind = ErrorKind::unsupported, .message = std::move(message), .details = {}};
  };
  if (auto const names = circuit.parameters(); !names.empty())
    return refuse(fmt::format("parameter '{}' has no value; bind it before the circuit is run", names.front()));
  for (circuit::Instruction const instruction : circuit) {
    if (instruction.kind == InstructionKind::noise && !abilities.noise)
      return refuse(fmt::format("the {} engine has no noise, and the circuit has a {} channel", engine,
                                instruction_name(instruction)));
    if (instruction.kind >= InstructionKind::assign && !abilities.classical_control)
      return refuse(fmt::format("the {} engine has no classical {}", engine,
                                instruction.kind == InstructionKind::assign ? "assignments" : "loops"));
  }
  if (circuit.scratch_count() != 0 && !abilities.classical_control)
    return refuse(fmt::format("the {} engine has no classical variables", engine));
  return {};
}

Result<void> require_counts_only(RunOptions const& options, std::string_view engine) {
  if (options.wants_state())
    return Error{.kind = ErrorKind::unsupported,
                 .message = fmt::format("the {} engine gives counts only", engine),
                 .details = {}};
  if (options.shots == 0)
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = "nothing to compute: the number of shots is 0",
                 .details = {{"shots", "must be at least 1"}}};
  if (options.want_memory && options.shots > std::numeric_limits<std::uint32_t>::max())
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("{} shots are too many to list each one's outcome", options.shots),
                 .details = {{"shots", "must be below 2^32"}}};
  return {};
}

Result<void> require_means_only(circuit::Circuit const& circuit, RunOptions const& options, std::string_view engine) {
  auto const refuse = [](ErrorKind kind, std::string message) {
    return Error{.kind = kind, .message = std::move(message), .details = {}};
  };
  if (options.want_statevector || !options.want_amplitudes.empty())
    return refuse(ErrorKind::unsupported, fmt::format("the {} engine has no amplitudes", engine));
  auto const check = [&](circuit::Qubit qubit) -> Result<void> {
    if (qubit < circuit.qubit_count()) return {};
    return refuse(ErrorKind::invalid_argument,
                  fmt::format("qubit {} is outside the circuit's {} qubits", qubit, circuit.qubit_count()));
  };
  for (std::vector<circuit::Qubit> const& qubits : options.want_probabilities)
    for (circuit::Qubit const qubit : qubits)
      if (auto checked = check(qubit); !checked) return checked;
  for (PauliSum const& sum : options.want_expectations)
    for (PauliTerm const& term : sum)
      for (PauliTerm::Factor const& factor : term.factors)
        if (auto checked = check(factor.qubit); !checked) return checked;
  RunOptions const counts{.shots = options.wants_state() ? std::max<std::uint64_t>(1, options.shots) : options.shots,
                          .want_memory = options.want_memory};
  return require_counts_only(counts, engine);
}

Error cancelled() {
  return {.kind = ErrorKind::cancelled, .message = "the simulation was cancelled", .details = {}};
}

Error no_single_final_state() {
  return {.kind = ErrorKind::unsupported,
          .message =
              "there is no single final state: a measurement or reset before the end of the circuit has a random "
              "outcome",
          .details = {}};
}

Error memory_refused(std::uint64_t bytes, std::uint32_t qubits) {
  return {.kind = ErrorKind::resource_exhausted,
          .message = fmt::format("the system refused {} bytes for a state of {} qubits", bytes, qubits),
          .details = {}};
}

Result<void> admit(MemoryPrediction const& prediction, RunOptions const& options) {
  std::uint64_t const limit = options.memory_limit_bytes.value_or(machine_memory_bytes());
  if (prediction.bytes <= limit) return {};
  return Error{.kind = ErrorKind::resource_exhausted,
               .message = fmt::format("simulating {} qubits needs {}, over the limit of {}", prediction.qubits,
                                      bytes_text(prediction.bytes), bytes_text(limit)),
               .details = {}};
}

}  // namespace qhub::sim
