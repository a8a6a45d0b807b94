#pragma once

#include <cstddef>
#include <string>

#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

struct DrawOptions {
  std::size_t columns = 80;               ///< Text: longest line in characters; longer circuits go on below.
  bool ascii = false;                     ///< Text: nothing but ASCII.
  std::size_t most_instructions = 2'000;  ///< More are summed up in a last line.
};

/// The circuit as lines of text for a terminal, a row per qubit and per classical register, time from left to right:
///
///     q[0]: ─h─●─M───
///              │ ║
///     q[1]: ───x─║─M─
///                ║ ║
///     c:    ═════0═1═
///
/// Gates stand in the first column where their qubits are free. ● and ○ are controls that must be 1 and 0; below a
/// measurement stands the number of its bit in the register, below a conditioned gate what the bits must be.
[[nodiscard]] std::string draw(Circuit const& circuit, DrawOptions const& options = {});

/// The same as an SVG document.
[[nodiscard]] std::string draw_svg(Circuit const& circuit, DrawOptions const& options = {});

}  // namespace qhub::circuit
