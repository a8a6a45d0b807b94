#include "qhub/sim/statevector/observer.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace qhub::sim::statevector {
namespace {

/// So many amplitudes are a unit of work, between two looks at the stop token.
constexpr std::size_t unit = std::size_t{1} << 14;

/// Histograms of up to so many bins are made by several threads, each bin then being the sum of as many parts as there
/// are units in `parts`.
constexpr std::size_t small_histogram = std::size_t{1} << 12;
constexpr std::size_t parts = 16;

}  // namespace

template <class Real>
Observer<Real>::Observer(State<Real> const& state, unsigned written, std::complex<double> factor,
                         std::span<std::uint8_t const> positions, Team& team)
    : state_(state), size_(std::size_t{1} << written), factor_(factor), positions_(positions), team_(team) {}

template <class Real>
std::complex<double> Observer<Real>::amplitude(Outcome const& basis_state) const {
  std::size_t index = 0;
  for (std::uint32_t qubit = 0; qubit < positions_.size(); ++qubit) {
    if (!basis_state[qubit]) continue;
    if (positions_[qubit] == Placement::none) return 0;
    index |= std::size_t{1} << positions_[qubit];
  }
  return index < size_ ? factor_ * state_[index] : 0;
}

template <class Real>
std::size_t Observer<Real>::spread(std::size_t index, std::span<std::uint8_t const> places) const {
  std::size_t result = 0;
  for (; index != 0; index &= index - 1) {
    std::uint8_t const place = places[static_cast<std::size_t>(std::countr_zero(index))];
    if (place != Placement::none) result |= std::size_t{1} << place;
  }
  return result;
}

template <class Real>
std::vector<double> Observer<Real>::probabilities(std::span<circuit::Qubit const> qubits) const {
  std::vector<std::uint8_t> places(64, Placement::none);  // of each position in the value
  for (std::size_t k = 0; k < qubits.size(); ++k)
    if (std::uint8_t const position = positions_[qubits[k]]; position != Placement::none)
      places[position] = static_cast<std::uint8_t>(k);
  std::size_t const bins = std::size_t{1} << qubits.size(), lanes = state_.lanes();
  std::vector<std::size_t> lane_bins(lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) lane_bins[lane] = spread(lane, places);
  std::size_t const count = bins <= small_histogram && size_ > parts * unit ? parts : 1;
  std::vector<double> sums(bins * count);
  team_.for_each(count, [&](std::size_t part, unsigned) {
    double* const histogram = &sums[part * bins];
    std::size_t const end = size_ / count * (part + 1);
    for (std::size_t i = size_ / count * part; i < end; i += lanes) {
      if (i % unit == 0 && team_.stopped()) return;
      std::size_t const bin = spread(i, places);
      Real const* const block = state_.at(i);
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        double const re = block[lane], im = block[lanes + lane];
        histogram[bin | lane_bins[lane]] += re * re + im * im;
      }
    }
  });
  double const scale = std::norm(factor_);
  std::vector<double> result(bins, 0.0);
  for (std::size_t part = 0; part < count; ++part)
    for (std::size_t bin = 0; bin < bins; ++bin) result[bin] += scale * sums[part * bins + bin];
  return result;
}

template <class Real>
double Observer<Real>::expectation(PauliSum const& sum) const {
  double value = 0;
  for (PauliTerm const& term : sum) value += term.coefficient * expectation(term);
  return value;
}

/// P|i⟩ = i^y (-1)^{|i & z|} |i ^ x⟩, with a bit in x for each X or Y, in z for each Z or Y, and y the number of Ys. So
/// ⟨P⟩ is the sum of i^y (-1)^{|i & z|} a[i ^ x]* a[i].
template <class Real>
double Observer<Real>::expectation(PauliTerm const& term) const {
  std::size_t x = 0, z = 0;
  unsigned y = 0;
  for (PauliTerm::Factor const& factor : term.factors) {
    std::uint8_t const position = positions_[factor.qubit];
    if (position == Placement::none) {
      if (factor.pauli == PauliTerm::Operator::z) continue;
      return 0;
    }
    if (factor.pauli != PauliTerm::Operator::z) x |= std::size_t{1} << position;
    if (factor.pauli != PauliTerm::Operator::x) z |= std::size_t{1} << position;
    y += factor.pauli == PauliTerm::Operator::y ? 1 : 0;
  }
  std::size_t const lanes = state_.lanes(), length = std::min(size_, unit);
  std::size_t const x_lane = x & (lanes - 1), x_block = x & ~(lanes - 1);
  std::vector<double> lane_sign(lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) lane_sign[lane] = std::popcount(lane & z) % 2 == 0 ? 1 : -1;
  std::vector<double> sums(size_ / length);
  team_.for_each(sums.size(), [&](std::size_t u, unsigned) {
    double sum = 0;
    for (std::size_t i = u * length; i < (u + 1) * length; i += lanes) {
      Real const* const block = state_.at(i);
      Real const* const other = state_.at(i ^ x_block);
      double block_sum = 0;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        double const re = block[lane], im = block[lanes + lane];
        double const other_re = other[lane ^ x_lane], other_im = other[lanes + (lane ^ x_lane)];
        // The real part of i^y times the product; what is left out cancels in the sum.
        double const product = y % 2 == 0 ? other_re * re + other_im * im : other_im * re - other_re * im;
        block_sum += lane_sign[lane] * product;
      }
      sum += std::popcount(i & z) % 2 == 0 ? block_sum : -block_sum;
    }
    sums[u] = sum;
  });
  double const sign = y % 4 < 2 ? 1 : -1;
  return sign * std::norm(factor_) * std::accumulate(sums.begin(), sums.end(), 0.0);
}

template <class Real>
void Observer<Real>::write_amplitudes(std::span<Amplitude> amplitudes) const {
  std::vector<std::uint8_t> places(64, Placement::none);  // of each position in the circuit's index
  for (std::size_t qubit = 0; qubit < positions_.size(); ++qubit)
    if (positions_[qubit] != Placement::none) places[positions_[qubit]] = static_cast<std::uint8_t>(qubit);
  // Positions without a qubit have amplitude 0 where their bit is 1.
  std::size_t vacant = 0;
  for (unsigned p = 0; p < 64; ++p)
    if (places[p] == Placement::none) vacant |= std::size_t{1} << p;
  std::size_t const lanes = state_.lanes(), length = std::min(size_, unit);
  std::vector<std::size_t> lane_places(lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) lane_places[lane] = spread(lane, places);
  team_.for_each(size_ / length, [&](std::size_t u, unsigned) {
    for (std::size_t i = u * length; i < (u + 1) * length; i += lanes) {
      if ((i & vacant) != 0) continue;
      std::size_t const place = spread(i, places);
      Real const* const block = state_.at(i);
      for (std::size_t lane = 0; lane < lanes; ++lane)
        if ((lane & vacant) == 0)
          amplitudes[place | lane_places[lane]] = factor_ * Amplitude(block[lane], block[lanes + lane]);
    }
  });
}

template class Observer<float>;
template class Observer<double>;

}  // namespace qhub::sim::statevector
