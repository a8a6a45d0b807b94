#pragma once

#include <optional>
#include <span>
#include <vector>

#include "qhub/sim/engine.h"
#include "qhub/sim/random.h"
#include "qhub/sim/trajectories/program.h"
#include "qhub/sim/zeroed_memory.h"

namespace qhub::sim::trajectories {

/// A state vector of n qubits, not necessarily normalised: 2^n real parts, then 2^n imaginary parts. Bit q of an index
/// is qubit q, bit n tells real from imaginary, so that apply_tiles() treats both alike.
template <class Real>
class State {
 public:
  /// |0…0⟩, or nothing if the system refuses the memory.
  [[nodiscard]] static std::optional<State> zero(unsigned qubits);
  /// A copy, or nothing if the system refuses the memory.
  [[nodiscard]] std::optional<State> copy(Team& team) const;

  /// Multiplies by a matrix on a block's qubits.
  void apply(Matrix const& matrix, std::span<circuit::Qubit const> qubits, Team& team);
  /// Applies a gate on any number of qubits.
  void apply_wide(circuit::Instruction const& gate, Team& team);
  void scale(double factor, Team& team);

  /// The density matrix of a block's qubits, unnormalised: its trace is ⟨ψ|ψ⟩.
  [[nodiscard]] Matrix reduced(std::span<circuit::Qubit const> qubits, Team& team) const;
  /// ⟨ψ|P|ψ⟩ of the unnormalised state, without the coefficient.
  [[nodiscard]] double expectation(PauliTerm const& term, Team& team) const;
  /// |amplitude|² of a basis state.
  [[nodiscard]] double weight(std::size_t index) const;
  /// For each run of 2^6 basis states, or for all if there are fewer, the sum of the weights up to its end.
  [[nodiscard]] std::vector<double> cumulative_weights(Team& team) const;
  /// The basis state at which the weights, added up from state 0, pass `threshold`.
  /// \param cumulative  cumulative_weights() of this state.
  [[nodiscard]] std::size_t find(double threshold, std::span<double const> cumulative) const;

 private:
  State(ZeroedMemory memory, unsigned qubits) : memory_(std::move(memory)), qubits_(qubits) {}

  [[nodiscard]] Real* re() const { return static_cast<Real*>(memory_.data()); }
  [[nodiscard]] Real* im() const { return re() + size(); }
  [[nodiscard]] std::size_t size() const { return std::size_t{1} << qubits_; }

  /// Calls work(piece, first, end) for pieces of all basis states; how many there are depends on the size only.
  template <class Work>
  void for_pieces(Team& team, Work const& work) const;
  [[nodiscard]] std::size_t pieces() const;

  ZeroedMemory memory_;
  unsigned qubits_;
};

extern template class State<float>;
extern template class State<double>;

}  // namespace qhub::sim::trajectories
