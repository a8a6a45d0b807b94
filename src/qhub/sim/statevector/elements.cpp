#include "qhub/sim/statevector/elements.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace qhub::sim::statevector {
namespace {

using Kind = Element::Kind;
using Complex = ElementMaker::Complex;
using Matrix2 = ElementMaker::Matrix2;
using Matrix4 = ElementMaker::Matrix4;

/// Entries this small are rounding errors of zeros.
constexpr double negligible = 1e-16;

constexpr Matrix2 identity{1, 0, 0, 1};

std::uint64_t bit(unsigned qubit) {
  return std::uint64_t{1} << qubit;
}

bool is_one(Complex factor) {
  return std::abs(factor.imag()) <= negligible && factor.real() > 0;
}

/// The phase of a number; any of 0.
Complex normalized(Complex z) {
  double const norm = std::norm(z);
  return norm == 0 ? 1 : z / std::sqrt(norm);
}

/// The textbook product: no number here is infinite.
Complex multiply(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

template <std::size_t size>
std::array<Complex, size * size> product(std::array<Complex, size * size> const& later,
                                         std::array<Complex, size * size> const& earlier) {
  std::array<Complex, size * size> result{};
  for (std::size_t r = 0; r < size; ++r)
    for (std::size_t k = 0; k < size; ++k)
      for (std::size_t c = 0; c < size; ++c)
        result[r * size + c] += multiply(later[r * size + k], earlier[k * size + c]);
  return result;
}

/// high ⊗ low
Matrix4 tensor(Matrix2 const& high, Matrix2 const& low) {
  Matrix4 result;
  for (std::size_t r = 0; r < 4; ++r)
    for (std::size_t c = 0; c < 4; ++c) result[r * 4 + c] = high[r / 2 * 2 + c / 2] * low[r % 2 * 2 + c % 2];
  return result;
}

/// The same gate with its two qubits named in the other order.
Matrix4 exchanged(Matrix4 const& matrix) {
  constexpr std::array<std::size_t, 4> place{0, 2, 1, 3};
  Matrix4 result;
  for (std::size_t r = 0; r < 4; ++r)
    for (std::size_t c = 0; c < 4; ++c) result[r * 4 + c] = matrix[place[r] * 4 + place[c]];
  return result;
}

bool is_diagonal(std::span<Complex const> matrix) {
  auto const size = static_cast<std::size_t>(std::sqrt(matrix.size()));
  for (std::size_t r = 0; r < size; ++r)
    for (std::size_t c = 0; c < size; ++c)
      if (r != c && std::abs(matrix[r * size + c]) > negligible) return false;
  return true;
}

/// Where each basis state goes, if the matrix is a permutation times phases.
std::optional<std::array<unsigned, 4>> permutation(Matrix4 const& matrix) {
  std::array<unsigned, 4> image{};
  for (unsigned c = 0; c < 4; ++c) {
    unsigned entries = 0;
    for (unsigned r = 0; r < 4; ++r) {
      if (std::abs(matrix[r * 4 + c]) <= negligible) continue;
      image[c] = r;
      ++entries;
    }
    if (entries != 1) return std::nullopt;
  }
  return image;
}

}  // namespace

ElementMaker::ElementMaker(std::size_t wires, unsigned qubits)
    : qubit_(wires, none), wire_(qubits, no_wire), waiting_(qubits), open_(qubits, not_open) {}

void ElementMaker::add(std::span<Complex const> matrix, std::span<std::uint32_t const> targets,
                       std::span<std::uint32_t const> positive_controls,
                       std::span<std::uint32_t const> negative_controls) {
  std::array<unsigned, 6> qubits;
  for (std::size_t t = 0; t < targets.size(); ++t) qubits[t] = take_qubit(targets[t]);
  std::span<unsigned const> const on = std::span(qubits).first(targets.size());
  Controls where;
  for (std::uint32_t const wire : positive_controls) where = where.with(take_qubit(wire), true);
  for (std::uint32_t const wire : negative_controls) where = where.with(take_qubit(wire), false);
  if (!simplify(where)) return;
  if (on.empty()) {
    factor_ *= matrix[0];
  } else if (on.size() == 1 && where.qubits == 0) {
    add_one({matrix[0], matrix[1], matrix[2], matrix[3]}, on[0]);
  } else if (join_open(matrix, on, where)) {
    return;
  } else if (is_diagonal(matrix)) {
    add_diagonal(matrix, on, where);
  } else if (on.size() == 1) {
    add_controlled_one({matrix[0], matrix[1], matrix[2], matrix[3]}, on[0], where);
  } else if (on.size() == 2) {
    Matrix4 matrix4;
    std::copy_n(matrix.begin(), 16, matrix4.begin());
    add_two(matrix4, on[0], on[1], where);
  } else {
    add_element({.kind = Kind::dense}, on, where, matrix);
  }
}

void ElementMaker::flush() {
  for (unsigned qubit = 0; qubit < waiting_.size(); ++qubit) flush(qubit);
  std::fill(open_.begin(), open_.end(), not_open);
}

void ElementMaker::expose(std::uint32_t wire) {
  mixed_ |= bit(take_qubit(wire));
}

void ElementMaker::release(std::uint32_t wire) {
  std::uint8_t const qubit = std::exchange(qubit_[wire], none);
  wire_[qubit] = no_wire;
  mixed_ &= ~bit(qubit);
}

unsigned ElementMaker::take_qubit(std::uint32_t wire) {
  if (qubit_[wire] == none) {
    auto const free = std::ranges::find(wire_, no_wire);
    *free = wire;
    qubit_[wire] = static_cast<std::uint8_t>(free - wire_.begin());
  }
  return qubit_[wire];
}

Complex ElementMaker::take_factor() {
  return std::exchange(factor_, 1.0);
}

/// Whether the qubit may be in another state than |0⟩.
bool ElementMaker::is_mixed(unsigned qubit) const {
  return (mixed_ >> qubit & 1) != 0 || (waiting_[qubit] && !is_diagonal(*waiting_[qubit]));
}

/// Leaves out controls on qubits that are still in |0⟩. Returns false if the gate never acts.
bool ElementMaker::simplify(Controls& controls) const {
  for (std::uint64_t rest = controls.qubits; rest != 0; rest &= rest - 1) {
    auto const qubit = static_cast<unsigned>(std::countr_zero(rest));
    if (is_mixed(qubit)) continue;
    if ((controls.values >> qubit & 1) != 0) return false;
    controls.qubits &= ~bit(qubit);
  }
  return true;
}

void ElementMaker::add_one(Matrix2 const& matrix, unsigned qubit) {
  if (open_[qubit] != not_open) {
    bool const low = list_.elements[open_[qubit]].targets[0] == qubit;
    multiply_open(open_[qubit], low ? tensor(identity, matrix) : tensor(matrix, identity));
  } else {
    waiting_[qubit] = waiting_[qubit] ? product<2>(matrix, *waiting_[qubit]) : matrix;
  }
}

/// Multiplies a gate on the two qubits of an open matrix into that.
bool ElementMaker::join_open(std::span<Complex const> matrix, std::span<unsigned const> targets,
                             Controls const& controls) {
  if (targets.size() + static_cast<std::size_t>(std::popcount(controls.qubits)) != 2) return false;
  unsigned const first = targets[0];
  unsigned const second = targets.size() == 2 ? targets[1] : static_cast<unsigned>(std::countr_zero(controls.qubits));
  if (open_[first] == not_open || open_[first] != open_[second]) return false;
  Matrix4 whole{};
  if (targets.size() == 2) {
    std::copy_n(matrix.begin(), 16, whole.begin());
  } else {
    std::size_t const acting = controls.values != 0 ? 2 : 0;
    for (std::size_t i = 0; i < 4; ++i) whole[i * 5] = 1;
    for (std::size_t r = 0; r < 2; ++r)
      for (std::size_t c = 0; c < 2; ++c) whole[(acting + r) * 4 + acting + c] = matrix[2 * r + c];
  }
  bool const same_order = list_.elements[open_[first]].targets[0] == first;
  multiply_open(open_[first], same_order ? whole : exchanged(whole));
  return true;
}

void ElementMaker::multiply_open(std::uint32_t index, Matrix4 const& later) {
  double* const numbers = &list_.numbers[list_.elements[index].first_number];
  Matrix4 matrix;
  for (std::size_t i = 0; i < 16; ++i) matrix[i] = {numbers[2 * i], numbers[2 * i + 1]};
  matrix = product<4>(later, matrix);
  for (std::size_t i = 0; i < 16; ++i) numbers[2 * i] = matrix[i].real(), numbers[2 * i + 1] = matrix[i].imag();
}

/// \param matrix  diagonal.
void ElementMaker::add_diagonal(std::span<Complex const> matrix, std::span<unsigned const> targets,
                                Controls const& controls) {
  std::size_t const size = std::size_t{1} << targets.size();
  for (std::size_t state = 0; state < size; ++state) {
    Controls where = controls;
    for (std::size_t t = 0; t < targets.size(); ++t) where = where.with(targets[t], (state >> t & 1) != 0);
    add_phase(normalized(matrix[state * size + state]), where);
  }
}

/// A factor of size 1 where the controls agree. On up to two qubits, it is written with controls that ask for 1 only.
void ElementMaker::add_phase(Complex factor, Controls where) {
  if (is_one(factor) || !simplify(where)) return;
  std::uint64_t const zeros = where.qubits & ~where.values;
  int const count = std::popcount(where.qubits);
  if (count == 0) {
    factor_ *= factor;
  } else if (count <= 2 && zeros != 0) {  // 1 - b instead of b
    std::uint64_t const qubit = zeros & -zeros;
    add_phase(factor, {where.qubits & ~qubit, where.values});
    add_phase(std::conj(factor), {where.qubits, where.values | qubit});
  } else if (count == 1) {
    add_one({1, 0, 0, factor}, static_cast<unsigned>(std::countr_zero(where.qubits)));
  } else {
    look_at(where.qubits);
    add_phase_element(factor, where);
  }
}

/// Unless it is 1, or the qubit is still in |0⟩.
void ElementMaker::add_phase_element(Complex factor, Controls const& where) {
  if (is_one(factor) || (where.qubits & ~mixed_) != 0) return;
  list_.elements.push_back(
      {.kind = Kind::phase, .controls = where.qubits, .control_values = where.values, .factor = factor});
}

void ElementMaker::add_controlled_one(Matrix2 const& matrix, unsigned target, Controls const& controls) {
  if (std::abs(matrix[0]) <= negligible && std::abs(matrix[3]) <= negligible) {
    add_phase(normalized(matrix[2]), controls.with(target, false));
    add_phase(normalized(matrix[1]), controls.with(target, true));
    add_exchange(target, controls);
  } else {
    add_element({.kind = Kind::multiply_one}, std::array{target}, controls, matrix);
  }
}

void ElementMaker::add_exchange(unsigned target, Controls const& controls) {
  if (controls.qubits == 0) return add_one({0, 1, 1, 0}, target);
  add_element({.kind = Kind::exchange}, std::array{target}, controls, {});
}

void ElementMaker::add_two(Matrix4 const& matrix, unsigned a, unsigned b, Controls const& controls) {
  if (auto const image = permutation(matrix)) return add_permutation(matrix, *image, a, b, controls);
  if (controls.qubits != 0) return add_element({.kind = Kind::dense}, std::array{a, b}, controls, matrix);
  Matrix4 const before = tensor(waiting_[b].value_or(identity), waiting_[a].value_or(identity));
  waiting_[a].reset();
  waiting_[b].reset();
  add_element({.kind = Kind::multiply_two}, std::array{a, b}, {}, product<4>(matrix, before));
  open_[a] = open_[b] = static_cast<std::uint32_t>(list_.elements.size() - 1);
}

/// Every permutation of the values x of two bits is A x + c: swaps, controlled exchanges and exchanges.
void ElementMaker::add_permutation(Matrix4 const& matrix, std::array<unsigned, 4> const& image, unsigned a, unsigned b,
                                   Controls const& controls) {
  for (unsigned state = 0; state < 4; ++state)
    add_phase(normalized(matrix[image[state] * 4 + state]),
              controls.with(a, (state & 1) != 0).with(b, (state & 2) != 0));
  unsigned const of_a = image[1] ^ image[0], of_b = image[2] ^ image[0];  // the columns of A
  if (of_a == 2 || of_b == 1) {
    if (controls.qubits == 0 && renaming_) {
      std::swap(wire_[a], wire_[b]);
      std::swap(qubit_[wire_[a]], qubit_[wire_[b]]);
      std::swap(a, b);
    } else {
      add_exchange(b, Controls{}.with(a, true));
      add_exchange(a, controls.with(b, true));
      add_exchange(b, Controls{}.with(a, true));
    }
  }
  if ((of_a ^ of_b) == 1) add_exchange(b, controls.with(a, true));  // columns 2 and 3
  if ((of_a ^ of_b) == 2) add_exchange(a, controls.with(b, true));  // columns 1 and 3
  if ((image[0] & 1) != 0) add_exchange(a, controls);
  if ((image[0] & 2) != 0) add_exchange(b, controls);
}

void ElementMaker::add_element(Element element, std::span<unsigned const> targets, Controls const& controls,
                               std::span<Complex const> matrix) {
  look_at(controls.qubits);
  mix(targets);
  element.target_count = static_cast<std::uint8_t>(targets.size());
  for (std::size_t t = 0; t < targets.size(); ++t) {
    element.targets[t] = static_cast<std::uint8_t>(targets[t]);
    element.mixed |= bit(targets[t]);
  }
  element.controls = controls.qubits;
  element.control_values = controls.values & controls.qubits;
  element.first_number = static_cast<std::uint32_t>(list_.numbers.size());
  for (Complex const entry : matrix) list_.numbers.insert(list_.numbers.end(), {entry.real(), entry.imag()});
  list_.elements.push_back(element);
}

/// What waits for these qubits becomes elements, as far as it does not commute with controls.
void ElementMaker::look_at(std::uint64_t qubits) {
  for (; qubits != 0; qubits &= qubits - 1) {
    auto const qubit = static_cast<unsigned>(std::countr_zero(qubits));
    flush_mixing(qubit);
    open_[qubit] = not_open;
  }
}

void ElementMaker::mix(std::span<unsigned const> qubits) {
  for (unsigned const qubit : qubits) {
    flush(qubit);
    open_[qubit] = not_open;
    mixed_ |= bit(qubit);
  }
}

/// Writes what waits for a qubit as phase, rotation, phase (Z-Y-Z angles); only the last phase goes on waiting.
void ElementMaker::flush_mixing(unsigned qubit) {
  if (!waiting_[qubit] || is_diagonal(*waiting_[qubit])) return;
  Matrix2 const u = *waiting_[qubit];
  waiting_[qubit].reset();
  double const cosine = std::sqrt(std::norm(u[0])), sine = std::sqrt(std::norm(u[2]));
  Element element{.target_count = 1, .mixed = bit(qubit)};
  element.targets[0] = static_cast<std::uint8_t>(qubit);
  Controls const where{bit(qubit), bit(qubit)};
  if (cosine <= negligible) {
    element.kind = Kind::exchange;
    add_phase_element(normalized(u[1] * std::conj(u[2])), where);
    factor_ *= normalized(u[2]);
  } else {
    element.kind = cosine >= sine ? Kind::rotate : Kind::rotate_exchanged;
    element.number = cosine >= sine ? sine / cosine : cosine / sine;
    element.scale = std::max(cosine, sine) / std::sqrt(cosine * cosine + sine * sine);
    // From the larger entries: small ones may be nothing but rounding errors, whose phases contradict each other.
    Complex const after = normalized(u[2] * std::conj(u[0]));
    Complex const before = cosine >= sine ? u[3] * std::conj(u[0] * after) : -u[1] * std::conj(u[0]);
    add_phase_element(normalized(before), where);
    if (!is_one(after)) waiting_[qubit] = Matrix2{1, 0, 0, after};
    factor_ *= normalized(u[0]);
  }
  list_.elements.push_back(element);
  mixed_ |= bit(qubit);
}

void ElementMaker::flush(unsigned qubit) {
  flush_mixing(qubit);
  if (!waiting_[qubit]) return;
  Matrix2 const u = *waiting_[qubit];
  waiting_[qubit].reset();
  factor_ *= normalized(u[0]);
  add_phase_element(normalized(u[3] * std::conj(u[0])), {bit(qubit), bit(qubit)});
}

}  // namespace qhub::sim::statevector
