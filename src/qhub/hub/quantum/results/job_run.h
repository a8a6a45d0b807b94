#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/hub/quantum/results/braket_pragmas.h"
#include "qhub/hub/store/jobs.h"
#include "qhub/sim/engine.h"

namespace qhub::hub {

/// One circuit of a job, run.
struct CircuitRun {
  circuit::Circuit circuit;
  std::string source;  ///< OpenQASM; empty if the job brought another format.
  std::uint64_t shots = 0;
  std::optional<BraketPragmas> pragmas;
  sim::RunResult result;
};

/// A job, run, with all that its result document tells.
struct JobRun {
  std::string job_id;
  BackendDescription const& backend;
  std::uint64_t shots = 0;     ///< As submitted.
  boost::json::object params;  ///< input_params.
  bool is_list = false;        ///< The job brought a list of circuits, and gets a list of results.
  std::vector<CircuitRun> circuits;
};

/// Writes the output of a run in the backend's format, and in the normalized ones.
[[nodiscard]] JobOutput write_output(JobRun const& run);

/// The raw results, JSON text. A job of one circuit gets one document, a job of a list gets a list.
///
/// counts: `{"counts":{"01":5},"memory":["0x1"],"metadata":{"num_qubits":2}}`, classical bit 0 rightmost.
[[nodiscard]] std::string write_counts_result(JobRun const& run);
/// kipu.sim.qsim. Mode sample: as above, but classical bit 0 leftmost in the keys of counts (not in memory). Mode
/// statevector: `{"statevector":[[re,im],…]}`, qubit 0 the highest bit of an index; mode amplitudes:
/// `{"amplitudes":{"10":[re,im]}}`, qubit 0 leftmost.
[[nodiscard]] std::string write_qsim_result(JobRun const& run);
/// azure.ionq.simulator: `{"histogram":{"0":0.5,"3":0.5}}`, decimal numbers of which qubit 0 is the lowest bit.
[[nodiscard]] std::string write_ionq_result(JobRun const& run);
/// Amazon Braket's gate-model task result, or its program set's for a list: one row per shot, one column per measured
/// classical bit, bit 0 first; measuredQubits tells the qubit of each column; resultTypes answers the result pragmas.
[[nodiscard]] std::string write_braket_result(JobRun const& run);

/// How likely a state of the measured bits is.
struct Probability {
  std::uint64_t state = 0;  ///< Bit i is the value of classical bit i, which for IonQ's own circuits is qubit i.
  double value = 0;
};
/// Exact if the state vector was kept, else the frequencies of the shots. Of circuits with fewer than 64 bits.
[[nodiscard]] std::vector<Probability> probabilities(CircuitRun const& run);

/// Hexadecimal number without leading zeros of which classical bit 0 is the lowest bit: "0x1".
[[nodiscard]] std::string hex_text(sim::Outcome const& outcome);

/// A JSON array with an element per shot: the text `element` gives for the shot's outcome.
template <class Element>
[[nodiscard]] std::string array_of_shots(sim::RunResult const& result, Element const& element) {
  std::vector<std::string> texts;
  texts.reserve(result.counts.entries.size());
  for (sim::Counts::Entry const& entry : result.counts.entries) texts.push_back(element(entry.outcome));
  std::string array = "[";
  for (std::uint32_t const index : result.memory) {
    if (array.size() > 1) array += ',';
    array += texts[index];
  }
  return array + ']';
}

/// The object with one more member, first, whose value is JSON text already.
[[nodiscard]] std::string with_member(std::string_view name, std::string_view json, boost::json::object const& object);

}  // namespace qhub::hub
