#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const local_sim_auto = R"json({
  "based_on": "local.sim.statevector",
  "engine": "auto",
  "backend": {
    "id": "local.sim.auto",
    "internal_id": "local.sim.auto",
    "name": "local.sim.auto",
    "display_name": "Automatic choice of the simulator",
    "documentation": {
      "description": "A local simulator, run by this hub on its own machine: for each circuit the engine that can run it and is expected to be done first. How many qubits are possible depends on the circuit; what cannot be run is refused with each engine's reason."
    },
    "configuration": {"qubit_count": 10000}
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
