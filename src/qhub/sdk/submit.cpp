#include "qhub/sdk/submit.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

#include "qhub/circuit/transpile/transpile.h"
#include "qhub/circuit/writers/aqt.h"
#include "qhub/circuit/writers/ionq.h"
#include "qhub/circuit/writers/iqm.h"
#include "qhub/circuit/writers/openqasm.h"
#include "qhub/quantum.hpp"
#include "qhub/sdk/internal/raw_results.h"
#include "qhub/sdk/wait_for_job.h"

namespace qhub {
namespace {

using circuit::Circuit;
using circuit::Instruction;
using circuit::InstructionKind;
using quantum::Backend;
using quantum::InputFormat;
using quantum::Provider;

[[noreturn]] void refuse(std::string const& message) {
  throw std::invalid_argument(message);
}

template <class T>
T value_or_refuse(Result<T> result, std::string_view backend) {
  if (!result) refuse(fmt::format("{}: {}", backend, result.error().message));
  return *std::move(result);
}

/// A backend's description, read for what circuits have to fit.
class Description {
 public:
  explicit Description(Backend const& backend)
      : id(backend.id.value_or("the backend")),
        provider(backend.provider ? backend.provider->text() : std::string()),
        configuration_(backend.configuration.value_or(quantum::Configuration{})) {
    find_qubits();
  }

  std::string id;
  std::string provider;
  std::vector<std::string> qubit_names;  ///< By index; empty if the description names none.

  /// In the order of preference; those that no circuit can be written in are left out.
  std::vector<std::string_view> formats() const {
    static constexpr std::string_view known[] = {"OPEN_QASM_V2",    "OPEN_QASM_V3",     "BRAKET_OPEN_QASM_V3",
                                                 "IONQ_CIRCUIT_V1", "AQT_JOB_INPUT_V1", "IQM_JOB_INPUT_V1"};
    std::vector<std::string_view> found;
    if (configuration_.supported_input_formats) {
      for (InputFormat const& format : *configuration_.supported_input_formats)
        if (auto const* same = std::ranges::find(known, format.text()); same != std::end(known)) found.push_back(*same);
      return found;
    }
    // What the official clients send to whom.
    static constexpr std::pair<std::string_view, std::string_view> usual[] = {
        {"KIPU", "OPEN_QASM_V2"},     {"QUDORA", "OPEN_QASM_V2"},  {"AWS", "BRAKET_OPEN_QASM_V3"},
        {"AZURE", "IONQ_CIRCUIT_V1"}, {"AQT", "AQT_JOB_INPUT_V1"}, {"IQM", "IQM_JOB_INPUT_V1"}};
    for (auto const& [name, format] : usual)
      if (name == provider) found.push_back(format);
    return found;
  }

  /// What circuits have to fit in a format; AQT's and IQM's have no other gates than their machines.
  circuit::Target target(std::string_view format) const {
    std::vector<std::string_view> names;
    if (configuration_.gates)
      for (quantum::Gate const& gate : *configuration_.gates)
        if (gate.name) names.push_back(*gate.name);
    if (configuration_.operations)
      names.insert(names.end(), configuration_.operations->begin(), configuration_.operations->end());
    circuit::Target target{.name = id,
                           .qubit_count = qubit_count(),
                           .gates = format == "AQT_JOB_INPUT_V1"   ? circuit::aqt_gate_set()
                                    : format == "IQM_JOB_INPUT_V1" ? circuit::iqm_gate_set()
                                                                   : circuit::GateSet(names)};
    // Braket compiles for its devices itself.
    if (format != "BRAKET_OPEN_QASM_V3") target.coupling = coupling();
    return target;
  }

  bool limits_gates() const {
    return (configuration_.gates && !configuration_.gates->empty()) ||
           (configuration_.operations && !configuration_.operations->empty());
  }

  bool knows_instruction(std::string_view name) const {
    return !configuration_.instructions ||
           std::ranges::find(*configuration_.instructions, name) != configuration_.instructions->end();
  }

  void check_shots(std::int64_t shots) const {
    if (!configuration_.shots_range) return;
    auto const& [min, max, extras] = *configuration_.shots_range;
    if ((min && shots < *min) || (max && shots > *max))
      refuse(fmt::format("{} takes {} to {} shots, not {}", id, min.value_or(0),
                         max ? fmt::format("{}", *max) : "any number of", shots));
  }

