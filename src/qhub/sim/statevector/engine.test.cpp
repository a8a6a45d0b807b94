#include "qhub/sim/statevector/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>

#include "qhub/sim/internal/cancellation.h"
#include "qhub/sim/internal/random_circuit.h"

namespace qhub::sim::statevector {
namespace {

using circuit::Circuit;
using circuit::Condition;
using circuit::Gate;
using circuit::Instruction;
using circuit::InstructionKind;
using circuit::Qubit;
using dense::RandomCircuit;
using dense::State;

Result<RunResult> try_run(Circuit const& circuit, RunOptions const& options) {
  return StatevectorEngine().run(circuit, options, {}, {});
}

RunResult run(Circuit const& circuit, RunOptions const& options) {
  auto result = try_run(circuit, options);
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  return std::move(*result);
}

RunResult run(Circuit const& circuit, std::uint64_t shots, std::uint64_t seed = 1) {
  return run(circuit, {.shots = shots, .seed = seed});
}

State final_state(Circuit const& circuit) {
  auto const result = run(circuit, {.shots = 0, .want_statevector = true});
  if (!result.statevector) return {};
  auto const amplitudes = result.statevector->span();
  return {amplitudes.begin(), amplitudes.end()};
}

void append(Circuit& circuit, Instruction const& instruction) {
  auto const done = circuit.append(instruction);
  ASSERT_TRUE(done) << done.error().message;
}

TEST(StatevectorEngine, RandomCircuitsMatchTheDenseReference) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    RandomCircuit random(1 + seed % 6, 0, seed);
    for (int gates = 0; gates < 40; ++gates) random.add_gate();
    State expected(std::size_t{1} << random.circuit.qubit_count());
    expected[0] = 1;
    for (Instruction const instruction : random.circuit) expected = dense::apply_gate(expected, instruction);
    EXPECT_LE(dense::max_distance(final_state(random.circuit), expected), 1e-12) << "seed " << seed;
  }
}

/// A gate on a register, directly by its definition.
State apply_to(State const& state, Instruction const& instruction) {
  std::vector<circuit::Complex> matrix(instruction.matrix.begin(), instruction.matrix.end());
  if (instruction.kind == InstructionKind::gate) {
    matrix.resize(std::size_t{1} << 2 * instruction.targets.size());
    circuit::write_matrix(instruction.gate, instruction.parameters, matrix.data());
  }
  std::size_t const size = std::size_t{1} << instruction.targets.size();
  std::vector<std::size_t> offsets(size, 0);
  for (std::size_t value = 0; value < size; ++value)
    for (std::size_t t = 0; t < instruction.targets.size(); ++t)
      offsets[value] |= (value >> t & 1) << instruction.targets[t];
  State result = state;
  for (std::size_t i = 0; i < state.size(); ++i) {
    bool acts = true;
    for (Qubit const q : instruction.positive_controls) acts = acts && (i >> q & 1) == 1;
    for (Qubit const q : instruction.negative_controls) acts = acts && (i >> q & 1) == 0;
    if (!acts) continue;
    std::size_t row = 0;
    for (std::size_t t = 0; t < instruction.targets.size(); ++t) row |= (i >> instruction.targets[t] & 1) << t;
    result[i] = 0;
    for (std::size_t column = 0; column < size; ++column)
      result[i] += matrix[row * size + column] * state[(i & ~offsets[size - 1]) | offsets[column]];
  }
  return result;
}

// Large enough for several chunks, so that qubits change their places between passes.
TEST(StatevectorEngine, RandomCircuitsOfManyChunksMatchTheDefinition) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    RandomCircuit random(14 + seed % 3, 0, seed);
    for (int gates = 0; gates < 60; ++gates) random.add_gate();
    State expected(std::size_t{1} << random.circuit.qubit_count());
    expected[0] = 1;
    for (Instruction const instruction : random.circuit) expected = apply_to(expected, instruction);
    EXPECT_LE(dense::max_distance(final_state(random.circuit), expected), 1e-12) << "seed " << seed;
    auto const single =
        run(random.circuit, {.shots = 0, .precision = Precision::single_precision, .want_statevector = true});
    EXPECT_LE(dense::max_distance(single.statevector->span(), expected), 1e-5) << "seed " << seed;
  }
}

