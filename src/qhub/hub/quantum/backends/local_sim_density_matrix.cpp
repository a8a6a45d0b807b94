#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const local_sim_density_matrix = R"json({
  "based_on": "local.sim.statevector",
  "engine": "density_matrix",
  "backend": {
    "id": "local.sim.density_matrix",
    "internal_id": "local.sim.density_matrix",
    "name": "local.sim.density_matrix",
    "display_name": "Density matrix simulator",
    "documentation": {
      "description": "A local simulator: exact density matrices in double precision, with noise channels, run by this hub on its own machine. How many of the 20 qubits fit depends on the machine's memory: 16 bytes times 4 to the number of qubits that gates touch."
    },
    "configuration": {"qubit_count": 20}
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
