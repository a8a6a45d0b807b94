#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// Which qubits of a machine may share a gate, in both directions.
class CouplingMap {
 public:
  /// \param edges  qubits below `qubits`; their order and repetitions do not matter.
  CouplingMap(std::uint32_t qubits, std::span<std::pair<Qubit, Qubit> const> edges);

  [[nodiscard]] std::uint32_t qubit_count() const { return static_cast<std::uint32_t>(neighbors_.size()); }
  [[nodiscard]] std::vector<Qubit> const& neighbors(Qubit qubit) const { return neighbors_[qubit]; }
  [[nodiscard]] bool connected(Qubit a, Qubit b) const { return distance(a, b) == 1; }
  /// Edges on the shortest way; `unreachable` if there is none.
  [[nodiscard]] std::uint32_t distance(Qubit a, Qubit b) const { return distances_[a * neighbors_.size() + b]; }
  static constexpr std::uint32_t unreachable = 1U << 20;

 private:
  std::vector<std::vector<Qubit>> neighbors_;
  std::vector<std::uint32_t> distances_;
};

/// A circuit on the qubits of a machine. Qubit q of the original starts at initial_layout[q] and ends at
/// final_layout[q]; classical bits are the same.
struct Routed {
  Circuit circuit;
  std::vector<Qubit> initial_layout;
  std::vector<Qubit> final_layout;
};

struct RouteOptions {
  std::uint64_t seed = 0;  ///< The same seed gives the same circuit on every machine.
  unsigned trials = 20;    ///< Start layouts to try; the best result wins.
};

/// Places a circuit on a machine and inserts swaps so that gates act on neighbors. If some placement needs no swap, a
/// bounded search looks for that first.
///
/// Method: SABRE, Li, Ding & Xie, arXiv:1809.02573, with several starts, and a preference for swaps that merge with the
/// gate before them.
/// Errors: invalid_argument if the circuit has more qubits than the machine or the machine is not connected enough for
/// it; unsupported for loops and for gates on more than two qubits (see lower()).
[[nodiscard]] Result<Routed> route(Circuit const& circuit, CouplingMap const& coupling,
                                   RouteOptions const& options = {});

}  // namespace qhub::circuit
