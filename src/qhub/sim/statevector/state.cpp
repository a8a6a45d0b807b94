#include "qhub/sim/statevector/state.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace qhub::sim::statevector {
namespace {

/// So many amplitudes are a unit of work, between two looks at the stop token.
constexpr std::size_t unit = std::size_t{1} << 14;

/// An infidelity this small is rounding error; no number of shots could tell.
template <class Real>
constexpr double negligible_infidelity = sizeof(Real) == sizeof(float) ? 1e-10 : 1e-13;

}  // namespace

template <class Real>
std::optional<State<Real>> State<Real>::empty(Shape const& shape) {
  if (shape.positions >= 8 * sizeof(std::size_t) - 5) return std::nullopt;
  auto memory = ZeroedMemory::allocate(bytes(shape.positions));
  if (!memory) return std::nullopt;
  return State(std::move(*memory), shape);
}

template <class Real>
std::optional<State<Real>> State<Real>::zero(Shape const& shape) {
  auto state = empty(shape);
  if (state) *state->at(0) = 1;
  return state;
}

template <class Real>
std::pair<double, double> probabilities_at(State<Real> const& state, unsigned written, unsigned position, Team& team) {
  std::size_t const size = std::size_t{1} << written, length = std::min(size, unit), lanes = state.lanes();
  std::vector<std::pair<double, double>> sums(size / length);
  auto const& norm = kernels<Real>().norm;
  team.for_each(sums.size(), [&](std::size_t u, unsigned) {
    double sum[2] = {0, 0};
    std::size_t const first = u * length, end = first + length;
    if (position >= state.lane_bits()) {
      std::size_t const run = std::min(length, std::size_t{1} << position);
      for (std::size_t i = first; i < end; i += run) sum[i >> position & 1] += norm(state.at(i), 2 * run);
    } else {
      for (std::size_t i = first; i < end; i += lanes) {
        Real const* const block = state.at(i);
        for (std::size_t lane = 0; lane < lanes; ++lane)
          sum[lane >> position & 1] +=
              static_cast<double>(block[lane]) * static_cast<double>(block[lane]) +
              static_cast<double>(block[lanes + lane]) * static_cast<double>(block[lanes + lane]);
      }
    }
    sums[u] = {sum[0], sum[1]};
  });
  return std::accumulate(sums.begin(), sums.end(), std::pair(0.0, 0.0), [](auto const& a, auto const& b) {
    return std::pair(a.first + b.first, a.second + b.second);
  });
}

template <class Real>
bool is_separable(State<Real> const& state, unsigned written, unsigned position, Team& team) {
  struct Sums {
    double zero = 0, one = 0;
    std::complex<double> overlap = 0;
  };
  std::size_t const pairs = std::size_t{1} << (written - 1), length = std::min(pairs, unit);
  std::size_t const bit = std::size_t{1} << position;
  std::vector<Sums> sums(pairs / length);
  team.for_each(sums.size(), [&](std::size_t u, unsigned) {
    Sums sum;
    for (std::size_t p = u * length; p < (u + 1) * length; ++p) {
      std::size_t const index = (p & ~(bit - 1)) << 1 | (p & (bit - 1));
      std::complex<double> const a = state[index], b = state[index | bit];
      sum.zero += std::norm(a);
      sum.one += std::norm(b);
      sum.overlap += std::complex(a.real() * b.real() + a.imag() * b.imag(), a.real() * b.imag() - a.imag() * b.real());
    }
    sums[u] = sum;
  });
  Sums total;
  for (Sums const& sum : sums) {
    total.zero += sum.zero;
    total.one += sum.one;
    total.overlap += sum.overlap;
  }
  double const both = total.zero * total.one;
  return !team.stopped() && both - std::norm(total.overlap) <= negligible_infidelity<Real> * both;
}

template <class Real>
void copy(State<Real> const& source, State<Real>& target, unsigned written, Team& team) {
  std::size_t const size = std::size_t{1} << written, length = std::min(size, unit);
  team.for_each(size / length, [&](std::size_t u, unsigned) {
    std::copy_n(source.at(u * length), 2 * length, target.at(u * length));
  });
}

template <class Real>
void scale(State<Real>& state, unsigned written, double factor, Team& team) {
  std::size_t const size = std::size_t{1} << written, length = std::min(size, unit);
  team.for_each(size / length, [&](std::size_t u, unsigned) {
    Real* const numbers = state.at(u * length);
    for (std::size_t k = 0; k < 2 * length; ++k) numbers[k] *= static_cast<Real>(factor);
  });
}

template <class Real>
void project(State<Real> const& source, State<Real>& target, unsigned written, Projection const& projection,
             Team& team) {
  std::size_t const size = std::size_t{1} << written, length = std::min(size, unit), lanes = source.lanes();
  std::size_t const bit = std::size_t{1} << projection.position;
  auto const factor = static_cast<Real>(projection.factor);
  std::size_t const kept_at = projection.outcome && !projection.to_zero ? bit : 0;  // the bit after the projection
  if (bit >= lanes) {
    // In units of pairs of blocks: one that is kept, one that becomes zero.
    std::size_t const pairs = std::max<std::size_t>(length / 2, lanes);
    team.for_each(size / 2 / pairs, [&](std::size_t u, unsigned) {
      for (std::size_t p = u * pairs; p < (u + 1) * pairs; p += lanes) {
        std::size_t const zero = (p & ~(bit - 1)) << 1 | (p & (bit - 1));
        Real const* const from = source.at(zero | (projection.outcome ? bit : 0));
        Real* const kept = target.at(zero | kept_at);
        Real* const cleared = target.at(zero | (bit ^ kept_at));
        for (std::size_t k = 0; k < 2 * lanes; ++k) kept[k] = factor * from[k];
        std::fill_n(cleared, 2 * lanes, Real{0});
      }
    });
    return;
  }
  team.for_each(size / length, [&](std::size_t u, unsigned) {
    for (std::size_t i = u * length; i < (u + 1) * length; i += lanes) {
      Real const* const from = source.at(i);
      Real* const to = target.at(i);
      for (std::size_t part = 0; part < 2 * lanes; part += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          if ((lane & bit) != 0) continue;
          Real const kept = factor * from[part + (lane | (projection.outcome ? bit : 0))];
          to[part + (lane | kept_at)] = kept;
          to[part + (lane | (bit ^ kept_at))] = 0;
        }
      }
    }
  });
}

template class State<float>;
template class State<double>;
template std::pair<double, double> probabilities_at(State<float> const&, unsigned, unsigned, Team&);
template std::pair<double, double> probabilities_at(State<double> const&, unsigned, unsigned, Team&);
template bool is_separable(State<float> const&, unsigned, unsigned, Team&);
template bool is_separable(State<double> const&, unsigned, unsigned, Team&);
template void copy(State<float> const&, State<float>&, unsigned, Team&);
template void copy(State<double> const&, State<double>&, unsigned, Team&);
template void scale(State<float>&, unsigned, double, Team&);
template void scale(State<double>&, unsigned, double, Team&);
template void project(State<float> const&, State<float>&, unsigned, Projection const&, Team&);
template void project(State<double> const&, State<double>&, unsigned, Projection const&, Team&);

}  // namespace qhub::sim::statevector
