#include "qhub/sim/statevector/sampler.h"

#include <gtest/gtest.h>

#include "qhub/sim/internal/dense_reference.h"

namespace qhub::sim::statevector {
namespace {

using dense::State;

std::vector<std::uint64_t> draw(State const& state, std::size_t shots, std::uint64_t seed, unsigned threads = 1) {
  std::vector<std::uint64_t> indices(shots);
  Random random(seed);
  Sampler(state, {threads, {}}).draw(indices, random);
  return indices;
}

TEST(Sampler, FrequenciesFollowTheProbabilities) {
  State const state = dense::random_state(4, 3);
  constexpr double shots = 200000;
  std::vector<double> hits(state.size());
  for (std::uint64_t const index : draw(state, static_cast<std::size_t>(shots), 1)) ++hits[index];
  for (std::size_t i = 0; i < state.size(); ++i) {
    double const p = std::norm(state[i]);
    EXPECT_NEAR(hits[i] / shots, p, 5 * std::sqrt(p * (1 - p) / shots)) << i;
  }
}

TEST(Sampler, BlocksAreHitInProportionAlsoInLargeStates) {
  constexpr unsigned n = 17;
  State const state = dense::random_state(n, 5);
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
  for (std::size_t const possible : {std::size_t{0}, std::size_t{4095}, std::size_t{4096}, std::size_t{32767}}) {
    State state(32768);
    state[possible] = {0.6, 0.8};
    for (std::uint64_t const index : draw(state, 1000, possible)) ASSERT_EQ(index, possible);
  }
  State sparse(32768);
  for (std::size_t const i : {3U, 4095U, 12288U, 20000U}) sparse[i] = 0.5 * (1 - 1e-9);  // norm a little off
  for (std::uint64_t const index : draw(sparse, 100000, 6)) ASSERT_NE(sparse[index], 0.0) << index;
}

// With the smallest number above zero as total probability, half of the draws are rounded up to the total.
TEST(Sampler, DrawRoundedUpToTheTotalBelongsToTheLastPossibleState) {
  for (std::size_t const possible : {0U, 5U, 4097U, 32767U}) {
    State state(32768);
    state[possible] = 2.3e-162;
    for (std::uint64_t seed = 0; seed < 20; ++seed) ASSERT_EQ(draw(state, 1, seed)[0], possible);
  }
}

}  // namespace
}  // namespace qhub::sim::statevector
