#pragma once

#include "qhub/sim/engine.h"

namespace qhub::sim::density_matrix {

/// Exact simulation with noise: the density matrix of n qubits as 4^n real Pauli coefficients, 8 * 4^n bytes in double
/// precision.
///
/// Noise, gates and resets cost the same and need no repetition. A measurement whose outcome something later depends on
/// divides the shots between its two outcomes, as in the state vector engine: no more than 1 + floor(log2(shots))
/// states exist at one time.
///
/// Besides counts it gives probabilities and expectation values, both exact, unless such a measurement is random.
class DensityMatrixEngine : public Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return "density_matrix"; }
  [[nodiscard]] Result<MemoryPrediction> predict_memory(circuit::Circuit const& circuit,
                                                        RunOptions const& options) const override;
  [[nodiscard]] Result<RunResult> run(circuit::Circuit const& circuit, RunOptions const& options,
                                      Progress const& progress, std::stop_token stop) const override;
};

}  // namespace qhub::sim::density_matrix
