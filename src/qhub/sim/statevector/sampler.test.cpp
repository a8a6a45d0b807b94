#include "qhub/sim/statevector/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "qhub/sim/amplitudes.h"
#include "qhub/sim/internal/dense_reference.h"

namespace qhub::sim::statevector {
namespace {

using DoubleState = statevector::State<double>;

/// A state vector with these amplitudes, qubit q at position q.
DoubleState make_state(dense::State const& amplitudes) {
  auto const qubits = static_cast<unsigned>(std::countr_zero(amplitudes.size()));
  auto state = DoubleState::empty(make_shape(qubits, 1, kernels<double>().lane_bits, sizeof(Amplitude)));
  std::size_t const lanes = state->lanes();
  for (std::size_t i = 0; i < amplitudes.size(); ++i) {
    double* const real = state->at(i - i % lanes) + i % lanes;
    real[0] = amplitudes[i].real();
    real[lanes] = amplitudes[i].imag();
  }
  return std::move(*state);
}

std::vector<std::uint64_t> draw(dense::State const& amplitudes, std::size_t shots, std::uint64_t seed,
                                unsigned threads = 1) {
  DoubleState const state = make_state(amplitudes);
  Team team(threads);
  Random random(seed);
  std::vector<std::uint64_t> indices;
  for (auto const& [index, count] : Sampler(state, state.positions(), team).draw(shots, random))
    indices.insert(indices.end(), count, index);
  return indices;
}

TEST(Sampler, FrequenciesFollowTheProbabilities) {
  dense::State const state = dense::random_state(4, 3);
  constexpr double shots = 200000;
  std::vector<double> hits(state.size());
  for (std::uint64_t const index : draw(state, static_cast<std::size_t>(shots), 1)) ++hits[index];
  for (std::size_t i = 0; i < state.size(); ++i) {
    double const p = std::norm(state[i]);
    EXPECT_NEAR(hits[i] / shots, p, 5 * std::sqrt(p * (1 - p) / shots)) << i;
  }
}

// Fewer draws than amplitudes are made one by one, more are divided among the amplitudes.
TEST(Sampler, BothMethodsHaveTheSameDistribution) {
  dense::State const state = dense::random_state(10, 4);
  constexpr int rounds = 300;
  for (std::size_t const shots : {std::size_t{500}, std::size_t{5000}}) {
    double low = 0;  // draws in the lower half
    double p = 0;
    for (std::size_t i = 0; i < state.size() / 2; ++i) p += std::norm(state[i]);
    for (unsigned round = 0; round < rounds; ++round) {
      auto const indices = draw(state, shots, round);
      EXPECT_EQ(indices.size(), shots);
      low += static_cast<double>(std::ranges::count_if(indices, [](std::uint64_t index) { return index < 512; }));
    }
    double const all = static_cast<double>(shots) * rounds;
    EXPECT_NEAR(low / all, p, 5 * std::sqrt(p * (1 - p) / all)) << shots;
  }
}

TEST(Sampler, BlocksAreHitInProportionAlsoInLargeStates) {
  constexpr unsigned n = 17;
  dense::State const state = dense::random_state(n, 5);
  constexpr std::size_t parts = 32, shots = 100000;
  std::vector<double> p(parts), hits(parts);
  for (std::size_t i = 0; i < state.size(); ++i) p[i / (state.size() / parts)] += std::norm(state[i]);
  auto const indices = draw(state, shots, 2);
  EXPECT_TRUE(std::is_sorted(indices.begin(), indices.end()));
  for (std::uint64_t const index : indices) ++hits[index / (state.size() / parts)];
  for (std::size_t i = 0; i < parts; ++i) EXPECT_NEAR(hits[i] / shots, p[i], 5 * std::sqrt(p[i] / shots)) << i;
  EXPECT_EQ(indices, draw(state, shots, 2, 2));
  EXPECT_NE(indices, draw(state, shots, 3));
}

TEST(Sampler, ImpossibleStatesNeverOccur) {
  for (std::size_t const possible : {std::size_t{0}, std::size_t{1023}, std::size_t{1024}, std::size_t{32767}}) {
    dense::State state(32768);
    state[possible] = {0.6, 0.8};
    for (std::uint64_t const index : draw(state, 1000, possible)) ASSERT_EQ(index, possible);
  }
  dense::State sparse(32768);
  for (std::size_t const i : {3U, 1023U, 12288U, 20000U}) sparse[i] = 0.5 * (1 - 1e-9);  // norm a little off
  for (std::uint64_t const index : draw(sparse, 100000, 6)) ASSERT_NE(sparse[index], 0.0) << index;
}

// With the smallest number above zero as total probability, half of the draws are rounded up to the total.
TEST(Sampler, DrawRoundedUpToTheTotalBelongsToTheLastPossibleState) {
  for (std::size_t const possible : {0U, 5U, 1025U, 32767U}) {
    dense::State state(32768);
    state[possible] = 2.3e-162;
    for (std::uint64_t seed = 0; seed < 20; ++seed) ASSERT_EQ(draw(state, 1, seed)[0], possible);
  }
}

}  // namespace
}  // namespace qhub::sim::statevector
