#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/job_circuit.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit {

/// Reads an IQM job, {"circuits": [{"name", "instructions": [{"name", "locus": ["QB1", …], "args"}, …]}, …]}, in either
/// dialect: `locus` with angles `angle`, `phase` in radians, or `qubits` with `angle_t`, `phase_t` in turns.
///
/// Instructions: prx (also phased_rx), cz, measure (also measurement), reset, barrier, delay{duration s},
/// move (an exchange with the resonator) and cc_prx (a prx if the bit measured under `feedback_key` is 1).
/// Each measurement makes a classical register of the name of its `key`, as wide as its locus, in order of appearance.
/// "QBn" is qubit n - 1; other names, such as resonators, follow in order of appearance. If a circuit names no QBn,
/// its qubits are in order of appearance.
///
/// Errors: syntax (not JSON), invalid_argument naming the path, too_large.
[[nodiscard]] Result<std::vector<JobCircuit>> read_iqm(std::string_view text, ReadOptions const& options = {});
/// The same from a parsed document.
[[nodiscard]] Result<std::vector<JobCircuit>> convert_iqm(boost::json::value const& input,
                                                          ReadOptions const& options = {});

}  // namespace qhub::circuit
