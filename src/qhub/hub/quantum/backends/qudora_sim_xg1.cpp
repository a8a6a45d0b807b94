#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const qudora_sim_xg1 = R"json({
  "engine": "statevector",
  "result_format": "counts",
  "backend": {
    "id": "qudora.sim.xg1",
    "internal_id": "qudora.sim.xg1",
    "provider": "QUDORA",
    "hardware_provider": "QUDORA",
    "name": "qudora.sim.xg1",
    "display_name": "XG1 simulator (local)",
    "type": "SIMULATOR",
    "technology": "TRAPPED_ION",
    "updated_at": "2026-01-01 00:00:00",
    "access_type": "FREE",
    "documentation": {
      "description": "A local simulator: exact state vectors in double precision, run by this hub on its own machine. It takes what the simulator of QUDORA's XG1 takes, without its gate errors.",
      "location": "this hub",
      "sdks": [{"type": "QHUB"}, {"type": "QISKIT"}]
    },
    "configuration": {
      "gates": [{"name": "h"}, {"name": "cx"}, {"name": "rx"}, {"name": "ry"}, {"name": "rz"}, {"name": "u"}],
      "qubit_count": 10,
      "connectivity": {"fully_connected": true},
      "shots_range": {"min": 1, "max": 100000},
      "max_pubs_per_job": 50,
      "supported_input_formats": ["OPEN_QASM_V2", "OPEN_QASM_V3", "IONQ_CIRCUIT_V1"],
      "memory_result_supported": true,
      "instructions": ["measure", "reset", "delay"]
    },
    "has_calibration": false,
    "free_of_charge": true
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
