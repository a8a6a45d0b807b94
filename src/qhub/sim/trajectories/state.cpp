#include "qhub/sim/trajectories/state.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <type_traits>
#include <utility>

#include "qhub/sim/channel.h"

namespace qhub::sim::trajectories {
namespace {

using circuit::Qubit;

constexpr std::size_t run_length = 64, piece_length = std::size_t{1} << 16;

/// The real matrix on (qubits, real or imaginary part) that a complex matrix on the qubits is; the last bit is the
/// highest.
template <class Real>
void write_real(std::span<Complex const> matrix, std::size_t dimension, std::span<Real> result) {
  std::size_t const rows = 2 * dimension;
  for (std::size_t r = 0; r < dimension; ++r) {
    for (std::size_t c = 0; c < dimension; ++c) {
      Complex const entry = matrix[r * dimension + c];
      result[r * rows + c] = result[(r + dimension) * rows + c + dimension] = static_cast<Real>(entry.real());
      result[(r + dimension) * rows + c] = static_cast<Real>(entry.imag());
      result[r * rows + c + dimension] = static_cast<Real>(-entry.imag());
    }
  }
}

}  // namespace

template <class Real>
std::size_t State<Real>::pieces() const {
  return std::max(std::size_t{1}, size() / piece_length);
}

template <class Real>
template <class Work>
void State<Real>::for_pieces(Team& team, Work const& work) const {
  std::size_t const length = size() / pieces();
  team.for_each(pieces(), [&](std::size_t piece, unsigned) { work(piece, piece * length, (piece + 1) * length); });
}

template <class Real>
std::optional<State<Real>> State<Real>::zero(unsigned qubits) {
  std::optional<ZeroedMemory> memory = ZeroedMemory::allocate(2 * sizeof(Real) << qubits);
  if (!memory) return std::nullopt;
  State state(*std::move(memory), qubits);
  state.re()[0] = 1;
  return state;
}

template <class Real>
std::optional<State<Real>> State<Real>::copy(Team& team) const {
  std::optional<ZeroedMemory> memory = ZeroedMemory::allocate(2 * sizeof(Real) << qubits_);
  if (!memory) return std::nullopt;
  State state(*std::move(memory), qubits_);
  for_pieces(team, [&](std::size_t, std::size_t first, std::size_t end) {
    std::copy(re() + first, re() + end, state.re() + first);
    std::copy(im() + first, im() + end, state.im() + first);
  });
  return state;
}

template <class Real>
void State<Real>::apply(Matrix const& matrix, std::span<Qubit const> qubits, Team& team) {
  auto const part = static_cast<std::uint8_t>(qubits_);
  if (qubits.size() == 2) {
    std::array<Real, 64> real;
    write_real<Real>(matrix.entries, 4, real);
    apply_dense(re(), qubits_ + 1, {static_cast<std::uint8_t>(qubits[0]), static_cast<std::uint8_t>(qubits[1]), part},
                real, team);
    return;
  }
  std::array<Real, 16> real;
  write_real<Real>(matrix.entries, 2, real);
  SparseMatrix<Real> factor{
      {4, 8, 12, 16}, {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3}, {real.begin(), real.end()}};
  apply_tiles(re(), qubits_ + 1, TileMap<Real>{{static_cast<std::uint8_t>(qubits[0]), part}, {std::move(factor)}},
              team);
}

template <class Real>
void State<Real>::apply_wide(circuit::Instruction const& gate, Team& team) {
  std::vector<Qubit> qubits;
  for (auto const& group : {gate.positive_controls, gate.negative_controls, gate.targets})
    qubits.insert(qubits.end(), group.begin(), group.end());
  if (qubits.size() < max_tile_bits) {
    std::size_t const dimension = std::size_t{1} << qubits.size();
    std::vector<double> real(4 * dimension * dimension);
    write_real<double>(operators_of(gate)[0], dimension, real);
    TileMap<double> map{{}, {sparse(real, 2 * dimension)}};
    for (Qubit const qubit : qubits) map.bits.push_back(static_cast<std::uint8_t>(qubit));
    map.bits.push_back(static_cast<std::uint8_t>(qubits_));
    if constexpr (std::is_same_v<Real, float>)
      apply_tiles(re(), qubits_ + 1, to_single(map), team);
    else
      apply_tiles(re(), qubits_ + 1, map, team);
    return;
  }
  // Few amplitudes take part: those that all controls select.
  std::size_t const states = std::size_t{1} << gate.targets.size();
  std::vector<Complex> matrix(gate.matrix.begin(), gate.matrix.end());
  if (gate.kind == circuit::InstructionKind::gate) {
    matrix.resize(states * states);
    circuit::write_matrix(gate.gate, gate.parameters, matrix.data());
  }
  std::size_t controls = 0, wanted = 0;
  for (Qubit const qubit : gate.positive_controls) wanted |= std::size_t{1} << qubit;
  controls = wanted;
  for (Qubit const qubit : gate.negative_controls) controls |= std::size_t{1} << qubit;
  std::vector<std::size_t> offsets(states);
  for (std::size_t s = 0; s < states; ++s)
    for (std::size_t t = 0; t < gate.targets.size(); ++t) offsets[s] |= (s >> t & 1) << gate.targets[t];
  std::vector<Qubit> ascending = qubits;
  std::ranges::sort(ascending);
  std::size_t const groups = size() >> qubits.size(), piece = std::min<std::size_t>(groups, 1024);
  team.for_each(groups / piece, [&](std::size_t p, unsigned) {
    std::vector<Complex> old(states);
    for (std::size_t group = p * piece; group < (p + 1) * piece; ++group) {
      std::size_t start = group;
      for (Qubit const qubit : ascending) {
        std::size_t const below = (std::size_t{1} << qubit) - 1;
        start = (start & ~below) << 1 | (start & below);
      }
      start |= wanted;
      for (std::size_t s = 0; s < states; ++s) old[s] = {re()[start + offsets[s]], im()[start + offsets[s]]};
      for (std::size_t r = 0; r < states; ++r) {
        Complex sum = 0;
        for (std::size_t s = 0; s < states; ++s) sum += matrix[r * states + s] * old[s];
        re()[start + offsets[r]] = static_cast<Real>(sum.real());
        im()[start + offsets[r]] = static_cast<Real>(sum.imag());
      }
    }
  });
}

template <class Real>
void State<Real>::scale(double factor, Team& team) {
  auto const real = static_cast<Real>(factor);
  for_pieces(team, [&](std::size_t, std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i) {
      re()[i] *= real;
      im()[i] *= real;
    }
  });
}

