#pragma once

#include <complex>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/measurement_fates.h"
#include "qhub/sim/statevector/plan.h"

namespace qhub::sim::statevector {

/// Some passes over the state, or one act on the classical bits.
struct Step {
  enum class Kind : std::uint8_t {
    evolve,      ///< Passes of the plan.
    measure,     ///< The qubit at `position` into `clbit`, collapsing the state.
    reset,       ///< The qubit at `position` to |0⟩.
    clear_bit,   ///< 0 into `clbit`: the measurement of a qubit that is still in |0⟩.
    assign,      ///< The instruction at `instruction` of the circuit.
    loop_begin,  ///< If the condition of loop `loop` fails, step `target` is next.
    loop_end,    ///< Step `target` is next.
    test_only,   ///< Makes the test of `condition`, for an instruction that does nothing else.
  };

  Kind kind = Kind::test_only;
  circuit::Condition::Id condition = {};
  std::uint32_t first_pass = 0, pass_count = 0;  ///< evolve only.
  std::complex<double> factor = 1;               ///< evolve only: the state has to be multiplied by it, too.
  std::uint8_t position = 0;                     ///< measure and reset only.
  bool retires = false;                          ///< measure and reset only: the qubit is in |0⟩ afterwards.
  std::uint8_t written = 0;                      ///< Amplitudes from 2^written on are 0 before.
  circuit::Clbit clbit = 0;                      ///< measure and clear_bit only.
  std::uint32_t loop = 0;                        ///< loop_begin only.
  std::size_t instruction = 0;                   ///< assign only.
  std::size_t target = 0;                        ///< loop_begin and loop_end only.
};

/// A circuit made ready for a state vector. A qubit takes part from the first gate on that takes it out of |0⟩ until a
/// reset, or a measurement after which nothing happens to it; then another may have its place. Gates become phases,
/// rotations, exchanges and matrices on one and two qubits; runs of one-qubit gates, and all gates after a matrix on
/// the same two qubits, are multiplied into one. Swap gates rename qubits. Measurements that nothing on their qubit and
/// no condition depends on wait for the end, where one sampling of the final state answers them for all shots. In a
/// loop, qubits keep their places.
struct Program {
  struct Sampled {
    std::uint8_t position = 0;  ///< Placement::none if the qubit is in |0⟩.
    circuit::Clbit clbit = 0;
  };

  Shape shape;
  Plan plan;
  std::vector<Step> steps;
  std::vector<Sampled> sampled;         ///< The final measurements.
  std::uint8_t written = 0;             ///< Amplitudes from 2^written on are 0 in the end.
  bool repeats = false;                 ///< Steps may be done more than once.
  std::vector<std::uint8_t> positions;  ///< In the end, of each qubit of the circuit; Placement::none if it is in |0⟩.
};

/// What can be known of a Program without making it.
struct ProgramSize {
  std::vector<Fate> fates;      ///< Of the circuit's instructions: see decide_fates().
  std::uint32_t qubits = 0;     ///< Most that take part at the same time.
  unsigned widest_gate = 0;     ///< Most targets of a gate.
  std::uint64_t collapses = 0;  ///< Upper bound of its measure and reset steps; the largest number if it has loops.
  std::uint64_t bytes = 0;      ///< Upper bound of its own memory.
};

/// \param keep_state  The state before the final measurements matters, not only their outcomes.
[[nodiscard]] ProgramSize program_size(circuit::Circuit const& circuit, bool keep_state);

/// Requires at most 58 qubits that take part at the same time. After a stop request the program is incomplete.
/// \param amplitude_size  bytes.
/// \param size            program_size() with the same arguments.
[[nodiscard]] Program make_program(circuit::Circuit const& circuit, bool keep_state, ProgramSize const& size,
                                   unsigned lane_bits, std::size_t amplitude_size, std::stop_token const& stop);

}  // namespace qhub::sim::statevector
