#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const local_sim_stabilizer = R"json({
  "based_on": "local.sim.statevector",
  "engine": "stabilizer",
  "backend": {
    "id": "local.sim.stabilizer",
    "internal_id": "local.sim.stabilizer",
    "name": "local.sim.stabilizer",
    "display_name": "Stabilizer simulator",
    "documentation": {
      "description": "A local simulator of Clifford circuits, run by this hub on its own machine: thousands of qubits, also with Pauli noise, measurements in the middle and feedback. Other gates are refused by name."
    },
    "configuration": {
      "gates": [
        {"name": "id"}, {"name": "x"}, {"name": "y"}, {"name": "z"}, {"name": "h"}, {"name": "s"}, {"name": "sdg"},
        {"name": "sx"}, {"name": "sxdg"}, {"name": "cx"}, {"name": "cy"}, {"name": "cz"}, {"name": "swap"},
        {"name": "iswap"}, {"name": "ecr"}, {"name": "dcx"}
      ],
      "qubit_count": 10000
    }
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