TEST(StatevectorEngine, NormIsPreservedOverManyGates) {
  RandomCircuit random(7, 0, 1);
  for (int gates = 0; gates < 2000; ++gates) random.add_gate();
  double norm = 0;
  for (Amplitude const a : final_state(random.circuit)) norm += std::norm(a);
  EXPECT_NEAR(norm, 1, 1e-11);
}

// Measurements, resets and conditions anywhere: what is sampled at the end, collapsed, dropped or branched on is the
// engine's affair, the distribution is not.
/// Off the diagonal their product has rounding errors, whose phases must not matter.
TEST(StatevectorEngine, GatesMayCancelUpToRounding) {
  std::mt19937_64 random(5);
  auto const angle = [&] { return std::uniform_real_distribution(-6.3, 6.3)(random); };
  for (int k = 0; k < 2000; ++k) {
    double const theta = angle(), phi = angle(), lambda = angle();
    Circuit circuit(3, 3);
    circuit.u(angle(), angle(), angle(), 0).h(1).h(2).cx(2, 0);
    circuit.u(theta, phi, angle(), 0).rz(lambda, 0).u(-theta, angle(), -phi - lambda, 0);
    circuit.cx(0, 1).u(std::numbers::pi / 2, angle(), angle(), 0);
    circuit.measure(0, 0).measure(1, 1).measure(2, 2);
    ASSERT_EQ(dense::disagreement(run(circuit, 2000, 1).counts, dense::Distribution(circuit).probabilities()), "");
  }
}

TEST(StatevectorEngine, RandomDynamicCircuitsFollowTheExactDistribution) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    RandomCircuit random(2 + seed % 3, 4, seed);
    for (int steps = 0; steps < 14; ++steps) {
      Condition::Id const condition = random.maybe_condition();
      unsigned const kind = random.draw() % 4;
      if (kind < 2) {
        random.add_gate(condition);
      } else {
        random.add_measurement_or_reset(random.draw() % 4 == 0, condition);
      }
    }
    dense::Distribution const exact(random.circuit);
    auto const result = run(random.circuit, 20000, seed);
    EXPECT_EQ(dense::disagreement(result.counts, exact.probabilities()), "") << "seed " << seed;
    std::uint64_t shots = 0;
    for (auto const& entry : result.counts.entries) shots += entry.shots;
    EXPECT_EQ(shots, 20000U);
  }
}

// Loops and computed bits: qubits keep their places, branches whose bits differ part, scratch bits stay hidden.
TEST(StatevectorEngine, RandomProgramsFollowTheExactDistribution) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    RandomCircuit random(2 + seed % 3, 3, seed);
    auto const add_steps = [&](int count) {
      for (int step = 0; step < count; ++step) {
        Condition::Id const condition = random.maybe_condition();
        unsigned const kind = random.draw() % 8;
        if (kind < 4) {
          random.add_gate(condition);
        } else if (kind < 7) {
          random.add_measurement_or_reset(kind == 6, condition);
        } else {
          random.add_assignment(condition);
        }
      }
    };
    add_steps(4);
    random.add_loop([&] {
      add_steps(3);
      if (seed % 3 == 0) random.add_loop([&] { add_steps(2); });
    });
    add_steps(4);
    dense::Distribution const exact(random.circuit);
    for (auto const precision : {Precision::double_precision, Precision::single_precision}) {
      auto const result = run(random.circuit, {.shots = 20000, .seed = seed, .precision = precision});
      EXPECT_EQ(dense::disagreement(result.counts, exact.probabilities()), "") << "seed " << seed;
    }
  }
}

