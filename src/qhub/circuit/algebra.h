#pragma once

#include <cstddef>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"

namespace qhub::circuit {

/// Takes instructions, and keeps account of the work it takes to make them.
class InstructionSink {
 public:
  virtual ~InstructionSink() = default;
  virtual Result<void> emit(Instruction instruction) = 0;
  /// Charges work worth `amount` instructions; too_large when a limit is passed.
  virtual Result<void> count(std::size_t amount) = 0;
};

/// Whether a gate is exp(i·parameter·G) in its first parameter, G fixed by the others: a sum of angles is a product.
[[nodiscard]] bool scales_with_first_parameter(Gate gate);

/// Emits what undoes an instruction; unsupported if nothing does.
Result<void> emit_inverse(Instruction const& instruction, InstructionSink& sink);

/// Emits body^exponent: repetitions of the body or of its inverse, or for a fractional exponent the principal root of
/// its matrix. unsupported if the body measures or the like, or a root is on more than max_unitary_targets qubits.
Result<void> emit_power(Circuit const& body, double exponent, InstructionSink& sink);

}  // namespace qhub::circuit
