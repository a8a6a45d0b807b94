#pragma once

#include "qhub/sim/engine.h"

namespace qhub::sim::statevector {

/// Exact simulation of all 2^n amplitudes, in double or single precision: 16 or 8 bytes each. docs/simulators.md tells
/// how, and how fast.
///
/// Only qubits that some gate has taken out of |0⟩ count, and those that are reset, or measured and not used again, no
/// longer. If all measurements are at the end, the circuit is run once and sampled for all shots. A measurement or
/// reset in the middle divides the shots between its two outcomes; if both get some and leave different states, the
/// state is copied and each copy continues with its shots. The copy with fewer shots goes first and thus at most halves
/// them, so no more than 1 + floor(log2(shots)) states exist at one time. Tests and loops divide shots in the same way,
/// when their classical bits differ.
class StatevectorEngine : public Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return "statevector"; }

  [[nodiscard]] Result<MemoryPrediction> predict_memory(circuit::Circuit const& circuit,
                                                        RunOptions const& options) const override;

  /// If anything of the state is wanted also: unsupported if a measurement or reset in the middle has a random outcome
  /// that what is left of the state depends on, since there is no one final state then.
  [[nodiscard]] Result<RunResult> run(circuit::Circuit const& circuit, RunOptions const& options,
                                      Progress const& progress, std::stop_token stop) const override;
};

}  // namespace qhub::sim::statevector
