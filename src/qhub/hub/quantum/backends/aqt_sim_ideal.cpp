#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const aqt_sim_ideal = R"json({
  "engine": "statevector",
  "result_format": "counts",
  "backend": {
    "id": "aqt.sim.ideal",
    "internal_id": "aqt.sim.ideal",
    "provider": "AQT",
    "hardware_provider": "AQT",
    "name": "aqt.sim.ideal",
    "display_name": "AQT ideal simulator (local)",
    "type": "SIMULATOR",
    "technology": "TRAPPED_ION",
    "updated_at": "2026-01-01 00:00:00",
    "access_type": "FREE",
    "documentation": {
      "description": "A local simulator: exact state vectors in double precision, run by this hub on its own machine. It takes the circuits of AQT's machines and runs them without noise.",
      "location": "this hub",
      "sdks": [{"type": "QHUB"}, {"type": "QISKIT"}]
    },
    "configuration": {
      "gates": [{"name": "r"}, {"name": "rz"}, {"name": "rxx"}],
      "qubit_count": 12,
      "connectivity": {"fully_connected": true},
      "shots_range": {"min": 1, "max": 100000},
      "max_pubs_per_job": 50,
      "supported_input_formats": ["AQT_JOB_INPUT_V1", "OPEN_QASM_V2", "OPEN_QASM_V3", "IONQ_CIRCUIT_V1"],
      "memory_result_supported": true,
      "instructions": ["measure"]
    },
    "has_calibration": false,
    "free_of_charge": true
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
