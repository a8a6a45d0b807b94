#include "qhub/hub/quantum/results/job_run.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace qhub::hub {
namespace {

namespace json = boost::json;

std::string write_raw(JobRun const& run) {
  switch (run.backend.result_format) {
    case ResultFormat::counts:
      return write_counts_result(run);
    case ResultFormat::qsim:
      return write_qsim_result(run);
    case ResultFormat::ionq:
      return write_ionq_result(run);
    case ResultFormat::braket:
      break;
  }
  return write_braket_result(run);
}

json::object normalized_circuit(JobRun const& run, std::size_t index) {
  CircuitRun const& circuit_run = run.circuits[index];
  json::object document{{"index", index}};
  if (!circuit_run.circuit.name.empty()) document["name"] = circuit_run.circuit.name;
  document["key_format"] = "bitstring";
  if (run.backend.result_format == ResultFormat::ionq) {
    std::uint32_t const width = circuit_run.circuit.clbit_count();
    json::object values;
    for (auto const& [state, value] : probabilities(circuit_run)) values[fmt::format("{:0{}b}", state, width)] = value;
    document["type"] = "probabilities";
    document["probabilities"] = std::move(values);
    document["qubits"] = width;
    document["truncated"] = false;
    return document;
  }
  sim::Counts const& counts = circuit_run.result.counts;
  json::object entries;
  for (sim::Counts::Entry const& entry : counts.entries) entries[to_text(entry.outcome, counts.width)] = entry.shots;
  document["type"] = "counts";
  document["counts"] = std::move(entries);
  document["shots"] = circuit_run.shots;
  document["qubits"] = counts.width;
  return document;
}

std::string write_normalized(JobRun const& run) {
  json::array circuits;
  for (std::size_t index = 0; index < run.circuits.size(); ++index) circuits.push_back(normalized_circuit(run, index));
  return json::serialize(json::object{{"pubs", std::move(circuits)}});
}

/// The memory view is of one circuit.
std::optional<std::string> write_memory(JobRun const& run) {
  if (run.circuits.size() != 1 || run.circuits.front().result.memory.empty()) return std::nullopt;
  sim::RunResult const& result = run.circuits.front().result;
  return with_member("memory",
                     array_of_shots(result, [](auto const& outcome) { return '"' + hex_text(outcome) + '"'; }),
                     {{"qubits", result.counts.width}, {"shots", result.memory.size()}});
}

}  // namespace

JobOutput write_output(JobRun const& run) {
  bool const has_counts = !run.circuits.front().result.counts.entries.empty();
  bool const is_normalizable = has_counts || run.backend.result_format == ResultFormat::ionq;
  return {.raw = write_raw(run),
          .normalized = is_normalizable ? std::optional(write_normalized(run)) : std::nullopt,
          .memory = write_memory(run)};
}

std::vector<Probability> probabilities(CircuitRun const& run) {
  std::vector<Probability> found;
  if (run.result.statevector) {
    auto const amplitudes = run.result.statevector->span();
    for (std::size_t state = 0; state < amplitudes.size(); ++state)
      if (double const value = std::norm(amplitudes[state]); value > 1e-15)  // less is what rounding left of a zero
        found.push_back({state, value});
    return found;
  }
  for (sim::Counts::Entry const& entry : run.result.counts.entries)
    found.push_back({entry.outcome.words().empty() ? 0 : entry.outcome.words().front(),
                     static_cast<double>(entry.shots) / static_cast<double>(run.shots)});
  return found;
}

std::string hex_text(sim::Outcome const& outcome) {
  std::string text;
  for (auto word = outcome.words().rbegin(); word != outcome.words().rend(); ++word)
    if (text.empty() && (*word != 0 || word + 1 == outcome.words().rend()))
      text = fmt::format("0x{:x}", *word);
    else if (!text.empty())
      text += fmt::format("{:016x}", *word);
  return text.empty() ? "0x0" : text;
}

std::string with_member(std::string_view name, std::string_view value, json::object const& object) {
  std::string const rest = json::serialize(object);
  return fmt::format("{{{}:{}{}{}", json::serialize(name), value, object.empty() ? "" : ",", rest.substr(1));
}

}  // namespace qhub::hub
