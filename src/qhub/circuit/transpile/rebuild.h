#pragma once

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// A copy of a circuit with other instructions: same name, classical bits, conditions, loops and result requests.
class Rebuild {
 public:
  /// With the same quantum registers.
  explicit Rebuild(Circuit const& source);
  /// With one register "q".
  Rebuild(Circuit const& source, std::uint32_t qubits);

  Circuit output;

  /// Appends an instruction whose conditions and loops are numbered as in the source; what stands between loop_begin
  /// and loop_end there has to come between them here.
  Result<void> append(Instruction const& instruction);

 private:
  void add_bits();
  void add_conditions(std::uint32_t count);

  Circuit const& source_;
};

}  // namespace qhub::circuit
