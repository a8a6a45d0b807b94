#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/transpile/gate_set.h"
#include "qhub/circuit/transpile/route.h"

namespace qhub::circuit {

/// What a circuit has to fit.
struct Target {
  std::string name;  ///< For messages: "iqm.qpu.garnet".
  std::uint32_t qubit_count = 0;
  GateSet gates;
  std::optional<CouplingMap> coupling = {};  ///< Nothing: any two qubits may share a gate.
};

/// A circuit that fits, and where the qubits of the original are in it.
struct Transpiled {
  Circuit circuit;
  std::vector<Qubit> initial_layout;  ///< By qubit of the original: where it starts.
  std::vector<Qubit> final_layout;    ///< Where it ends; differs if swaps were needed.
};

/// Makes a circuit run on a target: the same unitary up to global phase, but for the layouts, and the same measurements
/// into the same classical bits. A circuit that fits already comes back as it is. Else gates on more than two qubits
/// are replaced (lower()), qubits placed and swaps inserted where the coupling asks for it (route()), and all gates
/// rewritten in the target's gate set (rewrite()).
///
/// Errors: invalid_argument if the circuit has more qubits than the target; unsupported, naming gate and target, for
/// what cannot be made.
[[nodiscard]] Result<Transpiled> transpile(Circuit const& circuit, Target const& target,
                                           RouteOptions const& options = {});

}  // namespace qhub::circuit
