#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/statevector/kernels.h"

namespace qhub::sim::statevector {

/// One pass over the state, or one act on the classical bits.
struct Step {
  enum class Kind : std::uint8_t {
    scale,      ///< Kernel of that name.
    exchange,   ///< Kernel of that name, two offsets.
    multiply,   ///< Kernel of that name.
    measure,    ///< `qubit` into `clbit`, collapsing the state.
    reset,      ///< `qubit` to |0⟩.
    clear_bit,  ///< 0 into `clbit`: the measurement of a qubit that is still in |0⟩.
    test_only,  ///< Makes the test of `condition`, for an instruction that does nothing else.
  };

  Kind kind = Kind::test_only;
  circuit::Condition::Id condition = {};
  Subspace where = {};             ///< Kernels only.
  std::uint32_t first_offset = 0;  ///< Kernels only: position in Program::offsets.
  std::uint32_t offset_count = 0;
  std::uint64_t first_number = 0;  ///< scale and multiply only: position in Program::numbers.
  std::uint32_t qubit = 0;         ///< measure and reset only: position in the state.
  std::uint32_t clbit = 0;         ///< measure and clear_bit only.
};

/// A circuit made ready for a state vector. Only qubits that some gate touches take part, numbered anew in their order;
/// the others stay in |0⟩. Gates are split into the smallest blocks their matrices fall into, runs of one-qubit gates
/// on one qubit are multiplied into one. Measurements that nothing on their qubit and no condition depends on wait for
/// the end, where one sampling of the final state answers them for all shots.
struct Program {
  struct FinalMeasurement {
    std::uint32_t qubit = 0;  ///< Position in the state.
    std::uint32_t clbit = 0;
  };

  unsigned qubits = 0;
  std::vector<Step> steps;
  std::vector<std::size_t> offsets;
  std::vector<Amplitude> numbers;
  Amplitude global_phase = 1;  ///< Left out of the steps, since no count depends on it.
  std::vector<FinalMeasurement> final_measurements;
};

/// What can be known of a Program without making it.
struct ProgramSize {
  std::uint32_t qubits = 0;
  std::uint64_t collapses = 0;  ///< Upper bound of its measure and reset steps.
  std::uint64_t bytes = 0;      ///< Upper bound of its own memory.
};

/// \param keep_all_qubits  Also qubits without gates and resets at the end take part: for the state vector.
[[nodiscard]] ProgramSize program_size(circuit::Circuit const& circuit, bool keep_all_qubits);

/// Requires program_size().qubits < 64. After a stop request the program is incomplete.
[[nodiscard]] Program make_program(circuit::Circuit const& circuit, bool keep_all_qubits,
                                   std::stop_token const& stop = {});

}  // namespace qhub::sim::statevector
