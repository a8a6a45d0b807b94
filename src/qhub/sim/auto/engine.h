#pragma once

#include "qhub/sim/engine.h"

namespace qhub::sim::automatic {

/// Runs a circuit on the engine that is expected to be done first, of those that can run it and whose memory fits;
/// among engines that differ by less than 10 ms, the first of stabilizer, statevector, density_matrix and trajectories.
/// The result names the engine and carries what it was expected to take. How long each takes is in cost.h.
class AutoEngine : public Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return "auto"; }

  /// Of the engine that would run.
  [[nodiscard]] Result<MemoryPrediction> predict_memory(circuit::Circuit const& circuit,
                                                        RunOptions const& options) const override;

  /// If no engine can run the circuit, the message gives each one's reason, with the number that was too large.
  [[nodiscard]] Result<RunResult> run(circuit::Circuit const& circuit, RunOptions const& options,
                                      Progress const& progress, std::stop_token stop) const override;
};

}  // namespace qhub::sim::automatic
