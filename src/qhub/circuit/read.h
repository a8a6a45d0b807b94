#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/job_circuit.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit {

/// Languages in which a job may state its circuits.
enum class Format { openqasm2, openqasm3, ionq, aqt, iqm };

/// What the `input` of a job holds.
struct JobInput {
  std::vector<JobCircuit> circuits;  ///< In order; at least one.
  Format format;                     ///< Of OpenQASM: that of the first circuit.
  bool list;                         ///< The form for several circuits was used, even if there is one.
};

/// Reads the `input` of a job: an OpenQASM text; {"qasm": text} or {"qasm": [text, …]}; {"programs": [{"qasm": text,
/// "name"}, …]}; an IonQ circuit; an AQT job; an IQM job. Which one it is follows from its members, `backendId` is
/// ignored.
/// \param expected  the format to take it for, if that is known; openqasm2 and openqasm3 mean either.
/// Errors: those of the readers. JSON errors name the path ("input.circuit[3].targets"), OpenQASM errors the place
/// ("input.qasm[1]:4:11"); another shape is an invalid_argument that lists the accepted ones.
[[nodiscard]] Result<JobInput> read_circuits(boost::json::value const& input,
                                             std::optional<Format> expected = std::nullopt,
                                             ReadOptions const& options = {});

}  // namespace qhub::circuit
