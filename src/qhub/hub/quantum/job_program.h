#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/read.h"
#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/hub/quantum/results/braket_pragmas.h"
#include "qhub/hub/store/jobs.h"

namespace qhub::hub {

/// What a job asks a backend to run, checked against what the backend can do.
struct JobProgram {
  struct Circuit {
    circuit::Circuit circuit;
    std::string source;  ///< OpenQASM; empty for other formats.
    std::uint64_t shots = 0;
    std::optional<BraketPragmas> pragmas = {};  ///< If it asks for results in Braket's way.
  };
  std::vector<Circuit> circuits;
  circuit::Format format = circuit::Format::openqasm3;
  bool is_list = false;
  boost::json::object params;      ///< input_params.
  std::uint64_t memory_bytes = 0;  ///< Most that a circuit will need, as predicted.

  [[nodiscard]] std::uint64_t total_shots() const;
};

/// What a job says about its circuits.
struct JobRequest {
  boost::json::value input;
  boost::json::value params;  ///< input_params; null if there are none.
  std::string input_format;   ///< Empty if not said.
  std::uint64_t shots = 0;    ///< Per circuit; over all circuits in a Braket program set.
};

/// Reads the circuits and checks that the backend takes them. A circuit without measurement measures every qubit at its
/// end. Errors name the field: invalid_argument (shots outside the backend's range, a wrong option), syntax,
/// unsupported (a format, too many qubits or circuits), resource_exhausted (more memory than the machine has).
[[nodiscard]] Result<JobProgram> read_program(BackendDescription const& backend, JobRequest const& request);

/// Runs the circuits one after the other and writes the backend's result document.
/// Errors: cancelled within 100 ms of the request; else the reason why the job failed, for its owner.
[[nodiscard]] Result<JobOutput> run_program(BackendDescription const& backend, JobProgram program,
                                            std::string const& job_id, sim::Progress const& progress,
                                            std::stop_token stop);

}  // namespace qhub::hub
