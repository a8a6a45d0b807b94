#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const local_sim_statevector = R"json({
  "engine": "statevector",
  "result_format": "counts",
  "backend": {
    "id": "local.sim.statevector",
    "internal_id": "local.sim.statevector",
    "provider": "LOCAL",
    "hardware_provider": "LOCAL",
    "name": "local.sim.statevector",
    "display_name": "State vector simulator",
    "type": "SIMULATOR",
    "technology": "UNKNOWN",
    "updated_at": "2026-01-01 00:00:00",
    "access_type": "FREE",
    "documentation": {
      "description": "A local simulator: exact state vectors in double precision, run by this hub on its own machine. It takes every input format this hub knows. How many of the 40 qubits fit depends on the machine's memory: 16 bytes times 2 to the number of qubits that gates touch.",
      "location": "this hub",
      "sdks": []
    },
    "configuration": {
      "gates": [
        {"name": "id"}, {"name": "x"}, {"name": "y"}, {"name": "z"}, {"name": "h"}, {"name": "s"},
        {"name": "sdg"}, {"name": "t"}, {"name": "tdg"}, {"name": "sx"}, {"name": "sxdg"}, {"name": "p"},
        {"name": "rx"}, {"name": "ry"}, {"name": "rz"}, {"name": "r"}, {"name": "u"}, {"name": "swap"},
        {"name": "iswap"}, {"name": "ecr"}, {"name": "dcx"}, {"name": "rxx"}, {"name": "ryy"}, {"name": "rzz"},
        {"name": "rzx"}, {"name": "cx"}, {"name": "cy"}, {"name": "cz"}, {"name": "ch"}, {"name": "cp"},
        {"name": "crx"}, {"name": "cry"}, {"name": "crz"}, {"name": "csx"}, {"name": "cu"}, {"name": "ccx"},
        {"name": "ccz"}, {"name": "cswap"}, {"name": "rccx"}
      ],
      "qubit_count": 40,
      "connectivity": {"fully_connected": true},
      "shots_range": {"min": 1, "max": 10000000},
      "max_pubs_per_job": 100,
      "supported_input_formats": [
        "OPEN_QASM_V2", "OPEN_QASM_V3", "BRAKET_OPEN_QASM_V3", "IONQ_CIRCUIT_V1", "AQT_JOB_INPUT_V1",
        "IQM_JOB_INPUT_V1"
      ],
      "memory_result_supported": true,
      "instructions": ["measure", "reset", "delay"]
    },
    "has_calibration": false,
    "free_of_charge": true
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
