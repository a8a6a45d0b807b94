#pragma once

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/transpile/gate_set.h"

namespace qhub::circuit {

/// Rewrites a circuit whose gates act on at most two qubits in a gate set, up to global phase. Gates in a row on the
/// same pair of qubits become one unitary, made with the fewest entanglers (Weyl decomposition), and gates in a row on
/// one qubit one, unless the set has the ones that stand there and they are no more.
///
/// Conditioned gates are rewritten each by itself. Barriers, measurements, resets, noise, delays, loops and gates with
/// a parameter without value stay where they are, and nothing moves across them on their qubits.
///
/// Errors: unsupported if the set lacks gates for it.
[[nodiscard]] Result<Circuit> rewrite(Circuit const& circuit, GateSet const& gates);

}  // namespace qhub::circuit
