#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace qhub::circuit {

/// What a reader may be told besides the text, and how much it takes from strangers. Passing a limit is an error of
/// kind too_large that names the limit.
struct ReadOptions {
  std::string source_name = "input.qasm";     ///< How messages about OpenQASM call the text.
  std::map<std::string, double> inputs = {};  ///< Values for OpenQASM 3 `input` declarations, by name.
  double dt =
      4e-9;  ///< Length in seconds of the machine's cycle, the unit `dt` of OpenQASM 3 delays (IBM Heron: 4 ns).
  /// IonQ only: JSON text of an array that says per classical bit which qubit it measures, or null for none, as Qiskit
  /// sends it in input_params.meas_map. Empty: bit i measures qubit i.
  std::string meas_map = {};

  std::size_t max_bytes = std::size_t{256} << 20;  ///< Size of the text.
  std::size_t max_instructions = 20'000'000;       ///< Instructions, and gate calls expanded to make them.
  std::size_t max_loop_iterations = 1'000'000;     ///< Over all loops together.
  std::uint32_t max_qubits = 65'536;               ///< In total; the same limit holds for classical bits.
  unsigned max_nesting = 200;                      ///< Of expressions, blocks, gate calls and JSON.
};

}  // namespace qhub::circuit
