#pragma once

#include <string>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/writers/write_options.h"

namespace qhub::circuit {

/// Writes OpenQASM 2.0 (arXiv:1707.03429) as Qiskit lays it out: one statement a line, no newline at the end.
///
/// Gates of qelib1.inc go by their names there; others are defined in a `gate` block first, and controls beyond those
/// names and unitaries are replaced by gates (see lower()). So reading it gives the same unitary up to global phase.
/// Names of registers that OpenQASM 2 does not allow are changed to similar ones.
///
/// Errors: unsupported for what the language lacks: parameters without value, delays, noise, loops, classical
/// assignments, result requests, and conditions that are nested, negated on more than one bit, on part of a register, or
/// tested again after their bits were measured anew.
[[nodiscard]] Result<std::string> write_openqasm2(Circuit const& circuit, WriteOptions const& options = {});

/// Writes OpenQASM 3.0 (arXiv:2104.14722) with stdgates.inc. Controls become modifiers; other gates are defined in a
/// `gate` block first; unitaries are replaced by gates. Conditions become if blocks, loops while blocks, parameters
/// without value inputs. Scratch bits become variables, those that are used together one; each `uint[64]` in what is
/// assigned keeps the arithmetic that of ClassicalExpression.
///
/// Errors: unsupported for noise, result requests, a variable of more than 64 bits, and an assignment across registers.
[[nodiscard]] Result<std::string> write_openqasm3(Circuit const& circuit, WriteOptions const& options = {});

/// Writes Amazon Braket's dialect of OpenQASM 3.0 as Braket's and Qiskit's clients do: its own gate names and no
/// include, one register `q` up to the highest qubit in use, one `b` for all classical bits, measurements last in the
/// order of those. Unitaries, noise and result requests become pragmas.
///
/// Errors: unsupported for what Braket's devices refuse: parameters without value, conditions, loops, reset, delays,
/// gates after a measurement of their qubit, qubits or bits measured twice, measurements beside result requests.
[[nodiscard]] Result<std::string> write_braket(Circuit const& circuit, WriteOptions const& options = {});

}  // namespace qhub::circuit
