#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "qhub/circuit/expression.h"
#include "qhub/circuit/gate.h"

namespace qhub::circuit {

/// A gate name of OpenQASM 2 (qelib1.inc with Qiskit's additions), OpenQASM 3 (stdgates.inc) or Braket, and how a call
/// of it maps to the gate table. The names of the three agree wherever they overlap. A call lists positive controls,
/// then negative controls, then targets.
struct NamedGate {
  /// How the parameters of a call become those of `gate`.
  enum class Form : std::uint8_t {
    plain,  ///< As they are.
    u0,     ///< u0(γ): a pause of γ cycles, no parameters left.
    u2,     ///< u2(φ, λ) = u(π/2, φ, λ)
    cu,     ///< cu(θ, φ, λ, γ) = p(γ) on the control and a controlled u(θ, φ, λ)
  };
  std::string_view name;
  Gate gate;
  std::uint8_t positive_controls = 0;
  std::uint8_t negative_controls = 0;
  bool openqasm2 = false;  ///< Known to OpenQASM 2 programs without definition.
  Form form = Form::plain;

  [[nodiscard]] unsigned parameter_count() const;  ///< Of a call.
  [[nodiscard]] unsigned operand_count() const { return positive_controls + negative_controls + info(gate).targets; }
};

/// The most parameters a named gate takes (cu).
inline constexpr unsigned max_named_gate_parameters = 4;

/// All of them; names are unique and case-sensitive.
[[nodiscard]] std::span<NamedGate const> named_gates();

/// A gate of the table with values for its parameters.
struct GateCall {
  Gate gate;
  std::array<Expression, max_gate_parameters> parameters{};
  bool targets_reversed = false;  ///< The first target changes places with the last.
};

/// The gate that undoes `gate`; Gate::rc3x, whose inverse has no name, answers itself with `found` false.
struct Inverse {
  bool found;
  GateCall call;
};
[[nodiscard]] Inverse inverse(Gate gate, std::span<Expression const> parameters);

}  // namespace qhub::circuit
