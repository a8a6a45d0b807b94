#pragma once

#include <string_view>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit {

/// Reads OpenQASM 2.0 (arXiv:1707.03429) or OpenQASM 3.0 and 3.1 (arXiv:2104.14722), with Braket's gates and pragmas.
///
/// 2.0: all of it; a call of an `opaque` gate, which has no definition to carry out, is unsupported. qelib1.inc and
/// Qiskit's additions to it are known with or without the include; a `gate` block of the same name takes precedence.
/// `reset` may stand in a gate body, as Qiskit's `initialize` has it.
///
/// 3.x: stdgates.inc and Braket's gates are known with or without include. What is known while the program is read
/// (constants, variables, loops over known values, arrays, subroutines) is carried out at once, so that gates are
/// fixed. What measured bits decide becomes conditions, loops and assignments of the circuit: `if`, `while`, `switch`,
/// `break`, `continue`, `return` and `end`, variables of type bool, int, uint, bit and angle[n] (an int without width
/// has 32 bits then), and angles of gates that depend on measured bits (a condition for each bit of a sum, or for each
/// of at most 2^10 values). `input` numbers without a value in ReadOptions::inputs become named parameters if they are
/// float or angle. Departures from the specification: a quotient of known integers is an integer only if it is exact;
/// `U` is Qiskit's u, without the factor e^{iθ/2}, as Qiskit and Braket have it; an alias may be declared anew.
/// `box`, also Braket's verbatim one, is read for its body. Physical qubits $n form one register "$" up to the highest
/// named. Outside, and unsupported by name: extern functions, complex numbers, stretch, durationof, cal and defcal;
/// indices, sizes and real numbers that only the running circuit knows.
///
/// A text without `OPENQASM` line is 2.0 if `qreg`, `creg` or `opaque` comes before a word that only 3 has, else 3.
/// Pragmas other than Braket's are skipped.
///
/// Errors: syntax, unsupported, too_large or invalid_argument; kind and message ("input.qasm:4:11: …") are those of the
/// first, details hold up to Diagnostics::max_errors of them, `where` being "name:line:column". A broken statement is
/// skipped up to its semicolon.
[[nodiscard]] Result<Circuit> read_openqasm(std::string_view text, ReadOptions const& options = {});

/// The major version by which read_openqasm() would read the text: 2 or 3.
[[nodiscard]] int openqasm_version(std::string_view text);

}  // namespace qhub::circuit
