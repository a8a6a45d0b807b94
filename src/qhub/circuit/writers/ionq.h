#pragma once

#include <string>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/writers/write_options.h"

namespace qhub::circuit {

/// Writes IonQ's JSON, {"gateset", "qubits", "circuit"}: the native gate set if the circuit has only gpi, gpi2, ms and
/// rzz, else qis, with controls; rotations in radians, native phases and angles in turns. Other gates and unitaries are
/// replaced (see lower()), barriers left out. Measurements do not stand in the document: see ionq_measurement_map().
///
/// Errors: unsupported for what final_measurements() refuses, delays, noise, result requests and parameters without
/// value.
[[nodiscard]] Result<std::string> write_ionq(Circuit const& circuit, WriteOptions const& options = {});

/// The JSON text that goes beside the circuit as input_params.meas_map: per classical bit the qubit it takes, or null.
[[nodiscard]] Result<std::string> ionq_measurement_map(Circuit const& circuit);

}  // namespace qhub::circuit
