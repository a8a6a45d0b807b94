#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "qhub/sim/statevector/plan.h"

namespace qhub::sim::statevector {

/// Conditions on qubits for a gate to act, as masks.
struct Controls {
  std::uint64_t qubits = 0;
  std::uint64_t values = 0;  ///< Subset of `qubits`: those that must be 1.

  [[nodiscard]] Controls with(unsigned qubit, bool value) const {
    return {qubits | std::uint64_t{1} << qubit, values | std::uint64_t{value} << qubit};
  }
};

/// Turns gates, in order, into elements. Gates are given on wires, of which there may be any number. A wire stands for
/// a qubit of the state from its first gate on until it is released; swap gates make wires trade their qubits. All
/// qubits start in |0⟩.
class ElementMaker {
 public:
  using Complex = std::complex<double>;
  using Matrix2 = std::array<Complex, 4>;   ///< Row-major.
  using Matrix4 = std::array<Complex, 16>;  ///< Row-major, its first qubit is the lower bit.

  static constexpr std::uint8_t none = 255;

  /// \param qubits  at most 63, and enough for all wires that stand for one at the same time.
  ElementMaker(std::size_t wires, unsigned qubits);

  /// \param matrix  unitary, row-major, the first target is the lowest bit of an index.
  void add(std::span<Complex const> matrix, std::span<std::uint32_t const> targets,
           std::span<std::uint32_t const> positive_controls, std::span<std::uint32_t const> negative_controls);

  /// Turns everything that still waits into elements.
  void flush();

  /// From now on swap gates may not rename.
  void allow_renaming(bool allowed) { renaming_ = allowed; }

  /// The qubit that a wire stands for; none if it is in |0⟩ without one.
  [[nodiscard]] std::uint8_t qubit(std::uint32_t wire) const { return qubit_[wire]; }
  /// Gives the wire a qubit, if it has none, which may be in any state from now on.
  void expose(std::uint32_t wire);
  /// The wire's qubit is in |0⟩ and free for another wire. Requires that nothing waits: see flush().
  void release(std::uint32_t wire);

  [[nodiscard]] ElementList& list() { return list_; }
  /// The product of all global phases since the last call.
  [[nodiscard]] Complex take_factor();

 private:
  static constexpr std::uint32_t not_open = ~std::uint32_t{0}, no_wire = ~std::uint32_t{0};

  [[nodiscard]] unsigned take_qubit(std::uint32_t wire);
  [[nodiscard]] bool is_mixed(unsigned qubit) const;
  [[nodiscard]] bool simplify(Controls& controls) const;
  void add_one(Matrix2 const& matrix, unsigned qubit);
  [[nodiscard]] bool join_open(std::span<Complex const> matrix, std::span<unsigned const> targets,
                               Controls const& controls);
  void multiply_open(std::uint32_t index, Matrix4 const& later);
  void add_diagonal(std::span<Complex const> matrix, std::span<unsigned const> targets, Controls const& controls);
  void add_phase(Complex factor, Controls where);
  void add_phase_element(Complex factor, Controls const& where);
  void add_controlled_one(Matrix2 const& matrix, unsigned target, Controls const& controls);
  void add_exchange(unsigned target, Controls const& controls);
  void add_two(Matrix4 const& matrix, unsigned a, unsigned b, Controls const& controls);
  void add_permutation(Matrix4 const& matrix, std::array<unsigned, 4> const& image, unsigned a, unsigned b,
                       Controls const& controls);
  void add_element(Element element, std::span<unsigned const> targets, Controls const& controls,
                   std::span<Complex const> matrix);
  void look_at(std::uint64_t qubits);
  void mix(std::span<unsigned const> qubits);
  void flush_mixing(unsigned qubit);
  void flush(unsigned qubit);

  ElementList list_;
  Complex factor_ = 1;
  bool renaming_ = true;
  std::vector<std::uint8_t> qubit_;              ///< Of each wire.
  std::vector<std::uint32_t> wire_;              ///< Of each qubit; no_wire if it is free.
  std::uint64_t mixed_ = 0;                      ///< Qubits that elements so far may have taken out of |0⟩.
  std::vector<std::optional<Matrix2>> waiting_;  ///< Product of the one-qubit gates on a qubit since its last element.
  std::vector<std::uint32_t> open_;  ///< The multiply_two that was last on a qubit, if nothing came after it.
};

}  // namespace qhub::sim::statevector
