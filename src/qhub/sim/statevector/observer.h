#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "qhub/sim/engine.h"
#include "qhub/sim/statevector/state.h"
#include "qhub/sim/team.h"

namespace qhub::sim::statevector {

/// Answers questions about a state, without copying or changing it. Qubits are those of the circuit. Every answer is
/// one pass over the state at most, does not depend on the number of threads, and is unspecified after a stop request.
template <class Real>
class Observer {
 public:
  /// \param written    amplitudes from 2^written on are 0.
  /// \param factor     by which all amplitudes have to be multiplied.
  /// \param positions  of each qubit in the state, Placement::none if it is in |0⟩.
  Observer(State<Real> const& state, unsigned written, std::complex<double> factor,
           std::span<std::uint8_t const> positions, Team& team);

  [[nodiscard]] std::complex<double> amplitude(Outcome const& basis_state) const;

  /// [v] is the probability that the qubits have the value v, the first of them the lowest bit.
  [[nodiscard]] std::vector<double> probabilities(std::span<circuit::Qubit const> qubits) const;

  [[nodiscard]] double expectation(PauliSum const& sum) const;

  /// \param amplitudes  2^(qubits of the circuit) zeros.
  void write_amplitudes(std::span<Amplitude> amplitudes) const;

 private:
  [[nodiscard]] double expectation(PauliTerm const& term) const;

  /// Moves each bit of an index to the place that `places` says; none drops it.
  [[nodiscard]] std::size_t spread(std::size_t index, std::span<std::uint8_t const> places) const;

  State<Real> const& state_;
  std::size_t size_;
  std::complex<double> factor_;
  std::span<std::uint8_t const> positions_;
  Team& team_;
};

}  // namespace qhub::sim::statevector