TEST(StatevectorEngine, LoopsOfManyIterationsKeepTheNorm) {
  using Kind = circuit::ClassicalOperation::Kind;
  Circuit circuit(2, 2);
  circuit::Clbit const counter = *circuit.add_scratch(12);
  ASSERT_TRUE(
      circuit.begin_loop(*circuit.add_condition({.first = counter + 11, .count = 1, .value = 0, .parent = {}})));
  circuit.ry(std::numbers::pi / 2, 0).cx(0, 1).ry(-std::numbers::pi / 2, 0).rx(1.5, 1);
  circuit::ClassicalExpression const next(
      {{.kind = Kind::bits, .first = counter, .count = 12}, {.kind = Kind::constant, .value = 1}, {.kind = Kind::add}});
  append(circuit, {.kind = InstructionKind::assign, .clbit = counter, .clbit_count = 12, .value = &next});
  ASSERT_TRUE(circuit.end_loop());
  for (auto const precision : {Precision::double_precision, Precision::single_precision}) {
    double norm = 0;
    auto const result = run(circuit, {.shots = 0, .precision = precision, .want_statevector = true});
    for (Amplitude const a : result.statevector->span()) norm += std::norm(a);
    EXPECT_NEAR(norm, 1, precision == Precision::double_precision ? 1e-10 : 5e-3);
  }
}

// A chain of 100 qubits, of which two are in use at a time.
TEST(StatevectorEngine, MeasuredQubitsGiveTheirPlaceToOthers) {
  unsigned const n = 100;
  Circuit circuit(n, n);
  circuit.h(0);
  for (Qubit q = 0; q + 1 < n; ++q) {
    circuit.cx(q, q + 1).measure(q, q);
    auto const one = *circuit.add_condition({.first = q, .count = 1, .value = 1, .parent = {}});
    Qubit const next = q + 1;
    append(circuit, {.gate = Gate::x, .targets = std::span(&next, 1), .condition = one});
    circuit.x(next);
  }
  circuit.measure(n - 1, n - 1);
  EXPECT_EQ(StatevectorEngine().predict_memory(circuit, {})->qubits, 2U);
  auto const counts = run(circuit, 1000).counts;
  ASSERT_EQ(counts.entries.size(), 2U);  // after the first outcome all others are 1
  for (auto const& entry : counts.entries)
    EXPECT_EQ(to_text(entry.outcome, n).substr(0, n - 1), std::string(n - 1, '1'));
  EXPECT_NEAR(static_cast<double>(counts.entries[0].shots), 500, 100);
}

// What is thrown away has no part in the rest: no copies for its outcomes, and still one final state.
TEST(StatevectorEngine, ResetsAndMeasurementsOfSeparateQubitsDoNotPartStates) {
  Circuit circuit(3, 20);
  circuit.h(0).cx(0, 1);
  for (circuit::Clbit bit = 0; bit < 20; ++bit) circuit.ry(1.0, 2).measure(2, bit).reset(2);
  auto const result = run(circuit, {.shots = 10000, .seed = 1, .want_probabilities = {{0, 1}}});
  ASSERT_EQ(result.probabilities.size(), 1U);
  EXPECT_NEAR(result.probabilities[0][3], 0.5, 1e-12);
  EXPECT_GT(result.counts.entries.size(), 1000U);
  EXPECT_LE(result.peak_memory_bytes, std::uint64_t{16} << 10);
}

TEST(StatevectorEngine, BellAndGhzCountsAreFair) {
  for (unsigned const n : {2U, 3U, 10U}) {
    Circuit circuit(n, n);
    circuit.h(0);
    for (unsigned q = 1; q < n; ++q) circuit.cx(q - 1, q);
    for (unsigned q = 0; q < n; ++q) circuit.measure(q, q);
    auto const counts = run(circuit, 100000).counts;
    std::string const zeros(n, '0'), ones(n, '1');
    EXPECT_EQ(counts[zeros] + counts[ones], 100000U);
    EXPECT_NEAR(static_cast<double>(counts[zeros]), 50000, 5 * std::sqrt(25000.0));
  }
}

TEST(StatevectorEngine, BitOrderIsQubitZeroLowestAndClassicalBitZeroRightmost) {
  Circuit circuit(4, 4);
  circuit.x(0).x(2).measure(0, 1).measure(1, 0).measure(2, 3).measure(3, 2);
  EXPECT_EQ(run(circuit, 10).counts["1010"], 10U);
  Circuit state(3);
  state.x(1);
  EXPECT_EQ(final_state(state)[2], 1.0);
}

TEST(StatevectorEngine, UnmeasuredBitsAreZeroAndTheLastMeasurementOfABitCounts) {
  Circuit circuit(2, 3);
  circuit.x(0).measure(0, 1).measure(1, 1).measure(1, 2).measure(0, 2);
  EXPECT_EQ(run(circuit, 5).counts["100"], 5U);
}

