#include "qhub/sim/trajectories/engine.h"

#include <gtest/gtest.h>

#include "qhub/sim/density_matrix/engine.h"
#include "qhub/sim/internal/cancellation.h"
#include "qhub/sim/internal/dense_density.h"
#include "qhub/sim/internal/random_circuit.h"

namespace qhub::sim::trajectories {
namespace {

using circuit::Channel;
using circuit::Circuit;
using circuit::Qubit;
using dense::RandomCircuit;

RunResult run(Circuit const& circuit, RunOptions const& options) {
  auto result = TrajectoriesEngine().run(circuit, options, {}, {});
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  return std::move(*result);
}

TEST(TrajectoriesEngine, MeasurementsFeedbackAndNoiseMatchTheDenseReference) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    RandomCircuit random(2 + seed % 3, 3, seed);
    for (int i = 0; i < 16; ++i) {
      auto const condition = random.maybe_condition();
      unsigned const what = random.draw() % 6;
      if (what <= 1)
        random.add_noise(false, condition);
      else if (what == 2)
        random.add_measurement_or_reset(seed % 2 == 0, condition);
      else
        random.add_gate(condition);
    }
    random.circuit.measure(0, 0).measure(1, 1);
    RunResult const result = run(random.circuit, {.shots = 4000, .seed = seed});
    EXPECT_EQ(dense::disagreement(result.counts, dense::NoisyDistribution(random.circuit).probabilities()), "")
        << "seed " << seed;
    RunResult const single =
        run(random.circuit, {.shots = 4000, .seed = seed, .precision = Precision::single_precision});
    EXPECT_EQ(dense::disagreement(single.counts, dense::NoisyDistribution(random.circuit).probabilities()), "")
        << "seed " << seed;
  }
}

TEST(TrajectoriesEngine, WideGatesWithManyControls) {
  Circuit circuit(9, 9);
  for (Qubit q = 0; q < 8; ++q) circuit.h(q);
  std::vector<Qubit> const controls{0, 1, 2, 3, 4, 5, 6, 7};
  circuit.mcx(controls, 8).mcx(std::span(controls).first(3), 8);
  for (Qubit q = 0; q < 9; ++q) circuit.measure(q, q);
  for (Counts::Entry const& entry : run(circuit, {.shots = 20000, .seed = 1}).counts.entries) {
    std::uint64_t const value = entry.outcome.words()[0];
    bool const expected = (value & 0xff) == 0xff ? false : (value & 7) == 7;
    ASSERT_EQ((value >> 8 & 1) != 0, expected);
  }
}

TEST(TrajectoriesEngine, EstimatesLieWithinTheirErrorBars) {
  // Decay of every kind between gates; the exact values come from the density matrix.
  Circuit circuit(4);
  for (int round = 0; round < 3; ++round)
    for (Qubit q = 0; q < 4; ++q) {
      circuit.u(0.7, 0.4 * q, 0.2, q).cx(q, (q + 1) % 4);
      circuit.noise(Channel::amplitude_damping, {0.1}, {q})
          .noise(Channel::two_qubit_depolarizing, {0.05}, {q, (q + 1) % 4});
    }
  using enum PauliTerm::Operator;
  RunOptions options{.shots = 4000,
                     .seed = 2,
                     .want_probabilities = {{1, 3}},
                     .want_expectations = {{{1.0, {{0, z}}}}, {{1.0, {{1, x}, {2, y}}}, {0.5, {{3, z}}}}}};
  RunResult const estimated = run(circuit, options);
  auto const exact = density_matrix::DensityMatrixEngine().run(circuit, options, {}, {});
  ASSERT_TRUE(exact);
  for (std::size_t e = 0; e < 2; ++e) {
    Estimate const& estimate = estimated.expectations[e];
    EXPECT_GT(estimate.standard_error, 0.001);
    EXPECT_LT(estimate.standard_error, 0.03);
    EXPECT_NEAR(estimate.value, exact->expectations[e].value, 5 * estimate.standard_error);
  }
  for (std::size_t v = 0; v < 4; ++v)
    EXPECT_NEAR(estimated.probabilities[0][v], exact->probabilities[0][v], 5 * 0.5 / std::sqrt(4000));
}