template <class Real>
Matrix State<Real>::reduced(std::span<Qubit const> qubits, Team& team) const {
  Matrix result;
  result.dimension = 1U << qubits.size();
  std::size_t const a = std::size_t{1} << qubits[0], b = qubits.size() == 2 ? std::size_t{1} << qubits[1] : 0;
  std::array<std::size_t, 4> const offsets{0, a, b, a | b};
  // Runs of indices that agree in the block's qubits.
  std::size_t const run = std::min(a, b == 0 ? a : b);
  std::vector<Matrix> sums(pieces(), result);
  for_pieces(team, [&](std::size_t piece, std::size_t first, std::size_t end) {
    std::size_t const step = std::min(run, end - first);
    for (unsigned row = 0; row < result.dimension; ++row) {
      for (unsigned column = 0; column <= row; ++column) {
        double real = 0, imaginary = 0;
        for (std::size_t start = first; start < end; start += step) {
          if ((start & (a | b)) != 0) continue;
          Real const *const r1 = re() + (start | offsets[row]), *const i1 = im() + (start | offsets[row]);
          Real const *const r2 = re() + (start | offsets[column]), *const i2 = im() + (start | offsets[column]);
          for (std::size_t i = 0; i < step; ++i) {
            real += static_cast<double>(r1[i] * r2[i] + i1[i] * i2[i]);
            imaginary += static_cast<double>(i1[i] * r2[i] - r1[i] * i2[i]);
          }
        }
        sums[piece].entries[row * result.dimension + column] = {real, imaginary};
      }
    }
  });
  for (unsigned row = 0; row < result.dimension; ++row) {
    for (unsigned column = 0; column <= row; ++column) {
      Complex& entry = result.entries[row * result.dimension + column];
      for (Matrix const& sum : sums) entry += sum.entries[row * result.dimension + column];
      result.entries[column * result.dimension + row] = std::conj(entry);
    }
  }
  return result;
}

