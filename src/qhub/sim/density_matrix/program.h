#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/sim/measurement_fates.h"
#include "qhub/sim/tiles.h"

namespace qhub::sim::density_matrix {

/// Operations on more qubits than this, controls included, are not turned into maps on Pauli strings.
inline constexpr unsigned max_map_qubits = 3;

/// One pass over the vector of Pauli coefficients, or one act on the classical bits.
struct Step {
  enum class Kind : std::uint8_t {
    map,         ///< maps[index].
    wide,        ///< The gate at `position` of the circuit, on more than max_map_qubits qubits.
    measure,     ///< The instruction at `position` of the circuit, before the end.
    assign,      ///< The instruction at `position` of the circuit.
    loop_begin,  ///< If the condition of loop `index` fails, step `target` is next.
    loop_end,    ///< Step `target` is next.
    test,        ///< Makes the test of `condition`, for an instruction that does nothing else.
  };
  Kind kind = Kind::test;
  circuit::Condition::Id condition = {};
  std::size_t position = 0;
  std::size_t index = 0;
  std::size_t target = 0;
};

/// A circuit made ready for a density matrix. Each gate, channel and reset is a linear map on Pauli strings, a real
/// matrix of 4^k rows; bit 2q of a string's index says that the Pauli on qubit q flips it, bit 2q + 1 that it flips its
/// sign (see channel.h). Maps on one qubit wait for the next one on two that takes their qubit along, and neighbours
/// that share both qubits go in one pass.
struct Program {
  std::vector<Step> steps;
  std::vector<TileMap<double>> maps;
  std::vector<FinalMeasurement> final_measurements;
};

/// Requires that the circuit has no parameters without value. After a stop request the program is incomplete.
[[nodiscard]] Program make_program(circuit::Circuit const& circuit, std::stop_token const& stop);

/// The bits of an index that belong to these qubits, lowest first.
[[nodiscard]] std::vector<std::uint8_t> bits_of(std::span<circuit::Qubit const> qubits);

}  // namespace qhub::sim::density_matrix
