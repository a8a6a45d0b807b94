#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sdk/circuit_result.h"
#include "qhub/sdk/errors.h"

namespace qhub {

namespace quantum {
class HubQuantumClient;
struct Backend;
}  // namespace quantum

/// How to run circuits.
struct SubmitOptions {
  std::int64_t shots = 1000;  ///< Of each circuit; 0 where a backend computes without sampling.
  std::string name = {};      ///< Of the job.
  std::vector<std::string> tags = {};  ///< Of the job.
  std::string session_id = {};  ///< Of an open session on the same backend.
  /// Asks for the state instead of outcomes, where a backend can tell it: kipu.sim.qsim and Braket's simulators.
  bool statevector = false;
  std::uint64_t seed = 0;  ///< For placing qubits where connectivity is not complete.
};

/// Circuits as a backend takes them.
struct PreparedJob {
  std::string input_format;                ///< "OPEN_QASM_V2", "IONQ_CIRCUIT_V1", …
  std::vector<circuit::Circuit> circuits;  ///< As they are written: in the backend's gates, on its qubits.
  std::string input;                       ///< OpenQASM, or JSON.
  bool input_is_json = false;              ///< Which of the two.
  std::string input_params;  ///< JSON; empty for none.
  std::int64_t shots = 0;    ///< As a job counts them.
};

/// Writes circuits in the first of the backend's input formats that can express them, after making them fit: gates are
/// rewritten in its gate set, qubits placed on its connectivity (circuit::transpile()), and the numbers of qubits,
/// circuits and shots checked. Sends nothing.
/// \throws std::invalid_argument  naming circuit and backend, for what does not fit or cannot be expressed.
[[nodiscard]] PreparedJob for_backend(std::span<circuit::Circuit const> circuits, quantum::Backend const& backend,
                                      SubmitOptions const& options = {});
[[nodiscard]] PreparedJob for_backend(circuit::Circuit const& circuit, quantum::Backend const& backend,
                                      SubmitOptions const& options = {});

/// A job ended without result.
class JobFailedError : public HubError {
 public:
  /// A job that ended with this status.
  JobFailedError(std::string const& message, std::string job_status)
      : HubError(message), status_(std::move(job_status)) {}
  std::string const& status() const { return status_; }  ///< "FAILED", "CANCELLED", "ABORTED" or "DETACHED".

 private:
  std::string status_;
};

/// A submitted job. Copies mean the same job.
class CircuitJob {
 public:
  [[nodiscard]] std::string const& id() const;  ///< Job::id.

  /// Waits for the end and reads one result per circuit.
  /// \param deadline  gives up waiting after this long; the job goes on.
  /// \throws JobFailedError, TimeoutError when the deadline has passed, ParsingError for a result that is not what the
  ///         backend's format promises; what every call throws.
  [[nodiscard]] std::vector<CircuitResult> results(std::optional<std::chrono::milliseconds> deadline = {}) const;
  /// The same for a job of one circuit. \throws std::logic_error if there are several.
  [[nodiscard]] CircuitResult result(std::optional<std::chrono::milliseconds> deadline = {}) const;

 private:
  friend CircuitJob submit(quantum::HubQuantumClient const&, std::string_view, std::span<circuit::Circuit const>,
                           SubmitOptions const&);
  struct State;
  explicit CircuitJob(std::shared_ptr<State const> state) : state_(std::move(state)) {}
  std::shared_ptr<State const> state_;
};

/// Runs circuits on a backend:
///
///     auto const job = qhub::submit(client, "aws.sim.sv1", circuit::Circuit(2).h(0).cx(0, 1).measure_all());
///     std::cout << job.result().counts["11"];
///
/// Reads the backend's description first, and sends what for_backend() makes of it.
/// \throws what for_backend() and every call throw.
[[nodiscard]] CircuitJob submit(quantum::HubQuantumClient const& client, std::string_view backend_id,
                                std::span<circuit::Circuit const> circuits, SubmitOptions const& options = {});
[[nodiscard]] CircuitJob submit(quantum::HubQuantumClient const& client, std::string_view backend_id,
                                circuit::Circuit const& circuit, SubmitOptions const& options = {});

}  // namespace qhub
