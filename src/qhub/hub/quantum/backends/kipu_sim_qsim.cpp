#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const kipu_sim_qsim = R"json({
  "engine": "statevector",
  "result_format": "qsim",
  "backend": {
    "id": "kipu.sim.qsim",
    "internal_id": "kipu.sim.qsim",
    "provider": "KIPU",
    "hardware_provider": "KIPU",
    "name": "kipu.sim.qsim",
    "display_name": "qsim (local)",
    "type": "SIMULATOR",
    "technology": "UNKNOWN",
    "updated_at": "2026-01-01 00:00:00",
    "access_type": "FREE",
    "documentation": {
      "description": "A local simulator: exact state vectors in double precision, run by this hub on its own machine. It takes OpenQASM 2 in the modes sample, statevector and amplitudes.",
      "location": "this hub",
      "sdks": [{"type": "QHUB"}, {"type": "QISKIT"}]
    },
    "configuration": {
      "gates": [
        {"name": "h"}, {"name": "x"}, {"name": "y"}, {"name": "z"}, {"name": "s"}, {"name": "sdg"},
        {"name": "t"}, {"name": "tdg"}, {"name": "sx"}, {"name": "rx"}, {"name": "ry"}, {"name": "rz"},
        {"name": "u3"}, {"name": "id"}, {"name": "cx"}, {"name": "cz"}, {"name": "swap"}
      ],
      "qubit_count": 30,
      "connectivity": {"fully_connected": true},
      "shots_range": {"min": 1, "max": 100000},
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
