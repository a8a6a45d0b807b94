#pragma once

#include <optional>
#include <span>
#include <vector>

#include "qhub/circuit/circuit.h"

/// Channels ρ → Σ K ρ K† in the basis of Pauli strings, what engines share about gates and noise.
///
/// Pauli strings on k qubits are numbered in base 4: digit j, 2 bits from bit 2j on, is the Pauli on qubit j, with
/// I = 0, X = 1, Z = 2, Y = 3; so the low bit of a digit says that it flips the qubit, the high bit that it flips the
/// sign of |1⟩.
namespace qhub::sim {

using Operators = std::vector<std::vector<circuit::Complex>>;

/// The operators K of a gate, unitary or noise instruction on its positive controls, negative controls and targets, in
/// this order; each laid out like circuit::write_matrix(). Gates have one. Cost: 4^qubits for gates.
[[nodiscard]] Operators operators_of(circuit::Instruction const& instruction);

/// Row-major 4^k × 4^k: entry (P, Q) = Tr(P E(Q)) / 2^k. Real; row 0 is (1, 0, …, 0) because E keeps the trace.
/// Source: Greenbaum, "Introduction to Quantum Gate Set Tomography", arXiv:1509.02921, section 2.
[[nodiscard]] std::vector<double> pauli_transfer_matrix(std::span<std::vector<circuit::Complex> const> operators,
                                                        unsigned qubits);

/// With which probability a channel applies each Pauli string, if it is a mixture of them (tolerance 1e-9).
[[nodiscard]] std::optional<std::vector<double>> pauli_probabilities(std::span<double const> transfer_matrix,
                                                                     unsigned qubits);

/// The circuit with depolarizing noise, Channel::depolarizing and Channel::two_qubit_depolarizing, after every gate on
/// one or two qubits (controls counted); wider gates, measurements and resets stay as they are. Noise after a
/// conditioned gate has the gate's condition. A probability of 0 adds nothing.
[[nodiscard]] Result<circuit::Circuit> with_depolarizing_noise(circuit::Circuit const& circuit, double one_qubit,
                                                               double two_qubit);

}  // namespace qhub::sim