  void check_number_of_circuits(std::size_t count) const {
    auto const most = static_cast<std::size_t>(std::max<std::int64_t>(configuration_.max_pubs_per_job.value_or(1), 1));
    if (count > most) refuse(fmt::format("{} takes at most {} circuits in one job, not {}", id, most, count));
  }

 private:
  std::uint32_t qubit_count() const {
    constexpr std::int64_t any = circuit::max_bits;
    std::int64_t count = configuration_.qubit_count.value_or(qubit_names.empty() ? any : 0);
    // Devices whose qubits are numbers with gaps have higher numbers than qubits.
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(std::max(count, static_cast<std::int64_t>(qubit_names.size())), 0, any));
  }

  static std::optional<std::uint32_t> as_number(std::string_view name) {
    std::uint32_t number = 0;
    auto const [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failed != std::errc{} || end != name.data() + name.size() || number > 100'000) return std::nullopt;
    return number;
  }

  /// Names that are numbers are the index itself; others count in the order of the description.
  void find_qubits() {
    std::vector<std::string> names;
    if (configuration_.qubits) {
      for (quantum::Qubit const& qubit : *configuration_.qubits)
        if (qubit.id) names.push_back(*qubit.id);
    } else if (configuration_.connectivity && configuration_.connectivity->graph) {
      for (auto const& [name, neighbors] : *configuration_.connectivity->graph) {
        names.push_back(name);
        names.insert(names.end(), neighbors.begin(), neighbors.end());
      }
      std::ranges::sort(names, [](std::string const& a, std::string const& b) {
        return std::pair(a.size(), std::string_view(a)) < std::pair(b.size(), std::string_view(b));  // QB2 before QB10
      });
      names.erase(std::unique(names.begin(), names.end()), names.end());
    }
    bool const numbers =
        std::ranges::all_of(names, [](std::string const& name) { return as_number(name).has_value(); });
    if (!numbers) {
      qubit_names = std::move(names);
      return;
    }
    for (std::string const& name : names) {
      std::uint32_t const index = *as_number(name);
      if (index >= qubit_names.size()) qubit_names.resize(index + 1);
      qubit_names[index] = name;
    }
  }

  std::optional<circuit::CouplingMap> coupling() const {
    if (!configuration_.connectivity || configuration_.connectivity->fully_connected.value_or(false) ||
        !configuration_.connectivity->graph)
      return std::nullopt;
    constexpr std::uint32_t most = 4096;  // distances of all pairs are kept
    if (qubit_count() > most) refuse(fmt::format("{} has more than {} qubits in its connectivity graph", id, most));
    std::vector<std::pair<circuit::Qubit, circuit::Qubit>> edges;
    auto const index = [&](std::string const& name) {
      return static_cast<circuit::Qubit>(std::ranges::find(qubit_names, name) - qubit_names.begin());
    };
    for (auto const& [name, neighbors] : *configuration_.connectivity->graph)
      for (std::string const& neighbor : neighbors)
        if (index(name) < qubit_names.size() && index(neighbor) < qubit_names.size())
          edges.emplace_back(index(name), index(neighbor));
    return circuit::CouplingMap(qubit_count(), edges);
  }

  quantum::Configuration configuration_;
};

void check_instructions(Circuit const& circuit, Description const& backend) {
  if (auto const unbound = circuit.parameters(); !unbound.empty())
    refuse(fmt::format("parameter '{}' has no value: Circuit::bind() gives it one", unbound.front()));
  for (Instruction const instruction : circuit) {
    if (instruction.kind == InstructionKind::reset && !backend.knows_instruction("reset"))
      refuse(fmt::format("{} has no reset", backend.id));
    if (instruction.kind == InstructionKind::delay && !backend.knows_instruction("delay"))
      refuse(fmt::format("{} has no delay", backend.id));
  }
}

circuit::ResultRequest state_request() {
  circuit::ResultRequest request;
  request.kind = circuit::ResultRequest::Kind::state_vector;
  return request;
}

bool measures(Circuit const& circuit) {
  return std::ranges::any_of(circuit, [](Instruction const& each) { return each.kind == InstructionKind::measure; });
}

std::string json_text(std::string_view text) {
  return boost::json::serialize(boost::json::string(text));
}

/// {"qasm": [text, …]}, or the text itself if there is one circuit.
template <class Writer>
void write_openqasm(PreparedJob& job, Writer const& writer, std::string_view backend) {
  std::vector<std::string> texts;
  for (Circuit const& circuit : job.circuits) texts.push_back(value_or_refuse(writer(circuit), backend));
  job.input_is_json = texts.size() > 1;
  if (!job.input_is_json) {
    job.input = std::move(texts.front());
    return;
  }
  for (std::string& text : texts) text = json_text(text);
  job.input = fmt::format("{{\"qasm\":[{}]}}", fmt::join(texts, ","));
}

void write_input(PreparedJob& job, Description const& backend, SubmitOptions const& options) {
  circuit::WriteOptions const write_options{.shots = static_cast<std::uint32_t>(options.shots),
                                            .qubit_names = backend.qubit_names};
  job.shots = options.shots;
  job.input_is_json = true;
  if (job.input_format == "OPEN_QASM_V2") {
    write_openqasm(
        job, [](Circuit const& each) { return write_openqasm2(each); }, backend.id);
    if (backend.provider == "KIPU")
      job.input_params = options.statevector ? R"({"mode":"statevector"})" : R"({"mode":"sample"})";
  } else if (job.input_format == "OPEN_QASM_V3") {
    write_openqasm(
        job, [](Circuit const& each) { return write_openqasm3(each); }, backend.id);
  } else if (job.input_format == "BRAKET_OPEN_QASM_V3") {
    write_openqasm(
        job, [](Circuit const& each) { return write_braket(each); }, backend.id);
    job.shots *= static_cast<std::int64_t>(job.circuits.size());
    if (!job.input_is_json) job.input_params = R"({"disable_qubit_rewiring":false})";
  } else if (job.input_format == "IONQ_CIRCUIT_V1") {
    if (job.circuits.size() != 1)
      refuse(fmt::format("{} takes one circuit in a job, not {}", backend.id, job.circuits.size()));
    job.input = value_or_refuse(write_ionq(job.circuits.front()), backend.id);
    std::string const map = value_or_refuse(ionq_measurement_map(job.circuits.front()), backend.id);
    job.input_params = fmt::format("{{\"meas_map\":{}}}", json_text(map));
  } else if (job.input_format == "AQT_JOB_INPUT_V1") {
    job.input = value_or_refuse(write_aqt(job.circuits, write_options), backend.id);
  } else {
    job.input = value_or_refuse(write_iqm(job.circuits, write_options), backend.id);
  }
}

PreparedJob prepare(std::span<Circuit const> circuits, Description const& backend, std::string_view format,
                    SubmitOptions const& options) {
  PreparedJob job{.input_format = std::string(format), .circuits = {}, .input = {}, .input_params = {}};
  circuit::Target const target = backend.target(format);
  for (Circuit const& circuit : circuits) {
    bool const free_choice =
        !target.coupling && !backend.limits_gates() && format != "AQT_JOB_INPUT_V1" && format != "IQM_JOB_INPUT_V1";
    if (circuit.qubit_count() > target.qubit_count)
      refuse(
          fmt::format("the circuit has {} qubits, {} has {}", circuit.qubit_count(), backend.id, target.qubit_count));
    if (free_choice)
      job.circuits.push_back(circuit);
    else
      job.circuits.push_back(value_or_refuse(transpile(circuit, target, {.seed = options.seed}), backend.id).circuit);
    if (options.statevector && format == "BRAKET_OPEN_QASM_V3")
      job.circuits.back().result_requests.push_back(state_request());
  }
  write_input(job, backend, options);
  return job;
}

/// The message of {"error": {"message"}}, which a failed job has in place of a result.
std::string reason(Json const& raw) {
  auto const* members = raw.if_object();
  auto const* error = members ? members->if_contains("error") : nullptr;
  auto const* inner = error ? error->if_object() : nullptr;
  auto const* message = inner ? inner->if_contains("message") : nullptr;
  return message && message->is_string() ? fmt::format(": {}", std::string_view(message->get_string())) : "";
}

Json parse(std::string const& text) {
  return boost::json::parse(text);  // made by us
}

}  // namespace

PreparedJob for_backend(std::span<Circuit const> circuits, Backend const& backend, SubmitOptions const& options) {
  Description const description(backend);
  if (circuits.empty()) refuse("a job needs at least one circuit");
  description.check_number_of_circuits(circuits.size());
  auto const formats = description.formats();
  if (formats.empty())
    refuse(fmt::format("{} takes circuits in none of the formats that are written here", description.id));
  bool const exact = options.statevector || options.shots == 0;
  if (!exact) description.check_shots(options.shots);
  if (options.shots < 0) refuse(fmt::format("{} shots", options.shots));
  if (options.statevector && description.provider != "KIPU" && description.provider != "AWS")
    refuse(fmt::format("{} does not tell a state vector", description.id));
  for (Circuit const& circuit : circuits) {
    check_instructions(circuit, description);
    if (!options.statevector && circuit.result_requests.empty() && !measures(circuit))
      refuse("the circuit measures nothing: Circuit::measure_all() measures every qubit");
  }
  SubmitOptions chosen = options;
  if (options.statevector) chosen.shots = description.provider == "KIPU" ? 1 : 0;
  std::optional<std::invalid_argument> first;
  for (std::string_view const format : formats) {
    try {
      return prepare(circuits, description, format, chosen);
    } catch (std::invalid_argument const& refusal) {
      if (!first) first = refusal;
    }
  }
  throw *first;
}

PreparedJob for_backend(Circuit const& circuit, Backend const& backend, SubmitOptions const& options) {
  return for_backend(std::span(&circuit, 1), backend, options);
}

struct CircuitJob::State {
  quantum::HubQuantumClient client;
  std::string id;
  std::string provider;
  PreparedJob job;
};

std::string const& CircuitJob::id() const {
  return state_->id;
}

std::vector<CircuitResult> CircuitJob::results(std::optional<std::chrono::milliseconds> deadline) const {
  quantum::JobStatus const status = wait_for_job(state_->client.jobs(), state_->id, {.deadline = deadline});
  bool const failed = status == quantum::JobStatus::FAILED;
  if (!failed && status != quantum::JobStatus::COMPLETED)
    throw JobFailedError(fmt::format("job {} ended {}", state_->id, status.text()), status.text());
  Json const raw = state_->client.jobs().get_job_result(state_->id);
  if (failed) throw JobFailedError(fmt::format("job {} failed{}", state_->id, reason(raw)), status.text());
  auto results = sdk::read_raw_results(
      raw, {.circuits = state_->job.circuits, .input_format = state_->job.input_format, .provider = state_->provider});
  if (!results) throw ParsingError(fmt::format("job {}: {}", state_->id, results.error().message), {});
  return *std::move(results);
}

CircuitResult CircuitJob::result(std::optional<std::chrono::milliseconds> deadline) const {
  if (state_->job.circuits.size() != 1)
    throw std::logic_error(
        fmt::format("job {} is of {} circuits: results() has theirs", state_->id, state_->job.circuits.size()));
  return results(deadline).front();
}

CircuitJob submit(quantum::HubQuantumClient const& client, std::string_view backend_id,
                  std::span<Circuit const> circuits, SubmitOptions const& options) {
  Backend const backend = client.backends().get_backend(backend_id);
  PreparedJob job = for_backend(circuits, backend, options);
  quantum::CreateJobRequest request{.backend_id = std::string(backend_id), .shots = job.shots};
  if (job.input_is_json)
    request.input = parse(job.input);
  else
    request.input = Json(job.input);
  request.input_format = InputFormat(job.input_format);
  if (!job.input_params.empty()) request.input_params = parse(job.input_params);
  if (!options.name.empty()) request.name = options.name;
  if (!options.tags.empty()) request.tags = options.tags;
  if (!options.session_id.empty()) request.session_id = options.session_id;
  quantum::Job const created = client.jobs().create_job(request);
  if (!created.id) throw ParsingError("POST /jobs: the answer has no id", {});
  return CircuitJob(std::make_shared<CircuitJob::State const>(CircuitJob::State{
      client, *created.id, backend.provider ? backend.provider->text() : std::string(), std::move(job)}));
}

CircuitJob submit(quantum::HubQuantumClient const& client, std::string_view backend_id, Circuit const& circuit,
                  SubmitOptions const& options) {
  return submit(client, backend_id, std::span(&circuit, 1), options);
}

}  // namespace qhub
