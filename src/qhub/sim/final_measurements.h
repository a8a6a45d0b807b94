#pragma once

#include <vector>

#include "qhub/circuit/circuit.h"

namespace qhub::sim {

/// A qubit and the classical bit its measurement goes to.
struct FinalMeasurement {
  circuit::Qubit qubit = 0;
  circuit::Clbit clbit = 0;
};

/// Which measurements of a circuit may wait for its end, where one sampling answers them for all shots: those without
/// condition after which nothing happens to their qubit or depends on or changes their classical bit, and that no loop
/// can repeat. One entry per instruction; false for all others.
[[nodiscard]] std::vector<bool> find_final_measurements(circuit::Circuit const& circuit);

}  // namespace qhub::sim
