#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// What stands where in the picture of a circuit. Wires are the qubits and, below them, the classical registers.
struct Diagram {
  enum class Symbol : std::uint8_t {
    box,           ///< A gate with its name.
    control,       ///< Must be 1.
    open_control,  ///< Must be 0.
    exchange,      ///< One end of a swap.
    measure,
    barrier,
    bit,  ///< On a classical register: what is written there, or asked.
  };
  struct Cell {
    std::uint32_t wire = 0;
    Symbol symbol = Symbol::box;
    std::string text;
  };
  /// One instruction.
  struct Item {
    std::vector<Cell> cells;   ///< By wire.
    std::uint32_t first = 0;   ///< Wires from here …
    std::uint32_t last = 0;    ///< … to here are taken.
    std::uint32_t joined = 0;  ///< The last quantum wire on the line from `first`; below it the line is classical.
    bool has_line = true;      ///< Its cells are joined by a line.
  };

  std::vector<std::string> labels;  ///< By wire.
  std::uint32_t quantum_wires = 0;
  std::vector<std::vector<Item>> columns;  ///< In order of time; the items of one do not overlap.
  std::size_t left_out = 0;                ///< Instructions beyond the limit.
};

[[nodiscard]] Diagram arrange(Circuit const& circuit, std::size_t most_instructions);

}  // namespace qhub::circuit
