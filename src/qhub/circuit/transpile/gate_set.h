#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/transpile/euler.h"
#include "qhub/circuit/transpile/two_qubit.h"

namespace qhub::circuit {

/// The gates a machine runs, and how it makes others from them.
class GateSet {
 public:
  /// \param names  those of named_gate.h, in any case; others are passed over, as the official clients do.
  /// \param largest_angle  rotations of two qubits go from 0 to this (modulo 2π), as on AQT's machines.
  explicit GateSet(std::span<std::string_view const> names, double largest_angle = unlimited);
  GateSet(std::initializer_list<std::string_view> names, double largest_angle = unlimited)
      : GateSet(std::span(names.begin(), names.size()), largest_angle) {}
  static constexpr double unlimited = std::numeric_limits<double>::infinity();

  /// Whether the machine runs an instruction of kind gate or unitary as it is; of other kinds it says yes.
  [[nodiscard]] bool accepts(Instruction const& instruction) const;

  /// The two-qubit gate that others are made from: one with a free angle before cx, cz, ecr and iswap.
  [[nodiscard]] std::optional<Entangler> entangler() const { return entangler_; }

  /// Fails with unsupported, naming the gates, if they do not make every gate on one qubit.
  [[nodiscard]] Result<void> check_one_qubit_gates() const;

  /// Appends gates of the set that make a gate on one qubit up to global phase, as few as the set allows.
  /// Requires check_one_qubit_gates().
  void synthesize(Matrix2 const& matrix, Qubit qubit, Circuit& circuit) const;
  /// How many gates synthesize() appends, those about z not counted where the machine makes them by its clock alone.
  [[nodiscard]] std::size_t synthesis_cost(Matrix2 const& matrix) const;

  /// Appends the entangler on two qubits.
  Result<void> entangle(double angle, Qubit first, Qubit second, Circuit& circuit) const;

 private:
  /// Ways to make any gate on one qubit.
  enum class OneQubitBasis : std::uint8_t {
    none,
    u,    ///< one u
    zsx,  ///< rz sx rz sx rz
    zr,   ///< r rz
    zx,   ///< rz rx rz
    zy,   ///< rz ry rz
    xy,   ///< rx ry rx
    r,    ///< r r
    gpi,  ///< gpi2 gpi gpi2
  };

  struct Entry {
    Gate gate;
    std::uint8_t positive_controls;
    std::uint8_t negative_controls;
  };

  struct Pulse {
    Gate gate;
    std::array<double, 3> parameters{};
  };
  using Pulses = std::vector<Pulse>;

  [[nodiscard]] bool has(Gate gate, unsigned controls = 0) const;
  [[nodiscard]] Pulses pulses(Matrix2 const& matrix) const;
  void about_z(Pulses& pulses, double angle) const;

  std::vector<Entry> entries_;
  bool unitaries_ = false;
  double largest_angle_;
  std::string names_;
  OneQubitBasis basis_ = OneQubitBasis::none;
  std::optional<Entangler> entangler_;
};

}  // namespace qhub::circuit
