#include "qhub/sim/density_matrix/engine.h"

#include <gtest/gtest.h>

#include "qhub/sim/density_matrix/state.h"
#include "qhub/sim/internal/cancellation.h"
#include "qhub/sim/internal/dense_density.h"
#include "qhub/sim/internal/random_circuit.h"

namespace qhub::sim::density_matrix {
namespace {

using circuit::Channel;
using circuit::Circuit;
using circuit::Qubit;
using dense::RandomCircuit;

RunResult run(Circuit const& circuit, RunOptions const& options) {
  auto result = DensityMatrixEngine().run(circuit, options, {}, {});
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  return std::move(*result);
}

/// A random circuit of gates on any number of qubits, noise and resets, measured at the end.
Circuit random_circuit(unsigned qubits, unsigned seed) {
  RandomCircuit random(qubits, qubits, seed);
  for (int i = 0; i < 20; ++i) {
    unsigned const what = random.draw() % 8;
    if (what <= 2)
      random.add_noise(false);
    else if (what == 3)
      random.add_measurement_or_reset(true);
    else
      random.add_gate();
  }
  for (Qubit q = 0; q < qubits; ++q) random.circuit.measure(q, q);
  return random.circuit;
}

double worst_error(Circuit const& circuit, Precision precision) {
  std::vector<Qubit> all(circuit.qubit_count());
  for (Qubit q = 0; q < all.size(); ++q) all[q] = q;
  RunResult const result = run(circuit, {.shots = 0, .precision = precision, .want_probabilities = {all}});
  if (result.probabilities.empty()) return HUGE_VAL;
  dense::NoisyDistribution const exact(circuit);
  double worst = 0;
  for (std::size_t state = 0; state < result.probabilities[0].size(); ++state) {
    Outcome outcome(circuit.qubit_count());
    for (Qubit const q : all) outcome.set(q, (state >> q & 1) != 0);
    auto const found = exact.probabilities().find(to_text(outcome, circuit.qubit_count()));
    double const expected = found == exact.probabilities().end() ? 0 : found->second;
    worst = std::max(worst, std::abs(result.probabilities[0][state] - expected));
  }
  return worst;
}

TEST(DensityMatrixEngine, RandomNoisyCircuitsMatchTheDenseReference) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Circuit const circuit = random_circuit(1 + seed % 5, seed);
    EXPECT_LT(worst_error(circuit, Precision::double_precision), 1e-12) << "seed " << seed;
    EXPECT_LT(worst_error(circuit, Precision::single_precision), 2e-5) << "seed " << seed;
  }
}

TEST(DensityMatrixEngine, MeasurementsFeedbackAndNoiseMatchTheDenseReference) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    RandomCircuit random(2 + seed % 3, 3, seed);
    for (int i = 0; i < 16; ++i) {
      auto const condition = random.maybe_condition();
      unsigned const what = random.draw() % 6;
      if (what == 0)
        random.add_noise(false, condition);
      else if (what <= 2)
        random.add_measurement_or_reset(what == 1, condition);
      else
        random.add_gate(condition);
    }
    random.circuit.measure(0, 0).measure(1, 1);
    RunResult const result = run(random.circuit, {.shots = 4000, .seed = seed});
    EXPECT_EQ(dense::disagreement(result.counts, dense::NoisyDistribution(random.circuit).probabilities()), "")
        << "seed " << seed;
  }
}

TEST(DensityMatrixEngine, ExpectationValuesOfWernerState) {
  // A Bell pair through depolarizing noise on one half: every correlation shrinks by 1 - 4p/3.
  Circuit circuit(2);
  circuit.h(0).cx(0, 1).noise(Channel::depolarizing, {0.3}, {1});
  using enum PauliTerm::Operator;
  RunResult const result = run(circuit, {.shots = 0,
                                         .want_expectations = {{{2.0, {{0, x}, {1, x}}}},
                                                               {{1.0, {{0, y}, {1, y}}}},
                                                               {{1.0, {{0, z}, {1, z}}}, {0.5, {}}},
                                                               {{1.0, {{0, z}}}}}});
  ASSERT_EQ(result.expectations.size(), 4U);
  EXPECT_NEAR(result.expectations[0].value, 2 * 0.6, 1e-14);
  EXPECT_NEAR(result.expectations[1].value, -0.6, 1e-14);
  EXPECT_NEAR(result.expectations[2].value, 0.6 + 0.5, 1e-14);
  EXPECT_NEAR(result.expectations[3].value, 0, 1e-14);
  EXPECT_EQ(result.expectations[0].standard_error, 0);
}

TEST(DensityMatrixEngine, LoopsRepeatUntilSuccess) {
  Circuit circuit(1, 1);
  circuit.x(0).measure(0, 0);
  circuit.while_equal({{}, 0, 1}, 1, [](Circuit& body) { body.reset(0).h(0).measure(0, 0); });
  EXPECT_EQ(run(circuit, {.shots = 500, .seed = 1}).counts["0"], 500U);
}

TEST(DensityMatrixEngine, TheSameSeedGivesTheSameCountsOnAnyNumberOfThreads) {
  Circuit circuit = random_circuit(8, 4);
  RunOptions options{.shots = 5000, .seed = 5, .threads = 1, .want_memory = true};
  RunResult const one = run(circuit, options);
  options.threads = 3;
  RunResult const three = run(circuit, options);
  EXPECT_EQ(one.counts, three.counts);
  EXPECT_EQ(one.memory, three.memory);
  EXPECT_EQ(one.peak_memory_bytes, 8U << 16);
}

TEST(DensityMatrixEngine, RefusesWhatDoesNotFit) {
  Circuit circuit(20, 1);
  circuit.h(0);
  auto const refused = DensityMatrixEngine().run(circuit, {.memory_limit_bytes = std::uint64_t{1} << 33}, {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::resource_exhausted);
  EXPECT_NE(refused.error().message.find("20 qubits needs"), std::string::npos) << refused.error().message;
  auto const amplitudes = DensityMatrixEngine().run(Circuit(1), {.want_statevector = true}, {}, {});
  ASSERT_FALSE(amplitudes);
  EXPECT_EQ(amplitudes.error().kind, ErrorKind::unsupported);
}

TEST(DensityMatrixEngine, StopsSoonAfterARequest) {
  Circuit circuit(12, 1);
  for (int i = 0; i < 4000; ++i)
    circuit.u(0.1, 0.2, 0.3, static_cast<Qubit>(i % 12))
        .cx(static_cast<Qubit>(i % 12), static_cast<Qubit>((i + 5) % 12));
  expect_stops_soon(DensityMatrixEngine(), "gates", circuit, {.shots = 1, .seed = 1});
  Circuit wide(12, 1);  // one gate that changes the whole matrix at once, and takes long
  for (int i = 0; i < 100; ++i) {
    std::vector<Qubit> const controls{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    wide.gate(circuit::Gate::h, std::array<Qubit, 1>{11}, {}, controls);
  }
  expect_stops_soon(DensityMatrixEngine(), "wide gates", wide, {.shots = 1, .seed = 1});
}

}  // namespace
}  // namespace qhub::sim::density_matrix
