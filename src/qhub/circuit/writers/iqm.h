#pragma once

#include <span>
#include <string>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/transpile/gate_set.h"
#include "qhub/circuit/writers/write_options.h"

namespace qhub::circuit {

/// Writes an IQM job, {"circuits": [{"name", "instructions": [{"name", "locus", "args", "implementation"}],
/// "metadata"}]}: r as prx with angles in radians, cz, barrier, reset, delay, measure under the key
/// REGISTER_SIZE_NUMBER_BIT, as Qiskit's client names them, and an r on the condition that one bit is 1 as cc_prx.
/// Qubit k is named `options.qubit_names[k]`, or "QBk+1" without names.
///
/// Errors: unsupported for other gates (transpile() makes these), other conditions, bits measured twice, loops, noise,
/// result requests and parameters without value; invalid_argument if there are fewer names than qubits.
[[nodiscard]] Result<std::string> write_iqm(std::span<Circuit const> circuits, WriteOptions const& options = {});
[[nodiscard]] inline Result<std::string> write_iqm(Circuit const& circuit, WriteOptions const& options = {}) {
  return write_iqm({&circuit, 1}, options);
}

/// What it writes: prx and cz.
[[nodiscard]] GateSet iqm_gate_set();

}  // namespace qhub::circuit
