#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "qhub/circuit/transpile/euler.h"
#include "qhub/circuit/transpile/weyl.h"

namespace qhub::circuit {

/// Two-qubit gates from which, with gates on single qubits, any other can be made.
enum class Entangler : std::uint8_t {
  cx,
  cz,
  ecr,
  iswap,
  rxx,  ///< For any angle, as the ones below; used with 0 < θ ≤ π/2.
  ryy,
  rzz,
  rzx,
  ms,  ///< ms(0, 0, θ)
};

/// One step of a synthesis on two qubits: a gate on one of them, or the entangler on both, the first qubit first.
struct TwoQubitStep {
  bool entangles = false;
  unsigned qubit = 0;  ///< Of a local gate: 0 or 1.
  Matrix2 local = {};  ///< Of a local gate.
  double angle = 0;    ///< Of an entangler with a parameter.
};

/// Makes two-qubit unitaries from one kind of entangler with the fewest uses of it: 0 to 3 by place in the Weyl
/// chamber. Sources: Vatan & Williams, arXiv:quant-ph/0308006 (three cx); Vidal & Dawson, arXiv:quant-ph/0307177 (two);
/// three iswap follow from iswap being a cz and an exchange.
class TwoQubitSynthesis {
 public:
  explicit TwoQubitSynthesis(Entangler entangler);

  /// Uses of the entangler that a unitary needs.
  [[nodiscard]] unsigned cost(WeylDecomposition const& weyl) const;

  /// Steps in order of time that make the unitary up to global phase; at most one local gate on each qubit between
  /// entanglers, none that is an identity.
  [[nodiscard]] std::vector<TwoQubitStep> steps(WeylDecomposition const& weyl) const;

 private:
  Entangler entangler_;
  WeylDecomposition weyl_;  ///< Of the entangler itself, if it has no parameter.
};

}  // namespace qhub::circuit
