#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "qhub/sim/stabilizer/clifford.h"

namespace qhub::sim::stabilizer {

/// A square matrix of bits, rows packed 64 to a word and padded to a multiple of 64.
class BitMatrix {
 public:
  explicit BitMatrix(std::size_t size) : words_((size + 63) / 64), bits_(64 * words_ * words_) {}

  [[nodiscard]] std::size_t words() const { return words_; }  ///< Per row.
  [[nodiscard]] std::uint64_t* row(std::size_t index) { return bits_.data() + index * words_; }
  [[nodiscard]] std::uint64_t const* row(std::size_t index) const { return bits_.data() + index * words_; }
  [[nodiscard]] bool at(std::size_t r, std::size_t c) const { return (row(r)[c / 64] >> c % 64 & 1) != 0; }
  void set(std::size_t r, std::size_t c) { row(r)[c / 64] |= std::uint64_t{1} << c % 64; }
  void transpose();

 private:
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

/// Transposes a square of 64 × 64 bits: bit b of word a changes places with bit a of word b.
/// Source: Warren, "Hacker's Delight", 2nd edition, section 7-3.
void transpose_64(std::span<std::uint64_t, 64> words);

/// A stabilizer state U|0…0⟩ of n qubits, held as the inverse tableau: U† X_q U and U† Z_q U for each qubit q. A gate
/// costs O(n / 64), a measurement whose outcome is certain O(n) bits looked at, a random one O(n² / 64).
/// Memory: n² / 2 bytes.
/// Source: Gidney, "Stim: a fast stabilizer circuit simulator", Quantum 5, 497 (2021), arXiv:2103.02202; there is also
/// why the inverse is kept instead of the tableau of Aaronson & Gottesman, arXiv:quant-ph/0406196.
class Tableau {
 public:
  /// |0…0⟩ of `qubits` qubits.
  explicit Tableau(std::size_t qubits);

  [[nodiscard]] std::size_t qubits() const { return qubits_; }

  /// \param qubits  what the gate's qubits are called here, all different.
  void apply(Clifford const& gate, std::span<circuit::Qubit const> qubits);
  void apply_x(circuit::Qubit qubit) { flip(z_signs_, qubit); }
  void apply_z(circuit::Qubit qubit) { flip(x_signs_, qubit); }

  /// Measures in the computational basis.
  /// \param choice  the outcome to take if both are possible, which they then are equally.
  bool measure(circuit::Qubit qubit, bool choice);

  /// Measures, and says whether both outcomes were possible.
  struct Measurement {
    bool outcome;
    bool random;
  };
  Measurement measure_either(circuit::Qubit qubit, bool choice);

  [[nodiscard]] static std::uint64_t bytes(std::uint64_t qubits);

 private:
  using Signs = std::vector<std::uint64_t>;
  static void flip(Signs& signs, std::size_t q) { signs[q / 64] ^= std::uint64_t{1} << q % 64; }

  /// The rows of one generator's image: bit q of `x` and `z` is input qubit q.
  struct Row {
    std::uint64_t* x;
    std::uint64_t* z;
  };
  Row row(unsigned generator, circuit::Qubit qubit);
  bool sign(unsigned generator, circuit::Qubit qubit) const;
  void use_rows();
  void use_columns();
  void collapse(circuit::Qubit qubit, std::size_t pivot);

  std::size_t qubits_;
  // Of U† X_q U: which input qubits have an X or Y in it, which a Z or Y; the same of U† Z_q U. Rows are by q, or by
  // input qubit while transposed_.
  BitMatrix x_of_x_, z_of_x_, x_of_z_, z_of_z_;
  Signs x_signs_, z_signs_;
  bool transposed_ = false;
  std::vector<std::uint64_t> scratch_;  ///< New rows of one gate.
};

}  // namespace qhub::sim::stabilizer