TEST(StatevectorEngine, MeasuredQubitMayBeUsedAfterwards) {
  Circuit circuit(1, 2);
  circuit.h(0).measure(0, 0).x(0).measure(0, 1);
  auto const counts = run(circuit, 10000).counts;
  EXPECT_EQ(counts["10"] + counts["01"], 10000U);
  EXPECT_NEAR(static_cast<double>(counts["10"]), 5000, 250);
}

TEST(StatevectorEngine, TeleportationMovesTheState) {
  constexpr double theta = 1.1;
  Circuit circuit(3, 3);
  circuit.ry(theta, 0).rz(0.7, 0).h(1).cx(1, 2).cx(0, 1).h(0).measure(0, 0).measure(1, 1);
  auto const one = [&](circuit::Clbit bit) {
    return *circuit.add_condition({.first = bit, .count = 1, .value = 1, .parent = {}});
  };
  Qubit const receiver = 2;
  append(circuit, {.gate = Gate::x, .targets = std::span(&receiver, 1), .condition = one(1)});
  append(circuit, {.gate = Gate::z, .targets = std::span(&receiver, 1), .condition = one(0)});
  circuit.rz(-0.7, 2).ry(-theta, 2).measure(2, 2);  // undoes the preparation: always 0 if all went well
  auto const counts = run(circuit, 4000).counts;
  ASSERT_EQ(counts.entries.size(), 4U);
  for (auto const& entry : counts.entries) {
    EXPECT_FALSE(entry.outcome[2]);
    EXPECT_NEAR(static_cast<double>(entry.shots), 1000, 150);
  }
}

TEST(StatevectorEngine, TestIsMadeAtTheFirstInstructionThatDependsOnItEvenIfThatDoesNothing) {
  Qubit const idle = 0, target = 2;
  Instruction const identity{.gate = Gate::id, .targets = std::span(&idle, 1)};
  Instruction const needless_reset{.kind = InstructionKind::reset, .targets = std::span(&idle, 1)};
  for (Instruction first : {identity, needless_reset}) {
    Circuit circuit(3, 2);
    Condition::Id const zero = *circuit.add_condition({.first = 0, .count = 1, .value = 0, .parent = {}});
    first.condition = zero;
    append(circuit, first);
    circuit.x(1).measure(1, 0);  // changes the bit, not the outcome of the test
    append(circuit, {.gate = Gate::x, .targets = std::span(&target, 1), .condition = zero});
    circuit.measure(2, 1);
    EXPECT_EQ(run(circuit, 10).counts["11"], 10U);
  }
}

TEST(StatevectorEngine, RepeatUntilSuccessEndsInOneForAllButTheLastFewShots) {
  constexpr unsigned rounds = 8;
  Circuit circuit(1, 1);
  Qubit const qubit = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    Condition::Id const failed = *circuit.add_condition({.first = 0, .count = 1, .value = 0, .parent = {}});
    append(circuit, {.kind = InstructionKind::reset, .targets = std::span(&qubit, 1), .condition = failed});
    append(circuit, {.gate = Gate::h, .targets = std::span(&qubit, 1), .condition = failed});
    append(circuit,
           {.kind = InstructionKind::measure, .targets = std::span(&qubit, 1), .clbit = 0, .condition = failed});
  }
  auto const counts = run(circuit, 100000).counts;
  EXPECT_NEAR(static_cast<double>(counts["0"]), 100000.0 / 256, 5 * std::sqrt(100000.0 / 256));
}

TEST(StatevectorEngine, SameSeedGivesTheSameResultForEveryNumberOfThreads) {
  Circuit circuit(17, 17);  // large enough for several threads to be used
  for (Qubit q = 0; q < 17; ++q) circuit.ry(0.3 + q, q);
  for (Qubit q = 1; q < 17; ++q) circuit.cx(q - 1, q);
  circuit.measure(3, 3).reset(4).h(3);
  for (Qubit q = 0; q < 17; ++q) circuit.measure(q, q);
  auto const with = [&](unsigned threads, std::uint64_t seed) {
    return run(circuit, {.shots = 500, .seed = seed, .threads = threads, .want_memory = true});
  };
  RunResult const one = with(1, 7), two = with(2, 7), other = with(1, 8);
  EXPECT_EQ(one.counts, two.counts);
  EXPECT_EQ(one.memory, two.memory);
  EXPECT_NE(one.counts, other.counts);
}

