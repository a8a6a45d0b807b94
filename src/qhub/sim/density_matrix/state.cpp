#include "qhub/sim/density_matrix/state.h"

#include <algorithm>
#include <complex>
#include <type_traits>
#include <utility>

#include "qhub/sim/density_matrix/program.h"

namespace qhub::sim::density_matrix {
namespace {

using circuit::Complex;
using circuit::Qubit;

/// Matrix elements between two looks at the stop token.
constexpr std::size_t poll_interval = std::size_t{1} << 18;

/// The index of the string with Z on the qubits of a mask and I elsewhere.
std::size_t z_string(std::size_t qubits) {
  std::size_t string = 0;
  for (unsigned q = 0; qubits >> q != 0; ++q) string |= (qubits >> q & 1) << (2 * q + 1);
  return string;
}

/// Changes between Pauli coefficients and matrix elements |row⟩⟨column| on k qubits, in place: digit 2 bits at 2j of an
/// index is first the Pauli on qubit j, then its row and, as the higher bit, its column; or back.
void change_basis(std::span<Complex> block, bool to_elements, Team const& team) {
  constexpr Complex i{0, 1};
  for (std::size_t digit = 1; digit < block.size(); digit *= 4) {
    for (std::size_t index = 0; index < block.size(); ++index) {
      if (index % poll_interval == 0 && team.stopped()) return;
      if ((index & (3 * digit)) != 0) continue;
      Complex &a = block[index], &b = block[index + digit], &c = block[index + 2 * digit],
              &d = block[index + 3 * digit];
      if (to_elements) {  // I, X, Z, Y to |0⟩⟨0|, |1⟩⟨0|, |0⟩⟨1|, |1⟩⟨1|
        Complex const identity = a, x = b, z = c, y = d;
        a = (identity + z) * 0.5, d = (identity - z) * 0.5;
        b = (x + i * y) * 0.5, c = (x - i * y) * 0.5;
      } else {
        Complex const e00 = a, e10 = b, e01 = c, e11 = d;
        a = e00 + e11, c = e00 - e11;
        b = e10 + e01, d = i * (e01 - e10);
      }
    }
  }
}

/// Multiplies elements by a matrix along the rows of some of the qubits, or by its conjugate along the columns.
/// \param side  0 for rows, 1 for columns.
void multiply(std::span<Complex> block, std::span<Complex const> matrix, std::span<unsigned const> targets,
              std::size_t controls, std::size_t wanted, unsigned side, Team const& team) {
  std::size_t const size = std::size_t{1} << targets.size();
  std::size_t target_bits = 0;
  for (unsigned const t : targets) target_bits |= std::size_t{1} << (2 * t + side);
  auto const spread = [&](std::size_t qubits) {
    std::size_t bits = 0;
    for (unsigned q = 0; qubits >> q != 0; ++q) bits |= (qubits >> q & 1) << (2 * q + side);
    return bits;
  };
  std::size_t const control_bits = spread(controls), wanted_bits = spread(wanted);
  std::vector<std::size_t> offsets(size);
  for (std::size_t s = 0; s < size; ++s)
    for (std::size_t t = 0; t < targets.size(); ++t) offsets[s] |= (s >> t & 1) << (2 * targets[t] + side);
  std::vector<Complex> old(size);
  for (std::size_t index = 0; index < block.size(); ++index) {
    if (index % poll_interval == 0 && team.stopped()) return;
    if ((index & target_bits) != 0 || (index & control_bits) != wanted_bits) continue;
    for (std::size_t s = 0; s < size; ++s) old[s] = block[index + offsets[s]];
    for (std::size_t r = 0; r < size; ++r) {
      Complex sum = 0;
      for (std::size_t s = 0; s < size; ++s) {
        Complex const entry = matrix[r * size + s];
        sum += (side == 0 ? entry : std::conj(entry)) * old[s];
      }
      block[index + offsets[r]] = sum;
    }
  }
}

}  // namespace

template <class Real>
std::optional<State<Real>> State<Real>::zero(unsigned qubits, Team& team) {
  std::optional<ZeroedMemory> memory = ZeroedMemory::allocate(sizeof(Real) << 2 * qubits);
  if (!memory) return std::nullopt;
  State state(*std::move(memory), qubits);
  // Few numbers, but far apart: nearly all of the memory comes into being here.
  std::size_t const masks = std::size_t{1} << qubits, piece = std::min<std::size_t>(masks, 16);
  team.for_each(masks / piece, [&](std::size_t p, unsigned) {
    for (std::size_t mask = p * piece; mask < (p + 1) * piece; ++mask) state.data()[z_string(mask)] = 1;
  });
  return state;
}

template <class Real>
std::optional<State<Real>> State<Real>::copy(Team& team) const {
  std::optional<ZeroedMemory> memory = ZeroedMemory::allocate(sizeof(Real) << 2 * qubits_);
  if (!memory) return std::nullopt;
  State state(*std::move(memory), qubits_);
  std::size_t const size = std::size_t{1} << 2 * qubits_, piece = std::min(size, std::size_t{1} << 16);
  team.for_each(size / piece,
                [&](std::size_t p, unsigned) { std::copy_n(data() + p * piece, piece, state.data() + p * piece); });
  return state;
}

template <class Real>
void State<Real>::apply_wide(circuit::Instruction const& gate, Team& team) {
  std::vector<Qubit> qubits;
  for (auto const& group : {gate.positive_controls, gate.negative_controls, gate.targets})
    qubits.insert(qubits.end(), group.begin(), group.end());
  std::size_t const controls = gate.control_count();
  std::vector<Complex> matrix(gate.matrix.begin(), gate.matrix.end());
  if (gate.kind == circuit::InstructionKind::gate) {
    matrix.resize(std::size_t{1} << 2 * gate.targets.size());
    circuit::write_matrix(gate.gate, gate.parameters, matrix.data());
  }
  std::vector<unsigned> targets;
  for (std::size_t t = 0; t < gate.targets.size(); ++t) targets.push_back(static_cast<unsigned>(controls + t));
  std::vector<std::uint8_t> const bits = bits_of(qubits);
  // Where element s of a block is: the bits of s at the places of the qubits, by a table for each half of them.
  std::size_t const half = bits.size() / 2, block_size = std::size_t{1} << bits.size();
  auto const table = [](std::span<std::uint8_t const> places) {
    std::vector<std::size_t> offsets{0};
    for (std::uint8_t const place : places)
      for (std::size_t s = 0, size = offsets.size(); s < size; ++s)
        offsets.push_back(offsets[s] | std::size_t{1} << place);
    return offsets;
  };
  std::vector<std::size_t> const low = table(std::span(bits).first(half)), high = table(std::span(bits).subspan(half));
  auto const offset = [&](std::size_t s) { return low[s & ((std::size_t{1} << half) - 1)] | high[s >> half]; };
  std::vector<std::uint8_t> ascending = bits;
  std::ranges::sort(ascending);
  std::vector<std::vector<Complex>> blocks(team.size());
  team.for_each(std::size_t{1} << (2 * qubits_ - bits.size()), [&](std::size_t group, unsigned worker) {
    std::size_t start = group;
    for (std::uint8_t const bit : ascending) {
      std::size_t const below = (std::size_t{1} << bit) - 1;
      start = (start & ~below) << 1 | (start & below);
    }
    std::vector<Complex>& block = blocks[worker];
    block.clear();
    block.reserve(block_size);
    for (std::size_t s = 0; s < block_size; ++s) {
      if (s % poll_interval == 0 && team.stopped()) return;
      block.emplace_back(data()[start + offset(s)]);
    }
    change_basis(block, true, team);
    for (unsigned const side : {0U, 1U})
      multiply(block, matrix, targets, (std::size_t{1} << controls) - 1,
               (std::size_t{1} << gate.positive_controls.size()) - 1, side, team);
    change_basis(block, false, team);
    for (std::size_t s = 0; s < block_size && !team.stopped(); ++s)
      data()[start + offset(s)] = static_cast<Real>(block[s].real());
  });
}

template <class Real>
double State<Real>::probability_of_one(Qubit qubit) const {
  double const z = data()[std::size_t{2} << 2 * qubit], one = data()[0];
  return std::clamp((1 - z / one) / 2, 0.0, 1.0);
}

template <class Real>
void State<Real>::project(Qubit qubit, bool outcome, double probability, Team& team) {
  double const same = 0.5 / probability, other = outcome ? -same : same;
  std::vector<double> projection(16);
  projection[0] = projection[10] = same;  // of I and of Z, which have the numbers 0 and 2
  projection[2] = projection[8] = other;
  TileMap<double> const map{bits_of({&qubit, 1}), {sparse(projection, 4)}};
  if constexpr (std::is_same_v<Real, float>)
    apply(to_single(map), team);
  else
    apply(map, team);
}

// ρ's diagonal is the Walsh-Hadamard transform of the coefficients of strings of I and Z.
template <class Real>
std::vector<double> State<Real>::probabilities() const {
  std::size_t const size = std::size_t{1} << qubits_;
  std::vector<double> values(size);
  for (std::size_t mask = 0; mask < size; ++mask) values[mask] = data()[z_string(mask)] / static_cast<double>(size);
  for (std::size_t step = 1; step < size; step *= 2) {
    for (std::size_t i = 0; i < size; ++i) {
      if ((i & step) != 0) continue;
      double const a = values[i], b = values[i | step];
      values[i] = a + b;
      values[i | step] = a - b;
    }
  }
  for (double& value : values) value = std::max(0.0, value);
  return values;
}

template class State<float>;
template class State<double>;

}  // namespace qhub::sim::density_matrix
