#pragma once

#include "qhub/sim/engine.h"

namespace qhub::sim::stabilizer {

/// Circuits of Clifford gates, Pauli noise, measurements, resets and feedback, with thousands of qubits.
///
/// One reference shot is followed exactly by its inverse tableau; all others as Pauli frames, 64 shots to a word. Where
/// a measurement, a reset or a gate that is no Pauli operator depends on a classical bit, every shot is followed by a
/// tableau of its own. A gate counts as Clifford if it is within 1e-7 of one, whatever it is called.
///
/// Counts only: no amplitudes, probabilities or expectation values.
class StabilizerEngine : public Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return "stabilizer"; }

  /// Fails with unsupported at the first instruction that is none of the above, and names it.
  [[nodiscard]] Result<MemoryPrediction> predict_memory(circuit::Circuit const& circuit,
                                                        RunOptions const& options) const override;
  [[nodiscard]] Result<RunResult> run(circuit::Circuit const& circuit, RunOptions const& options,
                                      Progress const& progress, std::stop_token stop) const override;
};

}  // namespace qhub::sim::stabilizer
