#include "qhub/sim/stabilizer/clifford.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "qhub/sim/channel.h"

namespace qhub::sim::stabilizer {
namespace {

using circuit::Complex;

/// i^exponent times a Hermitian Pauli string without sign, on the way to a product that is Hermitian again.
struct PhasedString {
  std::uint32_t x = 0;
  std::uint32_t z = 0;
  int exponent = 0;
};

/// With W(x, z) = i^|x & z| X^x Z^z, from Z^z X^x = (-1)^|z & x| X^x Z^z.
PhasedString operator*(PhasedString const& a, PhasedString const& b) {
  PhasedString product{a.x ^ b.x, a.z ^ b.z, a.exponent + b.exponent};
  product.exponent += std::popcount(a.x & a.z) + std::popcount(b.x & b.z) + 2 * std::popcount(a.z & b.x) -
                      std::popcount(product.x & product.z);
  product.exponent &= 3;
  return product;
}

PhasedString phased(PauliString const& string) {
  return {string.x, string.z, string.negative ? 2 : 0};
}

/// What a gate with these images of the generators makes of a string.
PauliString image_of(PauliString const& string, Clifford::Images const& images, unsigned qubits) {
  PhasedString product{0, 0, string.negative ? 2 : 0};
  for (unsigned j = 0; j < qubits; ++j) {
    bool const x = (string.x >> j & 1) != 0, z = (string.z >> j & 1) != 0;
    if (x) product = product * phased(images[2 * j]);
    if (z) product = product * phased(images[2 * j + 1]);
    if (x && z) product.exponent = (product.exponent + 1) & 3;  // Y = i X Z
  }
  return {product.x, product.z, product.exponent == 2};
}

/// U P U† as a Pauli string, if it is one.
std::optional<PauliString> conjugate(std::span<Complex const> matrix, std::size_t size, PauliString const& pauli) {
  auto const entry = [&](std::size_t row, std::size_t column) {
    Complex sum = 0;
    for (std::size_t k = 0; k < size; ++k) {
      Complex const term = matrix[row * size + (k ^ pauli.x)] * std::conj(matrix[column * size + k]);
      sum += std::popcount(k & pauli.z) % 2 == 0 ? term : -term;
    }
    return sum;
  };
  PauliString image;
  std::vector<Complex> first_column(size);
  for (std::size_t row = 0; row < size; ++row) first_column[row] = entry(row, 0);
  auto const by_size = [](Complex a, Complex b) { return std::norm(a) < std::norm(b); };
  image.x = static_cast<std::uint32_t>(std::ranges::max_element(first_column, by_size) - first_column.begin());
  Complex const value = first_column[image.x];
  for (std::size_t column = 1; column < size; column *= 2)
    if ((entry(column ^ image.x, column) * std::conj(value)).real() < 0) image.z |= static_cast<std::uint32_t>(column);
  constexpr std::array<Complex, 4> powers{Complex{1, 0}, Complex{0, 1}, Complex{-1, 0}, Complex{0, -1}};
  Complex const expected = powers[static_cast<unsigned>(std::popcount(image.x & image.z)) % 4];
  image.negative = (value * std::conj(expected)).real() < 0;
  for (std::size_t column = 0; column < size; ++column) {
    bool const minus = (std::popcount(column & image.z) % 2 != 0) != image.negative;
    for (std::size_t row = 0; row < size; ++row) {
      Complex const wanted = row != (column ^ image.x) ? Complex{} : minus ? -expected : expected;
      if (!(std::abs(entry(row, column) - wanted) <= clifford_tolerance)) return std::nullopt;
    }
  }
  return image;
}

/// The images of the inverse gate. Strings commute or anticommute as their images do, so generator P of the inverse's
/// image is in it where P anticommutes with the image of that generator's partner.
void invert(Clifford& clifford) {
  for (unsigned g = 0; g < 2 * clifford.qubits; ++g) {
    PauliString const wanted = generator(g);
    PauliString source;
    for (unsigned j = 0; j < clifford.qubits; ++j) {
      auto const anticommutes = [&](PauliString const& image) {
        return (std::popcount(image.x & wanted.z) + std::popcount(image.z & wanted.x)) % 2 != 0;
      };
      if (anticommutes(clifford.images[2 * j + 1])) source.x |= std::uint32_t{1} << j;
      if (anticommutes(clifford.images[2 * j])) source.z |= std::uint32_t{1} << j;
    }
    source.negative = image_of(source, clifford.images, clifford.qubits).negative;
    clifford.inverse_images[g] = source;
  }
}

/// Finds `sources` and `additions` by Gauss-Jordan elimination: what turns the matrix of the map into a permutation,
/// done backwards, turns the permutation into the map.
void make_additions(Clifford& clifford) {
  unsigned const size = 2 * clifford.qubits;
  // Row i: which generators' old values the new value of slot i is the sum of. A string's coordinate along X_j is
  // taken from the images that contain X on j.
  std::array<std::uint32_t, 2 * std::size_t{max_clifford_qubits}> rows{};
  for (unsigned source = 0; source < size; ++source) {
    for (unsigned j = 0; j < clifford.qubits; ++j) {
      rows[2 * j] |= (clifford.images[source].x >> j & 1) << source;
      rows[2 * j + 1] |= (clifford.images[source].z >> j & 1) << source;
    }
  }
  std::uint32_t used = 0;
  for (unsigned column = 0; column < size; ++column) {
    unsigned pivot = size;
    for (unsigned row = 0; row < size; ++row)
      if ((rows[row] >> column & 1) != 0 && (used >> row & 1) == 0 &&
          (pivot == size || std::popcount(rows[row]) < std::popcount(rows[pivot])))
        pivot = row;
    used |= std::uint32_t{1} << pivot;
    clifford.sources[pivot] = static_cast<std::uint8_t>(column);
    for (unsigned row = 0; row < size; ++row) {
      if (row == pivot || (rows[row] >> column & 1) == 0) continue;
      rows[row] ^= rows[pivot];
      clifford.additions.emplace_back(row, pivot);
    }
  }
  std::ranges::reverse(clifford.additions);
}

}  // namespace

bool Clifford::is_pauli() const {
  for (unsigned g = 0; g < 2 * qubits; ++g)
    if (images[g].x != generator(g).x || images[g].z != generator(g).z) return false;
  return true;
}

PauliString Clifford::pauli() const {
  PauliString string;
  for (unsigned j = 0; j < qubits; ++j) {
    if (images[2 * j].negative) string.z |= std::uint32_t{1} << j;
    if (images[2 * j + 1].negative) string.x |= std::uint32_t{1} << j;
  }
  return string;
}

std::optional<Clifford> recognise(std::span<Complex const> matrix, unsigned qubits) {
  Clifford clifford;
  clifford.qubits = qubits;
  for (unsigned g = 0; g < 2 * qubits; ++g) {
    std::optional<PauliString> const image = conjugate(matrix, std::size_t{1} << qubits, generator(g));
    if (!image) return std::nullopt;
    clifford.images[g] = *image;
  }
  invert(clifford);
  make_additions(clifford);
  return clifford;
}

std::size_t CliffordLibrary::Hash::operator()(Key const& key) const {
  std::size_t hash = static_cast<std::size_t>(key.gate) << 16 | std::size_t{key.positive_controls} << 8 |
                     std::size_t{key.negative_controls};
  for (double const parameter : key.parameters) hash = hash * 0x9e3779b97f4a7c15 + std::hash<double>()(parameter);
  return hash;
}

Clifford const* CliffordLibrary::find(circuit::Instruction const& instruction) {
  std::size_t const qubits = instruction.control_count() + instruction.targets.size();
  if (qubits > max_clifford_qubits) return nullptr;
  auto const recognised = [&] { return recognise(operators_of(instruction)[0], static_cast<unsigned>(qubits)); };
  if (instruction.kind == circuit::InstructionKind::unitary) {
    std::optional<Clifford> clifford = recognised();
    if (!clifford) return nullptr;
    return unitaries_.emplace_back(std::make_unique<Clifford>(*std::move(clifford))).get();
  }
  Key key{instruction.gate,
          static_cast<std::uint8_t>(instruction.positive_controls.size()),
          static_cast<std::uint8_t>(instruction.negative_controls.size()),
          {}};
  std::ranges::copy(instruction.parameters, key.parameters.begin());
  auto [found, added] = gates_.try_emplace(key);
  if (added) found->second = recognised();
  return found->second ? &*found->second : nullptr;
}

}  // namespace qhub::sim::stabilizer
