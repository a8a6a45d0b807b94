#include "qhub/hub/quantum/backends/built_in.h"

namespace qhub::hub::built_in {

// clang-format off
std::string_view const aws_sim_dm1 = R"json({
  "based_on": "aws.sim.sv1",
  "engine": "density_matrix",
  "backend": {
    "id": "aws.sim.dm1",
    "internal_id": "aws.sim.dm1",
    "name": "aws.sim.dm1",
    "display_name": "DM1 (local)",
    "documentation": {
      "description": "A local simulator: exact density matrices in double precision, run by this hub on its own machine. It takes the programs of the Amazon Braket simulator DM1, noise included, and answers in its format. How many of the 17 qubits fit depends on the machine's memory: 16 bytes times 4 to the number of qubits."
    },
    "configuration": {"qubit_count": 17}
  },
  "config": {
    "action": {
      "braket.ir.openqasm.program": {
        "supportedPragmas": [
          "verbatim", "braket_unitary_matrix", "braket_result_type_expectation", "braket_result_type_variance",
          "braket_result_type_sample", "braket_result_type_probability", "braket_result_type_density_matrix",
          "braket_noise_bit_flip", "braket_noise_phase_flip", "braket_noise_pauli_channel",
          "braket_noise_depolarizing", "braket_noise_two_qubit_depolarizing", "braket_noise_two_qubit_dephasing",
          "braket_noise_amplitude_damping", "braket_noise_generalized_amplitude_damping",
          "braket_noise_phase_damping", "braket_noise_kraus"
        ],
        "supportedResultTypes": [
          {"name": "Sample", "observables": ["x", "y", "z", "h", "i", "hermitian"], "minShots": 1, "maxShots": 100000},
          {"name": "Expectation", "observables": ["x", "y", "z", "h", "i", "hermitian"], "minShots": 0, "maxShots": 100000},
          {"name": "Variance", "observables": ["x", "y", "z", "h", "i", "hermitian"], "minShots": 0, "maxShots": 100000},
          {"name": "Probability", "observables": null, "minShots": 0, "maxShots": 100000},
          {"name": "DensityMatrix", "observables": null, "minShots": 0, "maxShots": 0}
        ]
      }
    }
  }
})json";
// clang-format on

}  // namespace qhub::hub::built_in