TEST(StatevectorEngine, WideGatesWithControlsAnywhereMatchTheDefinition) {
  for (unsigned const qubits : {8U, 9U, 15U}) {
    std::mt19937_64 generator(qubits);
    Circuit circuit(qubits, 0);
    for (Qubit q = 0; q < qubits; ++q) circuit.ry(0.4 + q, q);
    for (unsigned repeat = 0; repeat < 12; ++repeat) {
      std::vector<Qubit> order(qubits);
      std::iota(order.begin(), order.end(), 0U);
      std::shuffle(order.begin(), order.end(), generator);
      std::size_t const targets = 2 + repeat % 5;
      auto const matrix = dense::random_unitary(static_cast<unsigned>(targets), repeat);
      append(circuit, {.kind = InstructionKind::unitary,
                       .positive_controls = std::span(order).subspan(targets, 1),
                       .negative_controls = std::span(order).subspan(targets + 1, repeat % 2),
                       .targets = std::span(order).first(targets),
                       .matrix = matrix});
      circuit.rzz(0.3, order[0], order[1])
          .ccz(order[0], order[2], order[qubits - 1])
          .cswap(order[1], order[4], order[5]);
    }
    State expected(std::size_t{1} << qubits);
    expected[0] = 1;
    for (Instruction const instruction : circuit) expected = apply_to(expected, instruction);
    EXPECT_LE(dense::max_distance(final_state(circuit), expected), 1e-12) << qubits;
  }
}

// Every kind of gate as its definition has it, also those that rotations leave unscaled for long.
TEST(StatevectorEngine, LongRunsOfRotationsKeepTheirScale) {
  for (Precision const precision : {Precision::double_precision, Precision::single_precision}) {
    Circuit circuit(9, 9);
    for (unsigned repeat = 0; repeat < 400; ++repeat)
      for (Qubit q = 0; q < 9; ++q) circuit.ry(std::numbers::pi / 2, q).ch(q, (q + 1) % 9).ry(1.5, q);
    auto const result = run(circuit, {.shots = 0, .precision = precision, .want_statevector = true});
    double norm = 0;
    for (Amplitude const a : result.statevector->span()) norm += std::norm(a);
    EXPECT_NEAR(norm, 1, precision == Precision::double_precision ? 1e-11 : 1e-2);
  }
}

TEST(StatevectorEngine, PhasesMayWaitForTensOfThousandsOfGates) {
  Circuit circuit(4, 4);
  for (Qubit q = 0; q < 4; ++q) circuit.h(q);
  circuit.cz(0, 1);
  for (unsigned repeat = 0; repeat < 20000; ++repeat) circuit.ry(0.1, 2).cx(2, 3);
  circuit.h(1);  // now the phase is needed: qubits 0 and 1 are in a Bell state
  for (Qubit q = 0; q < 4; ++q) circuit.measure(q, q);
  for (auto const& entry : run(circuit, 1000).counts.entries) EXPECT_EQ(entry.outcome[0], entry.outcome[1]);
}

TEST(StatevectorEngine, SinglePrecisionCountsFollowTheSameDistribution) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    RandomCircuit random(4, 4, seed);
    for (int steps = 0; steps < 12; ++steps) {
      if (random.draw() % 3 == 0) {
        random.add_measurement_or_reset(random.draw() % 4 == 0, {});
      } else {
        random.add_gate(random.maybe_condition());
      }
    }
    dense::Distribution const exact(random.circuit);
    auto const result = run(random.circuit, {.shots = 20000, .seed = seed, .precision = Precision::single_precision});
    EXPECT_EQ(dense::disagreement(result.counts, exact.probabilities()), "") << "seed " << seed;
  }
}

TEST(StatevectorEngine, ReportsAFreshSeedThatRepeatsTheRun) {
  Circuit circuit(8, 8);
  for (Qubit q = 0; q < 8; ++q) circuit.h(q).measure(q, q);
  auto const first = run(circuit, {.shots = 100});
  EXPECT_NE(first.seed, run(circuit, {.shots = 100}).seed);
  EXPECT_EQ(first.counts, run(circuit, {.shots = 100, .seed = first.seed}).counts);
}

