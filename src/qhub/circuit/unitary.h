#pragma once

#include <optional>
#include <span>
#include <vector>

#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// The matrix of gate and unitary instructions on `qubits`, laid out like write_matrix(): bit j of an index is
/// qubits[j]. Meant for a handful of qubits; cost 4^qubits.size() · 2^targets per instruction.
/// \param qubits  every qubit the circuit's instructions act on. Barriers and delays count as identity.
/// \return nothing if the circuit has more than gates, or a parameter without value.
[[nodiscard]] std::optional<std::vector<Complex>> unitary_matrix(Circuit const& circuit, std::span<Qubit const> qubits);

/// The principal power U^exponent: each eigenvalue e^{iθ}, -π < θ ≤ π, becomes e^{i·exponent·θ}.
/// \param matrix  unitary, dimension × dimension, row-major.
[[nodiscard]] std::vector<Complex> unitary_power(std::span<Complex const> matrix, std::size_t dimension,
                                                 double exponent);

}  // namespace qhub::circuit
