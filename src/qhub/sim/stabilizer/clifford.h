#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "qhub/circuit/circuit.h"

namespace qhub::sim::stabilizer {

/// Gates on more qubits than this, controls included, are not looked at.
inline constexpr unsigned max_clifford_qubits = 4;

/// How far the entries of U P U† may be from those of a Pauli string for U to count as a Clifford gate: texts often
/// print angles with seven digits.
inline constexpr double clifford_tolerance = 1e-7;

/// A Hermitian Pauli string on a few qubits: (-1)^negative times, for each qubit j, X if bit j of x alone is set, Z if
/// bit j of z alone is, Y if both are.
struct PauliString {
  std::uint32_t x = 0;
  std::uint32_t z = 0;
  bool negative = false;

  friend bool operator==(PauliString const&, PauliString const&) = default;
};

/// X on qubit j for index 2j, Z there for 2j + 1.
[[nodiscard]] inline PauliString generator(unsigned index) {
  std::uint32_t const bit = std::uint32_t{1} << index / 2;
  return index % 2 == 0 ? PauliString{.x = bit} : PauliString{.z = bit};
}

/// A Clifford gate on k qubits, as what it does to Pauli strings.
struct Clifford {
  using Images = std::array<PauliString, 2 * std::size_t{max_clifford_qubits}>;

  unsigned qubits = 0;
  Images images = {};          ///< U P U† for each generator P.
  Images inverse_images = {};  ///< U† P U for each generator P.

  /// The same without signs, as a program on 2k slots: slot i is first filled with the generator's old value
  /// `sources[i]`, then each pair (a, b) means slot a ^= slot b.
  std::array<std::uint8_t, 2 * std::size_t{max_clifford_qubits}> sources = {};
  std::vector<std::pair<std::uint8_t, std::uint8_t>> additions;

  /// A Pauli string up to a phase, images differ from their generators by signs only.
  [[nodiscard]] bool is_pauli() const;
  /// Requires is_pauli(): which one.
  [[nodiscard]] PauliString pauli() const;
};

/// The gate that a matrix stands for, if it is a Clifford gate; global phase does not matter.
/// \param matrix  2^k × 2^k with k ≤ max_clifford_qubits, laid out like circuit::write_matrix().
[[nodiscard]] std::optional<Clifford> recognise(std::span<circuit::Complex const> matrix, unsigned qubits);

/// Recognises gate and unitary instructions, each combination of gate, controls and parameters once.
class CliffordLibrary {
 public:
  /// The Clifford gate on the instruction's positive controls, negative controls and targets, in this order; nullptr if
  /// it is none. Lives as long as the library.
  [[nodiscard]] Clifford const* find(circuit::Instruction const& instruction);

 private:
  struct Key {
    circuit::Gate gate;
    std::uint8_t positive_controls;
    std::uint8_t negative_controls;
    std::array<double, circuit::max_gate_parameters> parameters;

    friend bool operator==(Key const&, Key const&) = default;
  };
  struct Hash {
    std::size_t operator()(Key const& key) const;
  };

  std::unordered_map<Key, std::optional<Clifford>, Hash> gates_;
  std::vector<std::unique_ptr<Clifford>> unitaries_;
};

}  // namespace qhub::sim::stabilizer
