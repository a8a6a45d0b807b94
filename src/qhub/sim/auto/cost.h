#pragma once

#include <cstdint>

#include "qhub/sim/engine.h"

namespace qhub::sim::automatic {

/// What the time of a run depends on, counted in one pass over a circuit.
struct CircuitSize {
  double gates = 0;         ///< Gates and unitaries.
  double blocks = 0;        ///< Runs of gates and channels on the same one or two qubits, and wider gates.
  double arithmetic = 0;    ///< Of all gates on a state vector: nanoseconds per amplitude in single precision.
  double channels = 0;      ///< Noise instructions.
  double noise_events = 0;  ///< Expected number of times, per shot, that a channel does something else than nothing.
  double collapses = 0;     ///< Measurements and resets with something after them on the same qubit or bit.
  double measurements = 0;  ///< All measurements.
  double qubits = 0;        ///< All qubits of the circuit.
  bool feedback = false;    ///< More than Pauli gates depends on measured bits.
};

[[nodiscard]] CircuitSize size_of(circuit::Circuit const& circuit);

/// Expected seconds of a run on this class of machine (docs/simulators.md has the measurements behind the constants);
/// meant to compare engines, within a factor of two or so.
/// \param qubits  number of qubits the engine simulates, MemoryPrediction::qubits.
[[nodiscard]] double statevector_seconds(CircuitSize const& size, double qubits, RunOptions const& options);
[[nodiscard]] double stabilizer_seconds(CircuitSize const& size, double qubits, RunOptions const& options);
[[nodiscard]] double density_matrix_seconds(CircuitSize const& size, double qubits, RunOptions const& options);
[[nodiscard]] double trajectories_seconds(CircuitSize const& size, double qubits, RunOptions const& options);

}  // namespace qhub::sim::automatic
