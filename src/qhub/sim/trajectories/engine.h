#pragma once

#include "qhub/sim/engine.h"

namespace qhub::sim::trajectories {

/// Noise by the Monte-Carlo wave function method: each shot is a state vector that takes one of a channel's operators
/// at random, at the right probability. For n qubits it needs 16 * 2^n bytes where a density matrix needs 8 * 4^n, and
/// its estimates have an error bar.
///
/// Shots that have taken the same courses so far share one state. A channel's likeliest operator is part of the gates
/// around it, fused into one matrix per pair of qubits; only shots whose random number says that another operator is
/// possible stop there, and only those that take it part from the others. Measurements and resets in the middle are
/// choices of the same kind. At a parting the smaller group goes first, so of a group of s shots there are at most
/// 1 + log2(s) states at one time.
///
/// Source: Mølmer, Castin & Dalibard, "Monte Carlo wave-function method in quantum optics", J. Opt. Soc. Am. B 10, 524
/// (1993).
///
/// Besides counts it gives expectation values with their standard error, and probabilities, both as means over the
/// shots.
class TrajectoriesEngine : public Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return "trajectories"; }
  [[nodiscard]] Result<MemoryPrediction> predict_memory(circuit::Circuit const& circuit,
                                                        RunOptions const& options) const override;
  [[nodiscard]] Result<RunResult> run(circuit::Circuit const& circuit, RunOptions const& options,
                                      Progress const& progress, std::stop_token stop) const override;
};

}  // namespace qhub::sim::trajectories
