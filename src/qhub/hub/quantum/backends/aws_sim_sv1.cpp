#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const aws_sim_sv1 = R"json({
  "engine": "statevector",
  "result_format": "braket",
  "backend": {
    "id": "aws.sim.sv1",
    "internal_id": "aws.sim.sv1",
    "provider": "AWS",
    "hardware_provider": "AWS",
    "name": "aws.sim.sv1",
    "display_name": "SV1 (local)",
    "type": "SIMULATOR",
    "technology": "UNKNOWN",
    "updated_at": "2026-01-01 00:00:00",
    "access_type": "FREE",
    "documentation": {
      "description": "A local simulator: exact state vectors in double precision, run by this hub on its own machine. It takes the programs of the Amazon Braket simulator SV1 and answers in its format. How many of the 34 qubits fit depends on the machine's memory: 16 bytes times 2 to the number of qubits.",
      "location": "this hub",
      "sdks": [{"type": "QHUB"}, {"type": "QISKIT"}]
    },
    "configuration": {
      "gates": [
        {"name": "ccx"}, {"name": "cx"}, {"name": "cp"}, {"name": "cswap"}, {"name": "cy"}, {"name": "cz"},
        {"name": "ecr"}, {"name": "h"}, {"name": "id"}, {"name": "iswap"}, {"name": "p"}, {"name": "rx"},
        {"name": "ry"}, {"name": "rz"}, {"name": "s"}, {"name": "sdg"}, {"name": "swap"}, {"name": "t"},
        {"name": "tdg"}, {"name": "sx"}, {"name": "sxdg"}, {"name": "x"}, {"name": "rxx"},
        {"name": "xx_plus_yy"}, {"name": "y"}, {"name": "ryy"}, {"name": "z"}, {"name": "rzz"}, {"name": "u"}
      ],
      "operations": [
        "ccnot", "cnot", "cphaseshift", "cphaseshift00", "cphaseshift01", "cphaseshift10", "cswap", "cv", "cy",
        "cz", "ecr", "gphase", "gpi", "gpi2", "h", "i", "iswap", "ms", "phaseshift", "prx", "pswap", "rx", "ry",
        "rz", "s", "si", "swap", "t", "ti", "u", "unitary", "v", "vi", "x", "xx", "xy", "y", "yy", "z", "zz"
      ],
      "qubit_count": 34,
      "connectivity": {"fully_connected": true},
      "shots_range": {"min": 1, "max": 100000},
      "max_pubs_per_job": 100,
      "supported_input_formats": ["BRAKET_OPEN_QASM_V3", "OPEN_QASM_V3", "OPEN_QASM_V2", "IONQ_CIRCUIT_V1"],
      "memory_result_supported": true,
      "instructions": ["measure", "reset", "delay"]
    },
    "has_calibration": false,
    "free_of_charge": true
  },
  "config": {
    "braketSchemaHeader": {"name": "braket.device_schema.simulators.gate_model_simulator_device_capabilities", "version": "1"},
    "service": {
      "executionWindows": [{"executionDay": "Everyday", "windowStartHour": "00:00:00", "windowEndHour": "23:59:59"}],
      "shotsRange": [0, 100000],
      "deviceLocation": "this hub",
      "updatedAt": "2026-01-01T00:00:00Z",
      "deviceCost": {"price": 0.0, "unit": "minute"}
    },
    "action": {
      "braket.ir.openqasm.program": {
        "actionType": "braket.ir.openqasm.program",
        "version": ["1"],
        "supportedOperations": [
          "ccnot", "cnot", "cphaseshift", "cphaseshift00", "cphaseshift01", "cphaseshift10", "cswap", "cv",
          "cy", "cz", "ecr", "gphase", "gpi", "gpi2", "h", "i", "iswap", "ms", "phaseshift", "prx", "pswap",
          "rx", "ry", "rz", "s", "si", "swap", "t", "ti", "u", "unitary", "v", "vi", "x", "xx", "xy", "y", "yy",
          "z", "zz"
        ],
        "supportedModifiers": [
          {"name": "ctrl"}, {"name": "negctrl"}, {"name": "pow", "exponent_types": ["int", "float"]},
          {"name": "inv"}
        ],
        "supportedPragmas": [
          "verbatim", "braket_unitary_matrix", "braket_result_type_state_vector", "braket_result_type_amplitude",
          "braket_result_type_expectation", "braket_result_type_variance", "braket_result_type_sample",
          "braket_result_type_probability", "braket_result_type_density_matrix"
        ],
        "forbiddenPragmas": [],
        "supportedResultTypes": [
          {"name": "Sample", "observables": ["x", "y", "z", "h", "i", "hermitian"], "minShots": 1, "maxShots": 100000},
          {"name": "Expectation", "observables": ["x", "y", "z", "h", "i", "hermitian"], "minShots": 0, "maxShots": 100000},
          {"name": "Variance", "observables": ["x", "y", "z", "h", "i", "hermitian"], "minShots": 0, "maxShots": 100000},
          {"name": "Probability", "observables": null, "minShots": 0, "maxShots": 100000},
          {"name": "Amplitude", "observables": null, "minShots": 0, "maxShots": 0},
          {"name": "StateVector", "observables": null, "minShots": 0, "maxShots": 0},
          {"name": "DensityMatrix", "observables": null, "minShots": 0, "maxShots": 0}
        ],
        "supportsUnassignedMeasurements": true,
        "requiresContiguousQubitIndices": false,
        "supportPhysicalQubits": false,
        "disabledQubitRewiringSupported": false,
        "requiresAllQubitsMeasurement": false
      }
    },
    "deviceParameters": {},
    "paradigm": {
      "braketSchemaHeader": {"name": "braket.device_schema.simulators.gate_model_simulator_paradigm_properties", "version": "1"},
      "qubitCount": 34
    }
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