TEST(StatevectorEngine, MemoryListsTheCountedOutcomesInRandomOrder) {
  Circuit circuit(1, 1);
  circuit.h(0).measure(0, 0);
  auto const result = run(circuit, {.shots = 1000, .seed = 3, .want_memory = true});
  ASSERT_EQ(result.memory.size(), 1000U);
  auto const zeros = static_cast<std::uint64_t>(std::count(result.memory.begin(), result.memory.end(), 0U));
  EXPECT_EQ(zeros, result.counts["0"]);
  int changes = 0;
  for (std::size_t s = 1; s < 1000; ++s) changes += result.memory[s] != result.memory[s - 1] ? 1 : 0;
  EXPECT_NEAR(changes, 500, 80);
}

TEST(StatevectorEngine, CircuitsWithoutQubitsOrMeasurementsHaveSensibleResults) {
  EXPECT_EQ(run(Circuit(0, 0), 10).counts[""], 10U);
  EXPECT_EQ(run(Circuit(0, 2), 10).counts["00"], 10U);
  EXPECT_EQ(final_state(Circuit(0, 0)), State{1.0});
  Circuit unmeasured(2, 1);
  unmeasured.h(0);
  EXPECT_EQ(run(unmeasured, 10).counts["0"], 10U);
  auto const nothing = try_run(unmeasured, {.shots = 0});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().kind, ErrorKind::invalid_argument);
}

TEST(StatevectorEngine, StatevectorIsTheOneBeforeTheFinalMeasurements) {
  Circuit circuit(2, 2);
  circuit.reset(0).h(0).cx(0, 1).gate(Gate::gphase, {}, {std::numbers::pi / 2}).measure(0, 0).measure(1, 1);
  auto const result = run(circuit, {.shots = 100, .seed = 1, .want_statevector = true});
  Amplitude const half{0, std::numbers::sqrt2 / 2};
  EXPECT_LE(dense::max_distance(result.statevector->span(), State{half, 0, 0, half}), 1e-15);
  EXPECT_EQ(result.counts["00"] + result.counts["11"], 100U);

  Circuit reset(2);
  reset.x(0).x(1).reset(1);
  EXPECT_EQ(final_state(reset), (State{0, 1, 0, 0}));

  circuit.h(0);
  auto const random = try_run(circuit, {.shots = 100, .want_statevector = true});
  ASSERT_FALSE(random);
  EXPECT_EQ(random.error().kind, ErrorKind::unsupported);
}

TEST(StatevectorEngine, QubitsWithoutGatesTakeNoMemory) {
  Circuit circuit(127, 127);
  circuit.x(80).reset(3).h(100).cx(100, 101);
  for (Qubit q = 0; q < 127; ++q) circuit.measure(q, q);
  EXPECT_EQ(StatevectorEngine().predict_memory(circuit, {})->qubits, 3U);
  auto const result = run(circuit, 100);
  EXPECT_LE(result.peak_memory_bytes, 16U << 10);
  for (auto const& entry : result.counts.entries)
    for (Qubit q = 0; q < 127; ++q)
      EXPECT_EQ(entry.outcome[q], q == 80 || ((q == 100 || q == 101) && entry.outcome[100])) << q;
}

TEST(StatevectorEngine, RefusesWhatDoesNotFitAndNamesTheNumbers) {
  Circuit circuit(30, 0);
  for (Qubit q = 0; q < 30; ++q) circuit.h(q);
  auto const refused = try_run(circuit, {.memory_limit_bytes = 1 << 30});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::resource_exhausted);
  for (std::string const& part :
       {std::string("30 qubits"), std::to_string(1 << 30), std::string("(16.0 GiB)"), std::string("(1.0 GiB)")})
    EXPECT_NE(refused.error().message.find(part), std::string::npos) << part << " in: " << refused.error().message;

  Circuit wide(200, 0);
  for (Qubit q = 0; q < 200; ++q) wide.h(q);
  EXPECT_NE(try_run(wide, {}).error().message.find("200 qubits needs more than 2^64 bytes"), std::string::npos);
}

