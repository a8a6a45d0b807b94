#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/job_circuit.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit {

/// Reads an AQT job, {"job_type": "quantum_circuit", "payload": {"circuits": [{"repetitions", "number_of_qubits",
/// "quantum_circuit": [operation, …]}, …]}}. Operations are R(θ, φ), RZ(φ), RXX(θ), angles in units of π, and one
/// MEASURE at the end, which takes every qubit i into classical bit i.
///
/// Errors: syntax (not JSON), invalid_argument naming the path, too_large.
[[nodiscard]] Result<std::vector<JobCircuit>> read_aqt(std::string_view text, ReadOptions const& options = {});
/// The same from a parsed document.
[[nodiscard]] Result<std::vector<JobCircuit>> convert_aqt(boost::json::value const& input,
                                                          ReadOptions const& options = {});

}  // namespace qhub::circuit
