#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// What a format or a machine takes as it is.
using Accepts = std::function<bool(Instruction const&)>;

/// Replaces every gate and unitary that is not accepted by accepted ones with the same effect up to global phase:
/// controls become cx and phases, a gate on several qubits cx and gates on one, a unitary what synthesize_unitary()
/// makes of it. The rest of the circuit stays as it is.
///
/// Cost of c controls: 2^(c+1) - 2 cx up to five of them, O(c²) beyond (Barenco et al., arXiv:quant-ph/9503016).
/// Errors: unsupported, with `what` and the instruction's name, if it comes down to something that is not accepted, or
/// a gate that is not accepted has a parameter without value;
/// too_large for more than max_lowered_controls controls.
/// \param what  how messages call that which does not accept it: "OpenQASM 2".
[[nodiscard]] Result<Circuit> lower(Circuit const& circuit, Accepts const& accepts, std::string_view what);

inline constexpr std::size_t max_lowered_controls = 256;

/// How messages call an instruction: "cx", "reset", "a unitary on 3 qubits", "an unbound rx".
[[nodiscard]] std::string name_of(Instruction const& instruction);

}  // namespace qhub::circuit
