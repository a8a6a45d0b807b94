#include "qhub/hub/quantum/job_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "qhub/hub/quantum/results/job_run.h"

namespace qhub::hub {
namespace {

namespace json = boost::json;
using circuit::Format;

/// IonQ's answer is exact, not sampled, up to so many qubits; beyond, the list of probabilities may become huge.
constexpr std::uint32_t max_exact_qubits = 16;
/// A state vector of 2^20 amplitudes makes a result of about 40 MB.
constexpr std::uint32_t max_statevector_qubits = 20;

Error field_error(ErrorKind kind, std::string_view field, std::string message) {
  return {.kind = kind, .message = message, .details = {{std::string(field), std::move(message)}}};
}

Result<std::optional<Format>> expected_format(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Format>, 6> formats{
      {{"OPEN_QASM_V2", Format::openqasm2},
       {"OPEN_QASM_V3", Format::openqasm3},
       {"BRAKET_OPEN_QASM_V3", Format::openqasm3},
       {"IONQ_CIRCUIT_V1", Format::ionq},
       {"AQT_JOB_INPUT_V1", Format::aqt},
       {"IQM_JOB_INPUT_V1", Format::iqm}}};
  if (name.empty()) return std::optional<Format>();
  auto const found = std::ranges::find(formats, name, &std::pair<std::string_view, Format>::first);
  if (found != formats.end()) return std::optional(found->second);
  return field_error(ErrorKind::unsupported, "input_format",
                     fmt::format("input_format {} cannot be run here; the gate-model formats are OPEN_QASM_V2, "
                                 "OPEN_QASM_V3, BRAKET_OPEN_QASM_V3, IONQ_CIRCUIT_V1, AQT_JOB_INPUT_V1 and "
                                 "IQM_JOB_INPUT_V1",
                                 name));
}

/// The text of one circuit of an input in OpenQASM.
std::string source_of(json::value const& input, std::size_t index) {
  if (input.is_string()) return std::string(input.get_string());
  json::value const* qasm = input.as_object().if_contains("qasm");
  if (!qasm) return std::string(input.at("programs").at(index).at("qasm").as_string());
  return std::string(qasm->is_array() ? qasm->at(index).as_string() : qasm->as_string());
}

bool has_measurement(circuit::Circuit const& circuit) {
  return std::any_of(circuit.begin(), circuit.end(), [](circuit::Instruction const& instruction) {
    return instruction.kind == circuit::InstructionKind::measure;
  });
}

Result<void> measure_all(circuit::Circuit& circuit) {
  circuit::Clbit first = 0;
  if (circuit.clbit_count() < circuit.qubit_count()) {
    std::string name = "measured";
    while (std::ranges::find(circuit.classical_registers(), name, &circuit::Register::name) !=
           circuit.classical_registers().end())
      name += '_';
    auto const added = circuit.add_clbits(name, circuit.qubit_count());
    if (!added) return added.error();
    first = added->first;
  }
  for (circuit::Qubit qubit = 0; qubit < circuit.qubit_count(); ++qubit) circuit.measure(qubit, first + qubit);
  return {};
}

std::string_view qsim_mode(BackendDescription const& backend, json::object const& params) {
  json::value const* const mode = params.if_contains("mode");
  if (backend.result_format != ResultFormat::qsim || !mode || !mode->is_string()) return "sample";
  return mode->get_string();
}

sim::RunOptions run_options(BackendDescription const& backend, JobProgram const& program,
                            JobProgram::Circuit const& circuit) {
  sim::RunOptions options;
  options.shots = circuit.shots;
  options.memory_limit_bytes = backend.memory_bytes;
  if (circuit.pragmas) {
    circuit.pragmas->add_wants(options);
    options.want_memory = circuit.shots > 0;
    return options;
  }
  // As many threads as qsim was asked for; the runs are the same with any number.
  if (json::value const* threads = program.params.if_contains("cpu_threads"); threads && threads->is_int64())
    options.threads = static_cast<unsigned>(std::clamp<std::int64_t>(threads->get_int64(), 1, 1024));
  bool const exact = program.format == Format::ionq && circuit.circuit.qubit_count() <= max_exact_qubits;
  if (backend.result_format == ResultFormat::ionq)
    options.want_statevector = exact;
  else if (qsim_mode(backend, program.params) == "sample")
    options.want_memory = true;
  else
    options.want_statevector = true;
  if (options.want_statevector) options.shots = 0;
  return options;
}

Result<void> check_qsim_options(JobProgram const& program) {
  json::object const& params = program.params;
  json::value const* const mode = params.if_contains("mode");
  if (!mode || mode->is_null() || *mode == "sample") return {};
  if (*mode != "statevector" && *mode != "amplitudes")
    return field_error(ErrorKind::invalid_argument, "input_params.mode",
                       "input_params.mode must be sample, statevector or amplitudes");
  json::value const* const bitstrings = *mode == "amplitudes" ? params.if_contains("bitstrings") : nullptr;
  for (JobProgram::Circuit const& circuit : program.circuits) {
    std::uint32_t const qubits = circuit.circuit.qubit_count();
    if (bitstrings && !bitstrings->is_null()) {
      bool const good =
          bitstrings->is_array() && std::ranges::all_of(bitstrings->get_array(), [&](json::value const& bits) {
            return bits.is_string() && bits.get_string().size() == qubits &&
                   bits.get_string().find_first_not_of("01") == json::string::npos;
          });
      if (!good)
        return field_error(
            ErrorKind::invalid_argument, "input_params.bitstrings",
            fmt::format("input_params.bitstrings must be a list of texts of {} digits 0 or 1, qubit 0 first", qubits));
    } else if (qubits > max_statevector_qubits) {
      return field_error(ErrorKind::unsupported, "input_params.mode",
                         fmt::format("a state vector is returned for at most {} qubits, and the circuit has {}",
                                     max_statevector_qubits, qubits));
    }
  }
  return {};
}

/// QUDORA's simulator can add errors of its machine, which are not known here.
Result<void> check_qudora_options(JobProgram const& program) {
  json::value const* const settings = program.params.if_contains("backend_settings");
  if (!settings || !settings->is_object()) return {};
  for (auto const& [name, value] : settings->get_object())
    if (value.is_bool() && value.get_bool()) {
      std::string const field = fmt::format("input_params.backend_settings.{}", std::string_view(name));
      return field_error(ErrorKind::unsupported, field, field + " cannot be had here: this simulator is ideal");
    }
  return {};
}

/// Returns the bytes of memory that running the circuit will need.
Result<std::uint64_t> check_circuit(BackendDescription const& backend, JobProgram const& program,
                                    JobProgram::Circuit const& circuit) {
  bool const is_exact = circuit.pragmas && circuit.shots == 0;
  if (!is_exact && (circuit.shots < backend.min_shots || circuit.shots > backend.max_shots))
    return field_error(ErrorKind::invalid_argument, "shots",
                       fmt::format("shots must be from {} to {} on {}; it is {}", backend.min_shots, backend.max_shots,
                                   backend.id, circuit.shots));
  std::uint32_t const qubits = circuit.circuit.qubit_count();
  if (qubits > backend.qubit_count)
    return field_error(ErrorKind::unsupported, "input",
                       fmt::format("the circuit has {} qubits and {} has {}", qubits, backend.id, backend.qubit_count));
  if (qubits == 0) return field_error(ErrorKind::invalid_argument, "input", "the circuit has no qubits");
  if (!circuit.pragmas && !circuit.circuit.result_requests.empty())
    return field_error(ErrorKind::unsupported, "input",
                       fmt::format("'#pragma braket result {}' is answered by Braket's simulators (aws.sim.sv1 and "
                                   "aws.sim.dm1) only: measure, and read the counts",
                                   circuit.circuit.result_requests.front().text));
  sim::RunOptions const options = run_options(backend, program, circuit);
  auto const prediction = backend.engine->predict_memory(circuit.circuit, options);
  if (!prediction) return prediction.error();
  if (Result<void> const admitted = sim::admit(*prediction, options); !admitted) return admitted.error();
  return prediction->bytes;
}

}  // namespace

std::uint64_t JobProgram::total_shots() const {
  std::uint64_t total = 0;
  for (Circuit const& circuit : circuits) total += circuit.shots;
  return total;
}

Result<JobProgram> read_program(BackendDescription const& backend, JobRequest const& request) {
  JobProgram program;
  if (json::object const* params = request.params.if_object())
    program.params = *params;
  else if (!request.params.is_null())
    return field_error(ErrorKind::invalid_argument, "input_params", "input_params must be an object");
  auto const expected = expected_format(request.input_format);
  if (!expected) return expected.error();
  Result<circuit::JobInput> input = circuit::read_circuits(request.input, *expected);
  if (!input) return std::move(input).error();
  program.format = input->format;
  program.is_list = input->list;
  std::uint64_t const count = input->circuits.size();
  if (count > backend.max_circuits)
    return field_error(ErrorKind::unsupported, "input",
                       fmt::format("the job has {} circuits and {} takes {}", count, backend.id, backend.max_circuits));
  std::uint64_t shots = request.shots;
  if (backend.result_format == ResultFormat::braket && program.is_list) {
    if (shots % count != 0)
      return field_error(
          ErrorKind::invalid_argument, "shots",
          fmt::format("shots are those of all {} circuits together, and {} cannot be shared equally", count, shots));
    shots /= count;
  }
  bool const is_openqasm = program.format == Format::openqasm2 || program.format == Format::openqasm3;
  for (std::size_t index = 0; index < count; ++index) {
    auto& [circuit, own_shots] = input->circuits[index];
    JobProgram::Circuit& added = program.circuits.emplace_back();
    added.shots = own_shots.value_or(shots);
    if (is_openqasm) added.source = source_of(request.input, index);
    if (backend.result_format == ResultFormat::braket && !circuit.result_requests.empty()) {
      if (has_measurement(circuit))
        return field_error(ErrorKind::invalid_argument, "input",
                           "a program has measurements or result pragmas, not both: the pragmas measure every qubit");
      Result<BraketPragmas> pragmas = BraketPragmas::plan(circuit, added.shots);
      if (!pragmas) return std::move(pragmas).error();
      added.pragmas = std::move(*pragmas);
    }
    if (!has_measurement(circuit))
      if (Result<void> const measured = measure_all(circuit); !measured) return measured.error();
    added.circuit = std::move(circuit);
  }
  if (backend.result_format == ResultFormat::qsim)
    if (Result<void> const options = check_qsim_options(program); !options) return options.error();
  if (Result<void> const settings = check_qudora_options(program); !settings) return settings.error();
  for (JobProgram::Circuit const& circuit : program.circuits) {
    Result<std::uint64_t> const bytes = check_circuit(backend, program, circuit);
    if (!bytes) return bytes.error();
    program.memory_bytes = std::max(program.memory_bytes, *bytes);
  }
  return program;
}

Result<JobOutput> run_program(BackendDescription const& backend, JobProgram program, std::string const& job_id,
                              sim::Progress const& progress, std::stop_token stop) {
  JobRun run{.job_id = job_id,
             .backend = backend,
             .shots = program.total_shots(),
             .params = program.params,
             .is_list = program.is_list,
             .circuits = {}};
  double const count = static_cast<double>(program.circuits.size());
  for (JobProgram::Circuit& circuit : program.circuits) {
    double const before = static_cast<double>(run.circuits.size());
    auto const of_job = [&](double of_circuit) { progress((before + of_circuit) / count); };
    Result<sim::RunResult> result =
        backend.engine->run(circuit.circuit, run_options(backend, program, circuit), of_job, stop);
    if (!result) return std::move(result).error();
    if (circuit.pragmas && !circuit.pragmas->is_answered_by(*result))
      return field_error(
          ErrorKind::unsupported, "shots",
          fmt::format("the engine {} has no exact results for these pragmas: use shots", backend.engine->name()));
    run.circuits.push_back({.circuit = std::move(circuit.circuit),
                            .source = std::move(circuit.source),
                            .shots = circuit.shots,
                            .pragmas = std::move(circuit.pragmas),
                            .result = std::move(*result)});
  }
  return write_output(run);
}

}  // namespace qhub::hub
