#include "qhub/sim/stabilizer/engine.h"

#include <gtest/gtest.h>

#include "qhub/sim/internal/cancellation.h"
#include "qhub/sim/internal/dense_density.h"
#include "qhub/sim/internal/random_circuit.h"
#include "qhub/sim/stabilizer/clifford.h"
#include "qhub/sim/stabilizer/program.h"
#include "qhub/sim/stabilizer/rare_events.h"

namespace qhub::sim::stabilizer {
namespace {

using circuit::Channel;
using circuit::Circuit;
using circuit::Gate;
using dense::RandomCircuit;

Result<RunResult> try_run(Circuit const& circuit, RunOptions const& options) {
  return StabilizerEngine().run(circuit, options, {}, {});
}

RunResult run(Circuit const& circuit, RunOptions const& options) {
  auto result = try_run(circuit, options);
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  return std::move(*result);
}

std::optional<Clifford> recognise_gate(Gate gate, std::initializer_list<double> parameters = {}) {
  Circuit circuit(max_clifford_qubits);
  std::vector<circuit::Qubit> targets;
  for (circuit::Qubit q = 0; q < info(gate).targets; ++q) targets.push_back(q);
  EXPECT_TRUE(
      circuit.append({.gate = gate, .targets = targets, .parameters = {parameters.begin(), parameters.size()}}));
  CliffordLibrary library;
  Clifford const* const found = library.find(circuit[0]);
  return found ? std::optional(*found) : std::nullopt;
}

TEST(Clifford, GatesAreRecognisedByWhatTheyDo) {
  constexpr double quarter = std::numbers::pi / 2;
  for (Gate const gate : {Gate::h, Gate::s, Gate::sx, Gate::swap, Gate::iswap, Gate::ecr, Gate::dcx})
    EXPECT_TRUE(recognise_gate(gate)) << info(gate).name;
  for (int k = -4; k <= 4; ++k)
    for (Gate const gate : {Gate::rx, Gate::ry, Gate::rz, Gate::p, Gate::rxx, Gate::rzz, Gate::rzx})
      EXPECT_TRUE(recognise_gate(gate, {k * quarter})) << info(gate).name << k;
  EXPECT_TRUE(recognise_gate(Gate::rz, {1.5707963}));  // as texts round it
  EXPECT_FALSE(recognise_gate(Gate::t));
  EXPECT_FALSE(recognise_gate(Gate::rz, {quarter / 2}));
  EXPECT_FALSE(recognise_gate(Gate::rz, {1.5708}));
  EXPECT_FALSE(recognise_gate(Gate::rccx));
}

TEST(Clifford, ImagesAreThoseOfTheTextbook) {
  auto const h = recognise_gate(Gate::h);
  EXPECT_EQ(h->images[0], (PauliString{.x = 0, .z = 1}));
  EXPECT_EQ(h->images[1], (PauliString{.x = 1, .z = 0}));
  auto const s = recognise_gate(Gate::s);
  EXPECT_EQ(s->images[0], (PauliString{.x = 1, .z = 1, .negative = false}));         // X to Y
  EXPECT_EQ(s->inverse_images[0], (PauliString{.x = 1, .z = 1, .negative = true}));  // and back from -Y
}

TEST(RareEvents, ComeAsOftenAsTheyShould) {
  for (double const probability : {1.0, 0.5, 0.03, 0.0004}) {
    RareEvents const events(probability);
    Random random(7);
    double failures = 0;
    constexpr int successes = 20000;
    for (int i = 0; i < successes; ++i) failures += static_cast<double>(events.failures(random));
    double const mean = (1 - probability) / probability;
    EXPECT_NEAR(failures / successes, mean, 5 * std::sqrt(1 - probability) / probability / std::sqrt(successes));
  }
}

TEST(StabilizerEngine, RandomCircuitsWithFeedbackMatchTheDenseReference) {
  int frames = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    RandomCircuit random(2 + seed % 3, 3, seed);
    bool const paulis_only = seed % 2 == 0;  // in what is conditioned: so that frames suffice
    for (int i = 0; i < 30; ++i) {
      auto const condition = random.maybe_condition();
      unsigned const what = random.draw() % 8;
      if (condition && paulis_only)
        random.add_pauli(condition);
      else if (what == 0)
        random.add_measurement_or_reset(true, condition);
      else if (what <= 2)
        random.add_measurement_or_reset(false, condition);
      else
        random.add_clifford(condition);
    }
    for (circuit::Qubit q = 0; q < 2; ++q) random.circuit.measure(q, q);
    frames += CliffordProgram::make(random.circuit)->frames_suffice();
    RunResult const result = run(random.circuit, {.shots = 4000, .seed = seed});
    EXPECT_EQ(dense::disagreement(result.counts, dense::Distribution(random.circuit).probabilities()), "")
        << "seed " << seed;
  }
  EXPECT_GE(frames, 10);
  EXPECT_LE(frames, 30);
}

TEST(StabilizerEngine, PauliNoiseMatchesTheDenseReference) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    RandomCircuit random(2 + seed % 3, 3, seed);
    for (int i = 0; i < 16; ++i) {
      auto const condition = random.maybe_condition();
      unsigned const what = random.draw() % 6;
      if (what <= 1)
        random.add_noise(true, condition);
      else if (what == 2)
        random.add_measurement_or_reset(false);
      else if (condition && seed % 2 == 0)
        random.add_pauli(condition);
      else
        random.add_clifford(condition);
    }
    random.circuit.measure(0, 0).measure(1, 1);
    RunResult const result = run(random.circuit, {.shots = 4000, .seed = seed});
    EXPECT_EQ(dense::disagreement(result.counts, dense::NoisyDistribution(random.circuit).probabilities()), "")
        << "seed " << seed;
  }
}

