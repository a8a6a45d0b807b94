#pragma once

#include <span>

#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// A circuit of u and cx that makes a unitary on up to max_unitary_targets qubits, up to global phase.
/// \param matrix  2^n × 2^n, laid out like write_matrix(); qubit j of the circuit is bit j.
/// Cost: 3 cx for two qubits, 24 for three, at most 9/16·4^n asymptotically.
/// Source: Shende, Bullock & Markov, "Synthesis of quantum logic circuits", arXiv:quant-ph/0406176.
[[nodiscard]] Circuit synthesize_unitary(std::span<Complex const> matrix, unsigned qubits);

}  // namespace qhub::circuit
