#include <algorithm>
#include <boost/json.hpp>

#include "qhub/hub/quantum/results/job_run.h"

namespace qhub::hub {
namespace {

namespace json = boost::json;

std::string reversed(std::string text) {
  std::ranges::reverse(text);
  return text;
}

json::array number(sim::Amplitude const& amplitude) {
  return {amplitude.real(), amplitude.imag()};
}

/// Position in our amplitudes of the basis state whose qubits are written first to last.
std::size_t index_of(std::string_view bits) {
  std::size_t index = 0;
  for (std::size_t qubit = 0; qubit < bits.size(); ++qubit)
    if (bits[qubit] == '1') index |= std::size_t{1} << qubit;
  return index;
}

/// The i-th basis state with qubit 0 as the highest bit, its qubits written first to last.
std::string bits_of(std::size_t i, std::uint32_t qubits) {
  std::string bits(qubits, '0');
  for (std::uint32_t qubit = 0; qubit < qubits; ++qubit)
    if (i >> (qubits - 1 - qubit) & 1) bits[qubit] = '1';
  return bits;
}

json::object amplitudes_document(JobRun const& run, CircuitRun const& circuit_run) {
  sim::Amplitudes const& state = *circuit_run.result.statevector;
  std::uint32_t const qubits = circuit_run.circuit.qubit_count();
  json::value const* const mode = run.params.if_contains("mode");
  if (mode && *mode == "statevector") {
    json::array amplitudes;
    amplitudes.reserve(state.size());
    for (std::size_t i = 0; i < state.size(); ++i) amplitudes.push_back(number(state[index_of(bits_of(i, qubits))]));
    return {{"statevector", std::move(amplitudes)}};
  }
  json::object amplitudes;
  json::value const* const wanted = run.params.if_contains("bitstrings");
  if (wanted && wanted->is_array())
    for (json::value const& bits : wanted->get_array())
      amplitudes[bits.as_string()] = number(state[index_of(bits.as_string())]);
  else
    for (std::size_t i = 0; i < state.size(); ++i) {
      std::string const bits = bits_of(i, qubits);
      amplitudes[bits] = number(state[index_of(bits)]);
    }
  return {{"amplitudes", std::move(amplitudes)}};
}

std::string document(JobRun const& run, CircuitRun const& circuit_run) {
  json::object const metadata{{"num_qubits", circuit_run.circuit.qubit_count()}};
  if (circuit_run.result.statevector) {
    json::object amplitudes = amplitudes_document(run, circuit_run);
    amplitudes["metadata"] = metadata;
    return json::serialize(amplitudes);
  }
  sim::Counts const& counts = circuit_run.result.counts;
  json::object entries;
  for (sim::Counts::Entry const& entry : counts.entries)
    entries[reversed(to_text(entry.outcome, counts.width))] = entry.shots;
  return with_member(
      "memory", array_of_shots(circuit_run.result, [](auto const& outcome) { return '"' + hex_text(outcome) + '"'; }),
      {{"counts", std::move(entries)}, {"metadata", metadata}});
}

}  // namespace

std::string write_qsim_result(JobRun const& run) {
  std::string documents;
  for (CircuitRun const& circuit_run : run.circuits) {
    if (!documents.empty()) documents += ',';
    documents += document(run, circuit_run);
  }
  return run.is_list ? '[' + documents + ']' : documents;
}

}  // namespace qhub::hub
