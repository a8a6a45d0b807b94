#pragma once

#include <cstddef>
#include <span>

#include "qhub/sim/amplitudes.h"
#include "qhub/sim/statevector/subspace.h"

/// The passes over a state that all gates are made of. A state of n qubits is 2^n amplitudes; bit q of an index is the
/// value of qubit q, qubit 0 the lowest bit.
///
/// A pass works on groups of amplitudes, one group for each index i of its Subspace: the amplitudes at i + offset. The
/// offsets are sums of target bits, so groups never overlap. One general rule thus covers controls of both polarities
/// (they are part of the subspace) and gates that leave some basis states of their targets alone (no offset for them).
namespace qhub::sim::statevector {

/// Groups of a general gate are at most this large: six qubits.
inline constexpr std::size_t max_group = 64;

/// a[i + offsets[g]] *= factors[g], for each g.
/// Cost: 6 flop and 32 bytes moved per amplitude touched.
void scale(std::span<Amplitude> state, Subspace where, std::span<std::size_t const> offsets,
           std::span<Amplitude const> factors, Execution const& execution);

/// Exchanges a[i + first] and a[i + second]: X, CX, swap and the like.
/// Cost: 64 bytes moved per pair.
void exchange(std::span<Amplitude> state, Subspace where, std::size_t first, std::size_t second,
              Execution const& execution);

/// Multiplies each group, as a vector, by a square matrix:  a'[i + offsets[r]] = sum_c matrix[r,c] a[i + offsets[c]].
/// \param offsets  1 to max_group of them.
/// \param matrix   row-major, dimensionless; whoever builds the circuit answers for its unitarity.
/// Cost: 8 m - 2 flop and 32 bytes moved per amplitude touched, with m offsets; bound by memory for m = 2 once the
/// state outgrows the cache. Source: Häner & Steiger, "0.5 Petabyte Simulation of a 45-Qubit Quantum Circuit",
/// arXiv:1704.01127.
void multiply(std::span<Amplitude> state, Subspace where, std::span<std::size_t const> offsets,
              std::span<Amplitude const> matrix, Execution const& execution);

/// Sum of |a[i]|^2 over the subspace. Does not depend on the number of threads; unspecified after a stop request.
[[nodiscard]] double probability(std::span<Amplitude const> state, Subspace where, Execution const& execution);

/// target[i] = factor * source[i] over the subspace; the two states have one size and may be the same.
void copy_scaled(std::span<Amplitude const> source, std::span<Amplitude> target, Subspace where, double factor,
                 Execution const& execution);

}  // namespace qhub::sim::statevector