TEST(StabilizerEngine, ThousandsOfQubits) {
  constexpr std::uint32_t n = 2000;
  Circuit ghz(n, n);
  ghz.h(0);
  for (std::uint32_t q = 1; q < n; ++q) ghz.cx(q - 1, q);
  for (std::uint32_t q = 0; q < n; ++q) ghz.measure(q, q);
  Counts const counts = run(ghz, {.shots = 1000, .seed = 1}).counts;
  ASSERT_EQ(counts.entries.size(), 2U);
  EXPECT_EQ(counts[std::string(n, '0')] + counts[std::string(n, '1')], 1000U);
  EXPECT_NEAR(static_cast<double>(counts[std::string(n, '0')]), 500, 80);
}

// Parities of neighbours are stabilizers: their second measurement repeats the first, and a Pauli error shows in the
// two next to it.
TEST(StabilizerEngine, RepeatedParityMeasurementsAgree) {
  constexpr std::uint32_t data = 100, rounds = 3;
  Circuit code(2 * data, data * rounds);
  for (std::uint32_t q = 0; q < data; ++q) code.h(q);
  for (std::uint32_t round = 0; round < rounds; ++round) {
    if (round == 2) code.x(50);
    for (std::uint32_t q = 0; q + 1 < data; ++q) {
      code.cx(q, data + q).cx(q + 1, data + q);
      code.measure(data + q, round * data + q).reset(data + q);
    }
  }
  for (Counts::Entry const& entry : run(code, {.shots = 200, .seed = 3}).counts.entries)
    for (std::uint32_t q = 0; q + 1 < data; ++q) {
      ASSERT_EQ(entry.outcome[q], entry.outcome[data + q]);
      ASSERT_EQ(entry.outcome[q] != entry.outcome[2 * data + q], q == 49 || q == 50);
    }
}

TEST(StabilizerEngine, TheSameSeedGivesTheSameShotsOnAnyNumberOfThreads) {
  Circuit circuit(70, 70);
  for (std::uint32_t q = 0; q < 70; ++q) circuit.h(q);
  for (std::uint32_t q = 1; q < 70; ++q) circuit.cz(q - 1, q).h(q).noise(Channel::depolarizing, {0.01}, {q});
  for (std::uint32_t q = 0; q < 70; ++q) circuit.measure(q, q);
  RunOptions options{.shots = 50000, .seed = 5, .threads = 1, .want_memory = true};
  RunResult const one = run(circuit, options);
  options.threads = 4;
  RunResult const four = run(circuit, options);
  EXPECT_EQ(one.counts, four.counts);
  EXPECT_EQ(one.memory, four.memory);
  options.seed = 6;
  EXPECT_NE(one.counts, run(circuit, options).counts);
}

TEST(StabilizerEngine, ListsEachShotsOutcome) {
  Circuit circuit(2, 2);
  circuit.h(0).cx(0, 1).measure(0, 0).measure(1, 1);
  RunResult const result = run(circuit, {.shots = 1000, .seed = 1, .want_memory = true});
  ASSERT_EQ(result.memory.size(), 1000U);
  std::vector<std::uint64_t> tally(result.counts.entries.size());
  for (std::uint32_t const entry : result.memory) ++tally.at(entry);
  for (std::size_t e = 0; e < tally.size(); ++e) EXPECT_EQ(tally[e], result.counts.entries[e].shots);
}

TEST(StabilizerEngine, RefusesByName) {
  Circuit circuit(2, 2);
  circuit.h(0).t(1);
  auto const t = try_run(circuit, {});
  ASSERT_FALSE(t);
  EXPECT_EQ(t.error().kind, ErrorKind::unsupported);
  EXPECT_NE(t.error().message.find("instruction 1, t,"), std::string::npos) << t.error().message;
  Circuit damped(1, 1);
  damped.noise(Channel::amplitude_damping, {0.1}, {0});
  EXPECT_NE(try_run(damped, {}).error().message.find("amplitude_damping"), std::string::npos);
  Circuit large(100000, 1);
  large.h(0);
  auto const refused = try_run(large, {.memory_limit_bytes = std::uint64_t{1} << 30});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::resource_exhausted);
  EXPECT_NE(refused.error().message.find("100000 qubits needs"), std::string::npos);
}

TEST(StabilizerEngine, StopsSoonAfterARequest) {
  Circuit circuit(1500, 1500);
  for (int layer = 0; layer < 40; ++layer)
    for (std::uint32_t q = 1; q < 1500; ++q) circuit.h(q).cx(q - 1, q);
  for (std::uint32_t q = 0; q < 1500; ++q) circuit.measure(q, q);
  expect_stops_soon(StabilizerEngine(), "shots", circuit, {.shots = 2'000'000, .seed = 1});
}

}  // namespace
}  // namespace qhub::sim::stabilizer
