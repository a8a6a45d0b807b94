#include <boost/json.hpp>

#include "qhub/hub/quantum/results/job_run.h"

namespace qhub::hub {

std::string write_counts_result(JobRun const& run) {
  std::string documents;
  for (CircuitRun const& circuit_run : run.circuits) {
    sim::Counts const& counts = circuit_run.result.counts;
    boost::json::object entries;
    for (sim::Counts::Entry const& entry : counts.entries) entries[to_text(entry.outcome, counts.width)] = entry.shots;
    if (!documents.empty()) documents += ',';
    documents += with_member(
        "memory", array_of_shots(circuit_run.result, [](auto const& outcome) { return '"' + hex_text(outcome) + '"'; }),
        {{"counts", std::move(entries)}, {"metadata", {{"num_qubits", circuit_run.circuit.qubit_count()}}}});
  }
  return run.is_list ? '[' + documents + ']' : documents;
}

}  // namespace qhub::hub
