#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const azure_ionq_simulator = R"json({
  "engine": "statevector",
  "result_format": "ionq",
  "backend": {
    "id": "azure.ionq.simulator",
    "internal_id": "azure.ionq.simulator",
    "provider": "AZURE",
    "hardware_provider": "IONQ",
    "name": "azure.ionq.simulator",
    "display_name": "IonQ simulator (local)",
    "type": "SIMULATOR",
    "technology": "TRAPPED_ION",
    "updated_at": "2026-01-01 00:00:00",
    "access_type": "FREE",
    "documentation": {
      "description": "A local simulator: exact state vectors in double precision, run by this hub on its own machine. It takes IonQ's circuits and answers with probabilities, as IonQ's ideal simulator on Azure does.",
      "location": "this hub",
      "sdks": [{"type": "QHUB"}, {"type": "QISKIT"}]
    },
    "configuration": {
      "gates": [
        {"name": "x"}, {"name": "y"}, {"name": "z"}, {"name": "rx"}, {"name": "ry"}, {"name": "rz"},
        {"name": "h"}, {"name": "s"}, {"name": "sdg"}, {"name": "sx"}, {"name": "t"}, {"name": "tdg"},
        {"name": "cx"}, {"name": "swap"}, {"name": "rxx"}, {"name": "ryy"}, {"name": "rzz"}, {"name": "not"},
        {"name": "v"}
      ],
      "qubit_count": 29,
      "connectivity": {"fully_connected": true},
      "shots_range": {"min": 1, "max": 100000},
      "supported_input_formats": ["IONQ_CIRCUIT_V1", "OPEN_QASM_V2", "OPEN_QASM_V3"],
      "output_format": "IONQ_RESULT_V1",
      "memory_result_supported": false,
      "instructions": []
    },
    "has_calibration": false,
    "free_of_charge": true
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
