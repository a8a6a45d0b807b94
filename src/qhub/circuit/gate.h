#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <string_view>

namespace qhub::circuit {

/// The gates every engine knows. A gate that only adds controls to another (cx, ccz, cu3, cswap …) is that other gate
/// plus control qubits on the instruction; see named_gate() for how a name becomes gate, controls and parameters.
enum class Gate : std::uint8_t {
  gphase,      ///< 0 targets, (γ): e^{iγ}
  id,          ///< identity
  x,           ///< Pauli X
  y,           ///< Pauli Y
  z,           ///< Pauli Z
  h,           ///< Hadamard
  s,           ///< diag(1, i)
  sdg,         ///< s†
  t,           ///< diag(1, e^{iπ/4})
  tdg,         ///< t†
  sx,          ///< principal √X, Braket's v
  sxdg,        ///< sx†
  p,           ///< (λ): diag(1, e^{iλ})
  phase_zero,  ///< (λ): diag(e^{iλ}, 1)
  rx,          ///< (θ): exp(-iθX/2)
  ry,          ///< (θ): exp(-iθY/2)
  rz,          ///< (θ): exp(-iθZ/2)
  r,           ///< (θ, φ): exp(-iθ(cos φ X + sin φ Y)/2); AQT's R, IQM's and Braket's prx
  u,           ///< (θ, φ, λ): Qiskit's UGate, Braket's u
  gpi,         ///< (φ): IonQ's GPI, φ in radians
  gpi2,        ///< (φ): IonQ's GPI2, φ in radians
  swap,        ///< exchange
  iswap,       ///< exchange with a factor i on |01⟩ and |10⟩
  ecr,         ///< (X⊗1 - Y⊗X)/√2, first target the left factor
  dcx,         ///< cx(a, b) then cx(b, a)
  rxx,         ///< (θ): exp(-iθ X⊗X/2)
  ryy,         ///< (θ): exp(-iθ Y⊗Y/2)
  rzz,         ///< (θ): exp(-iθ Z⊗Z/2)
  rzx,         ///< (θ): exp(-iθ Z⊗X/2), Z on the first target
  xy,          ///< (θ): exp(iθ(X⊗X + Y⊗Y)/4); θ = π is iswap
  pswap,       ///< (φ): swap with a factor e^{iφ} on |01⟩ and |10⟩
  ms,          ///< (φ0, φ1, θ): IonQ's Mølmer–Sørensen gate, radians
  rccx,        ///< relative-phase Toffoli (Margolus), targets a, b, c as in qelib1.inc
  rc3x,        ///< relative-phase triple-controlled X, targets a, b, c, d as in qelib1.inc
};
inline constexpr std::size_t gate_count = static_cast<std::size_t>(Gate::rc3x) + 1;

/// Facts about a gate that do not depend on its parameters.
struct GateInfo {
  std::string_view name;    ///< Lower case, as in the enumeration.
  std::uint8_t targets;     ///< Number of target qubits, 0 … 4.
  std::uint8_t parameters;  ///< Number of real parameters, 0 … 3, radians.
  bool diagonal;            ///< Diagonal in the computational basis for every parameter.
  bool self_inverse;        ///< Its own inverse for every parameter.
};

[[nodiscard]] GateInfo const& info(Gate gate);

/// The widest gate has four targets.
inline constexpr unsigned max_gate_targets = 4;
inline constexpr unsigned max_gate_parameters = 3;

using Complex = std::complex<double>;

/// Writes the gate's matrix, 2^k × 2^k for k targets, row-major, so matrix[row * 2^k + column] = ⟨row|G|column⟩.
/// Bit j of a row or column index is the value of target j: the first target is the lowest bit, as in Qiskit. (Braket's
/// documentation prints matrices the other way round, first target highest.)
/// \param parameters  info(gate).parameters values, radians.
/// \param matrix      room for 4^k entries; all are written.
void write_matrix(Gate gate, std::span<double const> parameters, Complex* matrix);

}  // namespace qhub::circuit
