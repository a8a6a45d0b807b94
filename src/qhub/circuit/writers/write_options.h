#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qhub::circuit {

/// What a writer may be told besides the circuit.
struct WriteOptions {
  /// Braket only: a verbatim box on physical qubits, which the device runs gate by gate. Qubit q is written $q.
  bool verbatim = false;
  /// AQT only: the circuit's number of repetitions, which stands in the document.
  std::uint32_t shots = 100;
  /// IQM only: the name of each qubit; empty: "QB1", "QB2", …
  std::vector<std::string> qubit_names = {};
};

}  // namespace qhub::circuit
