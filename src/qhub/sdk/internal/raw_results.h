#pragma once

#include <boost/json/value.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/sdk/circuit_result.h"

namespace qhub::sdk {

/// What has to be known besides a raw result to read it.
struct SentCircuits {
  std::span<circuit::Circuit const> circuits;  ///< As they were sent.
  std::string_view input_format;               ///< AQT's and IonQ's results are about qubits then, others about bits.
  std::string_view provider;                   ///< KIPU's strings run from the lowest bit to the highest.
};

/// Reads the body of GET /jobs/{id}/result in any of the layouts of the backends that take circuits: counts (OpenQASM
/// simulators, AQT), histograms of probabilities (IonQ), Braket's task and program set results, IQM's measurement
/// counts, and state vectors and amplitudes.
/// \return one result per circuit; an Error of kind syntax that names the member which is not as it should be.
[[nodiscard]] Result<std::vector<CircuitResult>> read_raw_results(boost::json::value const& raw,
                                                                  SentCircuits const& sent);

}  // namespace qhub::sdk
