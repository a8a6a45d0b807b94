#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit {

/// Reads an IonQ circuit (ionq.circuit.v0 and v1): {"gateset": "qis" | "native", "qubits": n, "circuit": [gate, …]}.
///
/// A gate names itself in `gate` or `type`, in any case; without a name it is an x. `target`/`targets` and
/// `control`/`controls` hold a qubit or a list. A one-qubit gate on several targets acts on each. qis: angles
/// `rotation` in radians; z with a rotation is a phase gate. `pauliexp` is exp(-i·time·Σ coefficients·terms) for terms
/// that commute, the last letter of a term acting on the first target. native: `phase`, `phases` and `angle` in turns.
/// IonQ circuits do not say what is measured: classical bit i takes qubit i at the end, or what
/// ReadOptions::meas_map says. Without `qubits` there are as many as the gates use.
///
/// Errors: syntax (not JSON), invalid_argument naming the path, unsupported, too_large.
[[nodiscard]] Result<Circuit> read_ionq(std::string_view text, ReadOptions const& options = {});
/// The same from a parsed document.
[[nodiscard]] Result<Circuit> convert_ionq(boost::json::value const& input, ReadOptions const& options = {});

}  // namespace qhub::circuit
