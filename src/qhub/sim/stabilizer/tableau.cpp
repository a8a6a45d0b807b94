#include "qhub/sim/stabilizer/tableau.h"

#include <algorithm>
#include <array>
#include <bit>

namespace qhub::sim::stabilizer {

void transpose_64(std::span<std::uint64_t, 64> words) {
  std::uint64_t mask = 0x00000000ffffffff;
  for (unsigned width = 32; width != 0; width >>= 1, mask ^= mask << width) {
    for (unsigned k = 0; k < 64; k = (k + width + 1) & ~width) {
      std::uint64_t const swapped = (words[k] >> width ^ words[k + width]) & mask;
      words[k] ^= swapped << width;
      words[k + width] ^= swapped;
    }
  }
}

void BitMatrix::transpose() {
  std::array<std::uint64_t, 64> upper, lower;
  auto const load = [&](std::array<std::uint64_t, 64>& block, std::size_t r, std::size_t c) {
    for (std::size_t k = 0; k < 64; ++k) block[k] = row(64 * r + k)[c];
    transpose_64(block);
  };
  auto const store = [&](std::array<std::uint64_t, 64> const& block, std::size_t r, std::size_t c) {
    for (std::size_t k = 0; k < 64; ++k) row(64 * r + k)[c] = block[k];
  };
  for (std::size_t r = 0; r < words_; ++r) {
    for (std::size_t c = 0; c <= r; ++c) {
      load(upper, r, c);
      load(lower, c, r);
      store(upper, c, r);
      store(lower, r, c);
    }
  }
}

Tableau::Tableau(std::size_t qubits)
    : qubits_(qubits),
      x_of_x_(qubits),
      z_of_x_(qubits),
      x_of_z_(qubits),
      z_of_z_(qubits),
      x_signs_(x_of_x_.words()),
      z_signs_(x_of_x_.words()),
      scratch_(2 * x_of_x_.words() * 2 * max_clifford_qubits) {
  for (std::size_t q = 0; q < qubits; ++q) {
    x_of_x_.set(q, q);
    z_of_z_.set(q, q);
  }
}

std::uint64_t Tableau::bytes(std::uint64_t qubits) {
  std::uint64_t const words = (qubits + 63) / 64;
  return 4 * 64 * words * words * 8 + (2 + 4 * max_clifford_qubits) * words * 8;
}

Tableau::Row Tableau::row(unsigned generator, circuit::Qubit qubit) {
  return generator == 0 ? Row{x_of_x_.row(qubit), z_of_x_.row(qubit)} : Row{x_of_z_.row(qubit), z_of_z_.row(qubit)};
}

bool Tableau::sign(unsigned generator, circuit::Qubit qubit) const {
  return ((generator == 0 ? x_signs_ : z_signs_)[qubit / 64] >> qubit % 64 & 1) != 0;
}

void Tableau::use_rows() {
  if (!transposed_) return;
  for (BitMatrix* matrix : {&x_of_x_, &z_of_x_, &x_of_z_, &z_of_z_}) matrix->transpose();
  transposed_ = false;
}

void Tableau::use_columns() {
  if (transposed_) return;
  for (BitMatrix* matrix : {&x_of_x_, &z_of_x_, &x_of_z_, &z_of_z_}) matrix->transpose();
  transposed_ = true;
}

// Let G be the gate. The new (G U)† P (G U) is U† (G† P G) U: the product of the old rows that G† P G names.
void Tableau::apply(Clifford const& gate, std::span<circuit::Qubit const> qubits) {
  if (gate.is_pauli()) {
    PauliString const pauli = gate.pauli();
    for (unsigned j = 0; j < gate.qubits; ++j) {
      if ((pauli.x >> j & 1) != 0) apply_x(qubits[j]);
      if ((pauli.z >> j & 1) != 0) apply_z(qubits[j]);
    }
    return;
  }
  use_rows();
  std::size_t const words = x_of_x_.words();
  std::array<bool, 2 * std::size_t{max_clifford_qubits}> signs{};
  auto const changes = [&](unsigned g) { return gate.inverse_images[g] != generator(g); };
  for (unsigned g = 0; g < 2 * gate.qubits; ++g) {
    if (!changes(g)) continue;
    PauliString const& image = gate.inverse_images[g];
    std::uint64_t* const x = scratch_.data() + 2 * g * words;
    std::uint64_t* const z = x + words;
    unsigned exponent = image.negative ? 2 : 0;  // of i
    bool empty = true;
    for (unsigned source = 0; source < 2 * gate.qubits; ++source) {
      unsigned const j = source / 2;
      if (((source % 2 == 0 ? image.x : image.z) >> j & 1) == 0) continue;
      Row const factor = row(source % 2, qubits[j]);
      exponent += sign(source % 2, qubits[j]) ? 2 : 0;
      if (empty) {
        std::copy_n(factor.x, words, x);
        std::copy_n(factor.z, words, z);
        empty = false;
        continue;
      }
      // Multiplies from the right. Each of the 64 lanes counts its powers of i modulo 4 in one bit of `ones` and
      // `twos`.
      std::uint64_t ones = 0, twos = 0;
      for (std::size_t w = 0; w < words; ++w) {
        std::uint64_t const x1 = x[w], z1 = z[w], x2 = factor.x[w], z2 = factor.z[w];
        std::uint64_t const new_x = x1 ^ x2, new_z = z1 ^ z2;
        std::uint64_t const anticommuting = (x1 & z2) ^ (x2 & z1);
        twos ^= (ones ^ new_x ^ new_z ^ (x1 & z2)) & anticommuting;
        ones ^= anticommuting;
        x[w] = new_x;
        z[w] = new_z;
      }
      exponent += static_cast<unsigned>(std::popcount(ones) + 2 * std::popcount(twos));
    }
    exponent += static_cast<unsigned>(std::popcount(image.x & image.z));  // Y = i X Z
    signs[g] = (exponent & 2) != 0;
  }
  for (unsigned g = 0; g < 2 * gate.qubits; ++g) {
    if (!changes(g)) continue;
    circuit::Qubit const qubit = qubits[g / 2];
    Row const target = row(g % 2, qubit);
    std::copy_n(scratch_.data() + 2 * g * words, words, target.x);
    std::copy_n(scratch_.data() + (2 * g + 1) * words, words, target.z);
    if (sign(g % 2, qubit) != signs[g]) flip(g % 2 == 0 ? x_signs_ : z_signs_, qubit);
  }
}

Tableau::Measurement Tableau::measure_either(circuit::Qubit qubit, bool choice) {
  // The outcome is that of measuring U† Z U on |0…0⟩: certain if only Z occur in it.
  std::size_t pivot = 0;
  if (transposed_) {
    while (pivot < qubits_ && !x_of_z_.at(pivot, qubit)) ++pivot;
  } else {
    std::uint64_t const* const x = x_of_z_.row(qubit);
    std::size_t word = 0;
    while (word < x_of_z_.words() && x[word] == 0) ++word;
    pivot = word < x_of_z_.words() ? 64 * word + static_cast<std::size_t>(std::countr_zero(x[word])) : qubits_;
  }
  if (pivot == qubits_) return {sign(1, qubit), false};
  collapse(qubit, pivot);
  if (sign(1, qubit) != choice) {  // X on the input: changes the sign of every image with a Z there
    for (std::size_t w = 0; w < x_signs_.size(); ++w) {
      x_signs_[w] ^= z_of_x_.row(pivot)[w];
      z_signs_[w] ^= z_of_z_.row(pivot)[w];
    }
  }
  return {choice, true};
}

bool Tableau::measure(circuit::Qubit qubit, bool choice) {
  return measure_either(qubit, choice).outcome;
}

// Gates that leave |0…0⟩ as it is may be put in front of U: CX from the pivot removes every other X from U† Z U, S on
// the pivot turns a Y there into X. What is left flips the pivot's input; after the measurement that input is |+⟩ or
// |-⟩, which a Hadamard in front makes of |0⟩ or |1⟩.
void Tableau::collapse(circuit::Qubit qubit, std::size_t pivot) {
  use_columns();
  std::size_t const words = x_of_x_.words();
  struct Half {
    BitMatrix& x;
    BitMatrix& z;
    Signs& signs;
  };
  std::array<Half, 2> const halves{Half{x_of_x_, z_of_x_, x_signs_}, Half{x_of_z_, z_of_z_, z_signs_}};
  for (std::size_t other = pivot + 1; other < qubits_; ++other) {
    if (!x_of_z_.at(other, qubit)) continue;
    for (Half const& half : halves) {
      std::uint64_t *const xc = half.x.row(pivot), *const zc = half.z.row(pivot);
      std::uint64_t *const xt = half.x.row(other), *const zt = half.z.row(other);
      for (std::size_t w = 0; w < words; ++w) {
        half.signs[w] ^= xc[w] & zt[w] & ~(xt[w] ^ zc[w]);
        xt[w] ^= xc[w];
        zc[w] ^= zt[w];
      }
    }
  }
  bool const y = z_of_z_.at(pivot, qubit);
  for (Half const& half : halves) {
    std::uint64_t *const x = half.x.row(pivot), *const z = half.z.row(pivot);
    for (std::size_t w = 0; w < words; ++w) {
      if (y) {
        half.signs[w] ^= x[w] & z[w];
        z[w] ^= x[w];
      }
      half.signs[w] ^= x[w] & z[w];
      std::swap(x[w], z[w]);
    }
  }
}

}  // namespace qhub::sim::stabilizer
