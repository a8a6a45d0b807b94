#pragma once

#include <optional>
#include <span>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/tiles.h"
#include "qhub/sim/zeroed_memory.h"

namespace qhub::sim::density_matrix {

/// The density matrix ρ of n qubits by its Pauli coefficients Tr(P ρ), 4^n real numbers: half of what the matrix itself
/// takes. See channel.h for how Pauli strings are numbered.
template <class Real>
class State {
 public:
  /// |0…0⟩, or nothing if the system refuses the memory.
  [[nodiscard]] static std::optional<State> zero(unsigned qubits, Team& team);
  /// A copy, or nothing if the system refuses the memory.
  [[nodiscard]] std::optional<State> copy(Team& team) const;

  [[nodiscard]] unsigned qubits() const { return qubits_; }
  [[nodiscard]] Real coefficient(std::size_t string) const { return data()[string]; }

  void apply(TileMap<Real> const& map, Team& team) { apply_tiles(data(), 2 * qubits_, map, team); }

  /// Applies a gate on any number of qubits by way of the matrix elements of ρ on these qubits.
  /// Memory: 16 * 4^(the gate's qubits) bytes per thread.
  void apply_wide(circuit::Instruction const& gate, Team& team);

  /// The probability of outcome 1 of a measurement, if the state is normalised.
  [[nodiscard]] double probability_of_one(circuit::Qubit qubit) const;

  /// What is left of the state after that outcome, divided by its probability.
  void project(circuit::Qubit qubit, bool outcome, double probability, Team& team);

  /// The probability of each of the 2^n basis states; rounding errors below zero are cut off.
  [[nodiscard]] std::vector<double> probabilities() const;

 private:
  State(ZeroedMemory memory, unsigned qubits) : memory_(std::move(memory)), qubits_(qubits) {}

  [[nodiscard]] Real* data() const { return static_cast<Real*>(memory_.data()); }

  ZeroedMemory memory_;
  unsigned qubits_;
};

extern template class State<float>;
extern template class State<double>;

}  // namespace qhub::sim::density_matrix
