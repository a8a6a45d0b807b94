#pragma once

#include <string_view>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit {

/// Reads OpenQASM 2.0 (arXiv:1707.03429) or OpenQASM 3.0 and 3.1 (arXiv:2104.14722), with Braket's gates and pragmas.
///
/// 2.0: everything but the body of `opaque` gates. qelib1.inc and Qiskit's additions to it are known with or without
/// the include; a `gate` block of the same name takes precedence. `reset` may stand in a gate body, as Qiskit's
/// `initialize` has it.
/// 3.x: programs whose gates are fixed once constants, `input` values and loops are worked out, with `if` on measured
/// bits: boolean expressions of bits and of comparisons of registers with constants. stdgates.inc and Braket's gates
/// are known with or without include. A quotient of integers is an integer only if it is exact. `U` is Qiskit's u,
/// without the factor e^{iθ/2} of the 3.0 specification, as Qiskit and Braket have it. `box`, also Braket's verbatim
/// one, is read for its body. Physical qubits $n form one register "$" up to the highest named.
///
/// A text without `OPENQASM` line is 2.0 if `qreg`, `creg` or `opaque` comes before `qubit` and `bit`, else 3.
/// Pragmas other than Braket's are skipped.
///
/// Errors: syntax, unsupported, too_large or invalid_argument; kind and message ("input.qasm:4:11: …") are those of the
/// first, details hold up to Diagnostics::max_errors of them, `where` being "name:line:column". A broken statement is
/// skipped up to its semicolon.
[[nodiscard]] Result<Circuit> read_openqasm(std::string_view text, ReadOptions const& options = {});

/// The major version by which read_openqasm() would read the text: 2 or 3.
[[nodiscard]] int openqasm_version(std::string_view text);

}  // namespace qhub::circuit
