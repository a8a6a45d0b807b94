#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <map>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/sim/engine.h"

namespace qhub::hub {

/// Answers the result pragmas of a Braket program. Without shots the values are exact, computed from the state; with
/// shots the circuit measures every qubit in the eigenbasis of its observable, and values are averages over the shots.
///
/// Source of names and shapes: Braket's JAQCD result types and gate_model_task_result, version 1. The first target, or
/// qubit 0, is the highest bit of an index.
class BraketPragmas {
 public:
  /// \param circuit  without measurement; with shots it gets the rotations into the eigenbases, but not yet the
  ///                 measurement of all its qubits.
  /// Errors, naming the pragma: invalid_argument for observables that cannot be measured together, and for states and
  /// qubits that do not exist; unsupported for a pragma that needs shots or needs there to be none, and for results
  /// that would be huge.
  [[nodiscard]] static Result<BraketPragmas> plan(circuit::Circuit& circuit, std::uint64_t shots);

  /// What the engine has to tell beside counts.
  void add_wants(sim::RunOptions& options) const;

  /// Whether the engine has told all of it.
  [[nodiscard]] bool is_answered_by(sim::RunResult const& result) const;

  /// The member `resultTypes`: `{"type": …, "value": …}` per pragma, in their order.
  /// \param clbits  with shots: into which classical bit each qubit was measured.
  [[nodiscard]] boost::json::array values(sim::RunResult const& result,
                                          std::map<circuit::Qubit, circuit::Clbit> const& clbits) const;

 private:
  /// An observable on some qubits.
  struct Factor {
    std::vector<circuit::Qubit> targets;   ///< The first is the lowest bit of an index.
    std::vector<circuit::Complex> matrix;  ///< Row-major.
    std::vector<double> eigenvalues;       ///< By the measured value of the targets.
  };
  using Product = std::vector<Factor>;
  struct Request {
    circuit::ResultRequest pragma;
    std::vector<Product> products;        ///< Of expectation, variance and sample; one, or one for each qubit.
    std::vector<circuit::Qubit> targets;  ///< Of probability and density_matrix.
    std::size_t first_want = 0;           ///< Position of what it wants among the wants of its kind.
  };

  BraketPragmas(std::uint64_t shots, std::uint32_t qubits) : shots_(shots), qubits_(qubits) {}

  Result<void> add(circuit::ResultRequest const& pragma, circuit::Circuit& circuit);
  Result<Factor> read_factor(circuit::ResultRequest const& pragma, circuit::ResultRequest::Factor const& factor,
                             circuit::Circuit& circuit);
  Result<void> want_exact(Request& request);
  [[nodiscard]] boost::json::value exact_value(Request const& request, sim::RunResult const& result) const;

  std::uint64_t shots_;
  std::uint32_t qubits_;
  std::vector<Request> requests_;
  sim::RunOptions wants_;
  std::map<circuit::Qubit, circuit::ResultRequest::Factor> bases_;  ///< With shots: in which each qubit is measured.
};

}  // namespace qhub::hub