template <class Real>
double State<Real>::expectation(PauliTerm const& term, Team& team) const {
  std::size_t flips = 0, signs = 0;
  for (PauliTerm::Factor const& factor : term.factors) {
    std::size_t const bit = std::size_t{1} << factor.qubit;
    if (factor.pauli != PauliTerm::Operator::z) flips |= bit;
    if (factor.pauli != PauliTerm::Operator::x) signs |= bit;
  }
  constexpr std::array<Complex, 4> powers{Complex{1, 0}, Complex{0, 1}, Complex{-1, 0}, Complex{0, -1}};
  std::vector<Complex> sums(pieces());
  for_pieces(team, [&](std::size_t piece, std::size_t first, std::size_t end) {
    Complex sum = 0;
    for (std::size_t i = first; i < end; ++i) {
      Complex const left{re()[i ^ flips], im()[i ^ flips]}, right{re()[i], im()[i]};
      Complex const product = std::conj(left) * right;
      sum += std::popcount(i & signs) % 2 == 0 ? product : -product;
    }
    sums[piece] = sum;
  });
  Complex const sum = std::accumulate(sums.begin(), sums.end(), Complex{});
  return (sum * powers[static_cast<unsigned>(std::popcount(flips & signs)) % 4]).real();
}

template <class Real>
double State<Real>::weight(std::size_t index) const {
  double const r = re()[index], i = im()[index];
  return r * r + i * i;
}

template <class Real>
std::vector<double> State<Real>::cumulative_weights(Team& team) const {
  std::size_t const length = std::min(size(), run_length);
  std::vector<double> cumulative(size() / length);
  for_pieces(team, [&](std::size_t, std::size_t first, std::size_t end) {
    for (std::size_t start = first; start < end; start += length) {
      constexpr std::size_t lanes = 8;  // so that the compiler may add side by side
      std::array<double, lanes> partial{};
      for (std::size_t k = start; k < start + length; ++k)
        partial[k % lanes] += static_cast<double>(re()[k]) * re()[k] + static_cast<double>(im()[k]) * im()[k];
      cumulative[start / length] = std::accumulate(partial.begin(), partial.end(), 0.0);
    }
  });
  std::partial_sum(cumulative.begin(), cumulative.end(), cumulative.begin());
  return cumulative;
}

template <class Real>
std::size_t State<Real>::find(double threshold, std::span<double const> cumulative) const {
  std::size_t const length = std::min(size(), run_length);
  auto run = static_cast<std::size_t>(std::ranges::upper_bound(cumulative, threshold) - cumulative.begin());
  if (run == cumulative.size())  // by rounding: the last state that can occur is meant
    run = static_cast<std::size_t>(std::ranges::lower_bound(cumulative, cumulative.back()) - cumulative.begin());
  double rest = threshold - (run == 0 ? 0 : cumulative[run - 1]);
  std::size_t last_possible = run * length;
  for (std::size_t index = run * length; index < (run + 1) * length; ++index) {
    double const w = weight(index);
    if (w == 0) continue;
    last_possible = index;
    if (rest < w) break;
    rest -= w;
  }
  return last_possible;
}

template class State<float>;
template class State<double>;

}  // namespace qhub::sim::trajectories
