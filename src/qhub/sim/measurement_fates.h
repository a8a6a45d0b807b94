#pragma once

#include <cstdint>
#include <vector>

#include "qhub/circuit/circuit.h"

namespace qhub::sim {

/// What becomes of a measurement or a reset.
enum class Fate : std::uint8_t {
  collapse,   ///< Happens where it stands.
  retire,     ///< Happens where it stands, and the qubit's state is of no use afterwards, or is |0⟩.
  at_end,     ///< Measurement: may wait for the end, where one sampling of the final state answers it for all shots.
  clear_bit,  ///< Measurement of a qubit that nothing has taken out of |0⟩.
  drop,       ///< Without effect on any result.
};

/// The fates of all measurements and resets, by position in the circuit; other instructions have no meaningful entry.
/// What a loop can repeat, or a condition leave out, happens where it stands.
/// \param keep_state  The state before the final measurements matters, not only their outcomes.
[[nodiscard]] std::vector<Fate> decide_fates(circuit::Circuit const& circuit, bool keep_state);

/// A qubit and the classical bit its measurement goes to.
struct FinalMeasurement {
  circuit::Qubit qubit = 0;
  circuit::Clbit clbit = 0;
};

}  // namespace qhub::sim
