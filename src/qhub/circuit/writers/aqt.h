#pragma once

#include <span>
#include <string>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/transpile/gate_set.h"
#include "qhub/circuit/writers/write_options.h"

namespace qhub::circuit {

/// Writes an AQT job, {"job_type", "payload": {"circuits": [{"repetitions", "number_of_qubits", "quantum_circuit"}]}}:
/// r, rz and rxx with angles in units of π (r's brought to θ in [0, 1] and φ in [0, 2), rxx's to θ in [0, 1/2]), and
/// one MEASURE of all qubits. A result's bit i is then qubit i, whatever the circuit measures it into: see
/// final_measurements(). Barriers are left out. `options.shots` are the repetitions.
///
/// Errors: unsupported for other gates (transpile() makes these), for what final_measurements() refuses, delays, noise,
/// result requests and parameters without value; invalid_argument for a circuit that measures nothing.
[[nodiscard]] Result<std::string> write_aqt(std::span<Circuit const> circuits, WriteOptions const& options = {});
[[nodiscard]] inline Result<std::string> write_aqt(Circuit const& circuit, WriteOptions const& options = {}) {
  return write_aqt({&circuit, 1}, options);
}

/// What it writes: r, rz, and rxx by at most π/2.
[[nodiscard]] GateSet aqt_gate_set();

}  // namespace qhub::circuit
