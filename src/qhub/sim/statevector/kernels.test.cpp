#include "qhub/sim/statevector/kernels.h"

#include <gtest/gtest.h>

#include <numeric>

#include "qhub/sim/internal/dense_reference.h"

namespace qhub::sim::statevector {
namespace {

using circuit::Qubit;
using dense::State;

constexpr double tolerance = 1e-14;

/// Where in a group the basis states of some targets are.
std::vector<std::size_t> offsets_of(std::vector<Qubit> const& targets) {
  std::vector<std::size_t> offsets(std::size_t{1} << targets.size());
  for (std::size_t state = 0; state < offsets.size(); ++state)
    for (std::size_t t = 0; t < targets.size(); ++t) offsets[state] |= (state >> t & 1) << targets[t];
  return offsets;
}

/// Targets and controls on a register, drawn at random or all in turn.
struct Places {
  std::vector<Qubit> targets, positive, negative;

  [[nodiscard]] Subspace where() const {
    Subspace where;
    for (Qubit const q : positive) where.value |= std::uint64_t{1} << q;
    where.fixed = where.value;
    for (Qubit const q : negative) where.fixed |= std::uint64_t{1} << q;
    for (Qubit const q : targets) where.fixed |= std::uint64_t{1} << q;
    return where;
  }
  [[nodiscard]] State expected(State const& state, std::span<Amplitude const> matrix) const {
    return dense::apply_gate(state, matrix, targets, positive, negative);
  }
};

Places random_places(unsigned n, unsigned targets, std::mt19937& generator) {
  std::vector<Qubit> qubits(n);
  std::iota(qubits.begin(), qubits.end(), 0U);
  std::shuffle(qubits.begin(), qubits.end(), generator);
  Places places;
  places.targets.assign(qubits.begin(), qubits.begin() + targets);
  for (unsigned q = targets; q < n; ++q) {
    unsigned const draw = generator() % 3;
    if (draw == 1) places.positive.push_back(qubits[q]);
    if (draw == 2) places.negative.push_back(qubits[q]);
  }
  return places;
}

TEST(Kernels, OneQubitGateMatchesTheDenseReferenceOnEveryTargetAndControl) {
  for (unsigned n = 1; n <= 8; ++n) {
    for (Qubit target = 0; target < n; ++target) {
      std::vector<Places> all{{{target}, {}, {}}};
      for (Qubit control = 0; control < n; ++control) {
        if (control == target) continue;
        all.push_back({{target}, {control}, {}});
        all.push_back({{target}, {}, {control}});
      }
      for (Places const& places : all) {
        State state = dense::random_state(n, 100 * n + target);
        auto const matrix = dense::random_unitary(1, n);
        State const expected = places.expected(state, matrix);
        multiply(state, places.where(), offsets_of(places.targets), matrix, {});
        EXPECT_LE(dense::max_distance(state, expected), tolerance) << "n=" << n << " target=" << target;
      }
    }
  }
}

TEST(Kernels, DiagonalGateMatchesTheDenseReferenceOnEveryTarget) {
  std::mt19937 generator(1);
  std::vector<Amplitude> const factors{{0.6, 0.8}, {0.28, -0.96}};
  std::vector<Amplitude> const matrix{factors[0], 0, 0, factors[1]};
  for (unsigned n = 1; n <= 8; ++n) {
    for (Qubit target = 0; target < n; ++target) {
      for (bool const controlled : {false, true}) {
        Places places{{target}, {}, {}};
        if (controlled) {
          do places = random_places(n, 1, generator);
          while (places.targets[0] != target);
        }
        State state = dense::random_state(n, 100 * n + target);
        State const expected = places.expected(state, matrix);
        scale(state, places.where(), offsets_of({target}), factors, {});
        EXPECT_LE(dense::max_distance(state, expected), tolerance) << "n=" << n << " target=" << target;
      }
    }
  }
}

TEST(Kernels, PhaseOnAMaskTouchesOnlyMatchingIndices) {
  Amplitude const phase{0.6, 0.8};
  constexpr unsigned n = 5;
  for (std::uint64_t fixed = 0; fixed < 1U << n; ++fixed) {
    for (std::uint64_t value = fixed;; value = (value - 1) & fixed) {
      State state = dense::random_state(n, 7);
      State expected = state;
      for (std::size_t i = 0; i < state.size(); ++i)
        if ((i & fixed) == value) expected[i] *= phase;
      scale(state, {fixed, value}, std::vector<std::size_t>{0}, std::vector{phase}, {});
      EXPECT_LE(dense::max_distance(state, expected), tolerance) << fixed << " " << value;
      if (value == 0) break;
    }
  }
}

TEST(Kernels, ExchangeIsXAndSwapWithControls) {
  std::mt19937 generator(2);
  std::vector<Amplitude> const x{0, 1, 1, 0};
  std::vector<Amplitude> const swap{1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
  for (unsigned n = 2; n <= 8; ++n) {
    for (int repeat = 0; repeat < 30; ++repeat) {
      Places const one = random_places(n, 1, generator);
      State state = dense::random_state(n, n);
      State expected = one.expected(state, x);
      exchange(state, one.where(), 0, offsets_of(one.targets)[1], {});
      EXPECT_EQ(state, expected);

      Places const two = random_places(n, 2, generator);
      expected = two.expected(state, swap);
      exchange(state, two.where(), offsets_of(two.targets)[1], offsets_of(two.targets)[2], {});
      EXPECT_EQ(state, expected);
    }
  }
}

TEST(Kernels, TwoQubitGateMatchesTheDenseReferenceOnEveryOrderedPair) {
  auto const matrix = dense::random_unitary(2, 5);
  for (unsigned n = 2; n <= 7; ++n) {
    for (Qubit a = 0; a < n; ++a) {
      for (Qubit b = 0; b < n; ++b) {
        if (a == b) continue;
        Places const places{{a, b}, {}, {}};
        State state = dense::random_state(n, n);
        State const expected = places.expected(state, matrix);
        multiply(state, places.where(), offsets_of(places.targets), matrix, {});
        EXPECT_LE(dense::max_distance(state, expected), tolerance) << "n=" << n << " targets " << a << ", " << b;
      }
    }
  }
}

TEST(Kernels, WideGatesMatchTheDenseReferenceWithRandomControls) {
  std::mt19937 generator(3);
  for (unsigned k = 1; k <= 6; ++k) {
    auto const matrix = dense::random_unitary(k, k);
    for (unsigned n = k; n <= 8; ++n) {
      for (int repeat = 0; repeat < 5; ++repeat) {
        Places const places = random_places(n, k, generator);
        State state = dense::random_state(n, n);
        State const expected = places.expected(state, matrix);
        multiply(state, places.where(), offsets_of(places.targets), matrix, {});
        EXPECT_LE(dense::max_distance(state, expected), 2 * tolerance) << "n=" << n << " k=" << k;
      }
    }
  }
}

TEST(Kernels, GroupsNeedNotBeAllStatesOfTheTargets) {
  auto const rotation = dense::random_unitary(1, 9);
  std::vector<Amplitude> matrix(16);  // mixes 01 and 10, leaves 00 and 11 alone
  matrix[0] = matrix[15] = 1;
  matrix[5] = rotation[0], matrix[6] = rotation[1], matrix[9] = rotation[2], matrix[10] = rotation[3];
  Places const places{{3, 1}, {}, {0}};
  State state = dense::random_state(5, 1);
  State const expected = places.expected(state, matrix);
  auto const offsets = offsets_of(places.targets);
  multiply(state, places.where(), std::vector{offsets[1], offsets[2]}, rotation, {});
  EXPECT_LE(dense::max_distance(state, expected), tolerance);
}

TEST(Kernels, ProbabilityAndCollapseMatchTheirDefinitions) {
  std::mt19937 generator(4);
  for (unsigned n = 1; n <= 8; ++n) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      Subspace const where = random_places(n, 1, generator).where();
      State state = dense::random_state(n, n);
      State expected(state.size());
      double sum = 0;
      for (std::size_t i = 0; i < state.size(); ++i) {
        if ((i & where.fixed) != where.value) continue;
        sum += std::norm(state[i]);
        expected[i] = 3.0 * state[i];
      }
      EXPECT_NEAR(probability(state, where, {}), sum, tolerance);
      State target(state.size());
      copy_scaled(state, target, where, 3.0, {});
      EXPECT_LE(dense::max_distance(target, expected), tolerance);
    }
  }
}

TEST(Kernels, LargeStatesGiveTheSameBitsForEveryNumberOfThreads) {
  constexpr unsigned n = 18;  // above parallel_size, several chunks
  auto const one = dense::random_unitary(1, 1), two = dense::random_unitary(2, 2), three = dense::random_unitary(3, 3);
  State const start = dense::random_state(n, 1);
  auto const run = [&](unsigned threads) {
    State state = start;
    Execution const execution{threads, {}};
    for (Qubit const q : {0U, 1U, 7U, 13U, 14U, 15U, 17U}) {
      multiply(state, {std::uint64_t{1} << q, 0}, offsets_of({q}), one, execution);
      exchange(state, {std::uint64_t{1} << q, 0}, 0, std::size_t{1} << q, execution);
      scale(state, {std::uint64_t{1} << q, 0}, offsets_of({q}), std::vector<Amplitude>{{0.6, 0.8}, {0, 1}}, execution);
    }
    multiply(state, Places{{17, 2}, {5}, {}}.where(), offsets_of({17, 2}), two, execution);
    multiply(state, Places{{1, 16, 9}, {}, {0}}.where(), offsets_of({1, 16, 9}), three, execution);
    return std::pair(state, probability(state, {4, 4}, execution));
  };
  auto const [state, sum] = run(1);
  auto const [state2, sum2] = run(2);
  EXPECT_EQ(state, state2);
  EXPECT_EQ(sum, sum2);
  double norm = 0;
  for (Amplitude const a : state) norm += std::norm(a);
  EXPECT_NEAR(norm, 1, 1e-12);

  // The chunked walk reaches what the definition says: one gate on every target, by its formula.
  for (Qubit q = 0; q < n; ++q) {
    State changed = start;
    multiply(changed, {std::uint64_t{1} << q, 0}, offsets_of({q}), one, {2, {}});
    double distance = 0;
    for (std::size_t i = 0; i < start.size(); ++i) {
      std::size_t const bit = i >> q & 1, flipped = i ^ (std::size_t{1} << q);
      distance = std::max(distance, std::abs(changed[i] - one[3 * bit] * start[i] - one[bit + 1] * start[flipped]));
    }
    EXPECT_LE(distance, tolerance) << "target " << q;
  }
}

}  // namespace
}  // namespace qhub::sim::statevector