TEST(StatevectorEngine, RefusesQubitsThatAreNotThere) {
  Circuit circuit(2, 2);
  circuit.h(0);
  for (RunOptions const& options :
       {RunOptions{.want_amplitudes = {Outcome(65)}}, RunOptions{.want_probabilities = {{0, 2}}},
        RunOptions{.want_probabilities = {{1, 1}}},
        RunOptions{.want_expectations = {{{.coefficient = 1, .factors = {{.qubit = 7}}}}}}}) {
    auto const refused = try_run(circuit, options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid_argument);
  }
}

TEST(StatevectorEngine, RefusesHugeRegistersBeforeListingThem) {
  auto const refused = StatevectorEngine().predict_memory(Circuit(2'000'000, 1), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_NE(refused.error().message.find("2000000 qubits"), std::string::npos);
}

TEST(StatevectorEngine, BranchingStaysWithinThePredictedNumberOfStates) {
  Circuit circuit(10, 40);
  for (Qubit q = 0; q < 10; ++q) circuit.h(q);
  for (unsigned i = 0; i < 40; ++i) circuit.measure(i % 10, i).h(i % 10);
  std::uint64_t const state = 16 << 10;
  for (std::uint64_t const shots : {1U, 2U, 100U, 1000U}) {
    auto const result = run(circuit, shots);
    std::uint64_t const most = (1 + static_cast<std::uint64_t>(std::log2(shots))) * state;
    EXPECT_LE(result.peak_memory_bytes, most) << shots;
    EXPECT_GE(StatevectorEngine().predict_memory(circuit, {.shots = shots})->bytes, most);
    std::uint64_t sum = 0;
    for (auto const& entry : result.counts.entries) sum += entry.shots;
    EXPECT_EQ(sum, shots);
  }
}

TEST(StatevectorEngine, ProgressRisesFromZeroToOne) {
  RandomCircuit random(4, 4, 5);
  for (int i = 0; i < 200; ++i) random.add_gate();
  random.circuit.measure(0, 0).h(0).measure(1, 1).h(1).measure(0, 2);
  std::vector<double> reports;
  ASSERT_TRUE(StatevectorEngine().run(random.circuit, {.shots = 50, .seed = 1},
                                      [&](double share) { reports.push_back(share); }, {}));
  EXPECT_GT(reports.size(), 3U);
  EXPECT_GT(reports.front(), 0);
  EXPECT_TRUE(std::is_sorted(reports.begin(), reports.end()));
  EXPECT_EQ(reports.back(), 1);
}

TEST(StatevectorEngine, StopsSoonAfterARequest) {
  Circuit gates(25, 25);  // 512 MiB, minutes of work
  for (unsigned repeat = 0; repeat < 400; ++repeat)
    for (Qubit q = 0; q < 25; ++q) gates.h(q).cx(q, (q + 1) % 25);
  Circuit shots(10, 10);  // small state, very many shots
  for (Qubit q = 0; q < 10; ++q) shots.h(q);
  for (unsigned repeat = 0; repeat < 1000; ++repeat) shots.measure(repeat % 10, repeat % 10).h(repeat % 10);
  Circuit wide(23, 0);  // long steps: every six-qubit gate takes tens of milliseconds
  auto const matrix = dense::random_unitary(6, 1);
  std::vector<Qubit> const targets{0, 4, 8, 12, 16, 20};
  for (Qubit q = 0; q < 23; ++q) wide.h(q);
  for (Qubit q = 0; q < 23; ++q) wide.cx(q, (q + 1) % 23).h(q);
  for (unsigned repeat = 0; repeat < 100; ++repeat)
    append(wide, {.kind = InstructionKind::unitary, .targets = targets, .matrix = matrix});
  Circuit outcomes(24, 24);  // very many different outcomes to sort
  for (Qubit q = 0; q < 24; ++q) outcomes.h(q).measure(q, 23 - q);
  StatevectorEngine const engine;
  expect_stops_soon(engine, "gates", gates, {.shots = 1000});
  expect_stops_soon(engine, "branches", shots, {.shots = 1U << 20});
  expect_stops_soon(engine, "wide gates", wide, {.shots = 1});
  expect_stops_soon(engine, "outcomes", outcomes, {.shots = std::uint64_t{1} << 30});
}

}  // namespace
}  // namespace qhub::sim::statevector