TEST(TrajectoriesEngine, WithoutNoiseTheStandardErrorIsZero) {
  Circuit circuit(1);
  circuit.h(0);
  RunResult const result =
      run(circuit, {.shots = 100, .seed = 1, .want_expectations = {{{1.0, {{0, PauliTerm::Operator::x}}}}}});
  EXPECT_NEAR(result.expectations[0].value, 1, 1e-12);
  EXPECT_NEAR(result.expectations[0].standard_error, 0, 1e-7);
}

// Thousands of weak decays: the state must neither fade away nor blow up, in single precision either.
TEST(TrajectoriesEngine, TheNormSurvivesLongCircuits) {
  Circuit circuit(2, 1);
  circuit.x(0);
  for (int i = 0; i < 4000; ++i) circuit.noise(Channel::amplitude_damping, {0.0005}, {0}).x(1);
  circuit.measure(0, 0);
  double const alive = std::pow(1 - 0.0005, 4000);
  for (Precision const precision : {Precision::double_precision, Precision::single_precision}) {
    RunResult const result = run(circuit, {.shots = 2000, .seed = 3, .precision = precision});
    EXPECT_NEAR(static_cast<double>(result.counts["1"]) / 2000, alive, 5 * std::sqrt(alive * (1 - alive) / 2000));
  }
}

TEST(TrajectoriesEngine, TheSameSeedGivesTheSameShotsOnAnyNumberOfThreads) {
  for (unsigned const qubits : {5U, 16U}) {  // groups of shots in parallel, and one state in parallel
    Circuit circuit(qubits, qubits);
    for (Qubit q = 0; q < qubits; ++q) circuit.h(q).t(q);
    for (Qubit q = 1; q < qubits; ++q) circuit.cx(q - 1, q).noise(Channel::two_qubit_depolarizing, {0.02}, {q - 1, q});
    for (Qubit q = 0; q < qubits; ++q) circuit.h(q).measure(q, q);
    RunOptions options{.shots = qubits == 5 ? 3000U : 40U, .seed = 5, .threads = 1, .want_memory = true};
    RunResult const one = run(circuit, options);
    options.threads = 3;
    RunResult const three = run(circuit, options);
    EXPECT_EQ(one.counts, three.counts);
    EXPECT_EQ(one.memory, three.memory);
    options.seed = 6;
    EXPECT_NE(one.memory, run(circuit, options).memory);
  }
}

TEST(TrajectoriesEngine, LoopsRepeatUntilSuccess) {
  Circuit circuit(1, 1);
  circuit.x(0).measure(0, 0);
  circuit.while_equal({{}, 0, 1}, 1, [](Circuit& body) { body.reset(0).h(0).measure(0, 0); });
  EXPECT_EQ(run(circuit, {.shots = 500, .seed = 1}).counts["0"], 500U);
}

TEST(TrajectoriesEngine, ProgressRisesToOne) {
  Circuit circuit(3, 3);
  circuit.h(0).noise(Channel::depolarizing, {0.1}, {0}).measure(0, 0);
  std::vector<double> seen;
  ASSERT_TRUE(TrajectoriesEngine().run(circuit, {.shots = 5000}, [&](double share) { seen.push_back(share); }, {}));
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), 1.0);
}

TEST(TrajectoriesEngine, StopsSoonAfterARequest) {
  Circuit circuit(14, 1);
  for (Qubit q = 0; q < 14; ++q) circuit.h(q).t(q).noise(Channel::depolarizing, {0.3}, {q}).cx(q, (q + 1) % 14);
  expect_stops_soon(TrajectoriesEngine(), "shots", circuit, {.shots = 10'000'000, .seed = 1});
}

}  // namespace
}  // namespace qhub::sim::trajectories
