#pragma once

#include <complex>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/statevector/plan.h"

namespace qhub::sim::statevector {

/// Some passes over the state, or one act on the classical bits.
struct Step {
  enum class Kind : std::uint8_t {
    evolve,     ///< Passes of the plan.
    measure,    ///< The qubit at `position` into `clbit`, collapsing the state.
    reset,      ///< The qubit at `position` to |0⟩.
    clear_bit,  ///< 0 into `clbit`: the measurement of a qubit that is still in |0⟩.
    test_only,  ///< Makes the test of `condition`, for an instruction that does nothing else.
  };

  Kind kind = Kind::test_only;
  circuit::Condition::Id condition = {};
  std::uint32_t first_pass = 0, pass_count = 0;  ///< evolve only.
  std::complex<double> factor = 1;               ///< evolve only: the state has to be multiplied by it, too.
  std::uint32_t position = 0;                    ///< measure and reset only.
  std::uint32_t clbit = 0;                       ///< measure and clear_bit only.
};

/// A circuit made ready for a state vector. Only qubits that some gate touches take part, the others stay in |0⟩; and a
/// qubit takes part from the first gate on that takes it out of |0⟩. Gates become phases, rotations, exchanges and
/// matrices on one and two qubits; runs of one-qubit gates, and all gates after a matrix on the same two qubits, are
/// multiplied into one. Swap gates rename qubits. Measurements that nothing on their qubit and no condition depends on
/// wait for the end, where one sampling of the final state answers them for all shots.
struct Program {
  struct FinalMeasurement {
    std::uint8_t position = 0;  ///< Placement::none if the qubit is still in |0⟩.
    std::uint32_t clbit = 0;
  };

  Shape shape;
  Plan plan;
  std::vector<Step> steps;
  std::vector<FinalMeasurement> final_measurements;
  std::vector<std::uint8_t> positions;  ///< In the end, of each qubit of the circuit; Placement::none if it is in |0⟩.
};

/// What can be known of a Program without making it.
struct ProgramSize {
  std::uint32_t qubits = 0;     ///< That take part.
  unsigned widest_gate = 0;     ///< Most targets of a gate.
  std::uint64_t collapses = 0;  ///< Upper bound of its measure and reset steps.
  std::uint64_t bytes = 0;      ///< Upper bound of its own memory.
};

/// \param keep_state  The state before the final measurements matters, not only their outcomes.
[[nodiscard]] ProgramSize program_size(circuit::Circuit const& circuit, bool keep_state);

/// Requires at most 58 qubits that take part. After a stop request the program is incomplete.
/// \param amplitude_size  bytes.
[[nodiscard]] Program make_program(circuit::Circuit const& circuit, bool keep_state, unsigned lane_bits,
                                   std::size_t amplitude_size, std::stop_token const& stop);

}  // namespace qhub::sim::statevector
