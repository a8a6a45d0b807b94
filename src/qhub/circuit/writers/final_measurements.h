#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// Which qubit each classical bit takes, in a circuit that only measures at the end: most simulators and ion traps take
/// no others. Bits without measurement hold nothing.
///
/// Errors: unsupported, with `what`, for conditions, loops, resets and noise, for what follows a qubit's measurement,
/// and for bits measured twice. Barriers may stand anywhere. \param what  how messages call that which takes no more:
/// "AQT's circuits".
[[nodiscard]] Result<std::vector<std::optional<Qubit>>> final_measurements(Circuit const& circuit,
                                                                           std::string_view what);

}  // namespace qhub::circuit
