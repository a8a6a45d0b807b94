#pragma once

#include "qhub/sim/engine.h"

namespace qhub::sim::statevector {

/// Exact simulation of all 2^n amplitudes, in double or single precision: 16 or 8 bytes each. docs/simulators.md tells
/// how, and how fast.
///
/// Only qubits that some gate touches count. If all measurements are at the end, the circuit is run once and sampled
/// for all shots. A measurement or reset in the middle divides the shots between its two outcomes; if both get some,
/// the state is copied and each copy continues with its shots. The copy with fewer shots goes first and thus at most
/// halves them, so no more than 1 + floor(log2(shots)) states exist at one time, nor more than one plus the number of
/// such measurements and resets; predict_memory() counts on the lesser of the two.
class StatevectorEngine : public Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return "statevector"; }

  [[nodiscard]] Result<MemoryPrediction> predict_memory(circuit::Circuit const& circuit,
                                                        RunOptions const& options) const override;

  /// If anything of the state is wanted also: unsupported if a measurement or reset in the middle has a random outcome,
  /// since there is no one final state then.
  [[nodiscard]] Result<RunResult> run(circuit::Circuit const& circuit, RunOptions const& options,
                                      Progress const& progress, std::stop_token stop) const override;
};

}  // namespace qhub::sim::statevector
