#include "qhub/circuit/circuit.h"

#include <limits>
#include <stdexcept>

#include "qhub/circuit/internal/test_support.h"

namespace qhub::circuit {
namespace {

using test::to_text;

TEST(Circuit, BuilderKeepsInstructionsInOrder) {
  Circuit circuit(3, 2);
  circuit.h(0).cx(0, 1).ccx(0, 1, 2).rz(0.5, 2).swap(1, 2).barrier().measure(1, 0).reset(1);
  EXPECT_EQ(to_text(circuit), "h 0; x +0 1; x +0 +1 2; rz(0.5) 2; swap 1 2; barrier 0 1 2; measure 1 -> 0; reset 1");
  EXPECT_EQ(circuit.size(), 8U);
  EXPECT_EQ(circuit.depth(), 7U);
}

TEST(Circuit, DepthFollowsQubitsAndClassicalBits) {
  Circuit circuit(3, 1);
  circuit.h(0).h(1);
  EXPECT_EQ(circuit.depth(), 1U);
  circuit.measure(0, 0);
  auto const condition = circuit.add_condition({.first = 0, .count = 1, .value = 1, .parent = {}});
  ASSERT_TRUE(condition);
  Qubit const target = 2;
  ASSERT_TRUE(circuit.append({.gate = Gate::x, .targets = {&target, 1}, .condition = *condition}));
  EXPECT_EQ(circuit.depth(), 3U);
  EXPECT_EQ(to_text(circuit[3]), "x 2 if 0");
}

TEST(Circuit, RefusesWhatDoesNotFit) {
  Circuit circuit(2, 1);
  EXPECT_THROW(circuit.h(2), std::invalid_argument);
  EXPECT_THROW(circuit.cx(1, 1), std::invalid_argument);
  EXPECT_THROW(circuit.measure(0, 1), std::invalid_argument);
  EXPECT_THROW(circuit.rz(std::numeric_limits<double>::infinity(), 0), std::invalid_argument);
  EXPECT_THROW(circuit.gate(Gate::rz, {0}), std::invalid_argument);
  EXPECT_THROW(circuit.gate(Gate::swap, {0}), std::invalid_argument);
  Qubit const target = 0;
  std::vector<Complex> const skewed{1, 1, 0, 1};
  auto const result = circuit.append({.kind = InstructionKind::unitary, .targets = {&target, 1}, .matrix = skewed});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the matrix is not unitary");
  EXPECT_FALSE(circuit.append({.gate = Gate::x, .targets = {&target, 1}, .condition = {3}}));
  EXPECT_FALSE(circuit.add_condition({.first = 0, .count = 2, .value = 1, .parent = {}}));
  EXPECT_FALSE(circuit.add_condition({.first = 0, .count = 1, .value = 2, .parent = {}}));
  EXPECT_FALSE(circuit.add_qubits("q", 1));
  EXPECT_TRUE(circuit.empty());
}

TEST(Circuit, AControlledGlobalPhaseBecomesAPhaseGate) {
  Circuit circuit(3);
  std::vector<Qubit> const zero{0}, one_two{1, 2};
  std::vector<double> const angle{0.7};
  ASSERT_TRUE(circuit.append(
      {.gate = Gate::gphase, .positive_controls = zero, .negative_controls = one_two, .parameters = angle}));
  ASSERT_TRUE(circuit.append({.gate = Gate::gphase, .negative_controls = one_two, .parameters = angle}));
  EXPECT_EQ(to_text(circuit), "p(0.7) -1 -2 0; phase_zero(0.7) -1 2");
  auto const matrix = test::matrix_of(circuit);
  EXPECT_LE(std::abs(matrix[0] - std::polar(1.0, 0.7)), 1e-15);  // 000
  EXPECT_LE(std::abs(matrix[9] - std::polar(1.0, 1.4)), 1e-15);  // qubit 0 only
  EXPECT_LE(std::abs(matrix[3 * 9] - Complex{1}), 1e-15);        // qubits 0 and 1
}

TEST(Circuit, AMillionGatesFitIn64Megabytes) {
  Circuit circuit(2);
  for (int k = 0; k < 1'000'000; ++k) circuit.u(0.1, 0.2, 0.3, k % 2);
  circuit.shrink_to_fit();
  EXPECT_EQ(circuit.size(), 1'000'000U);
  EXPECT_EQ(to_text(circuit[999'999]), "u(0.1,0.2,0.3) 1");
  EXPECT_LE(circuit.memory(), std::size_t{64} << 20);
}

TEST(ConditionEvaluator, ATestKeepsItsOutcomeUntilTheNextRun) {
  Circuit circuit(1, 2);
  auto const outer = circuit.add_condition({.first = 0, .count = 2, .value = 2, .parent = {}});
  auto const inner = circuit.add_condition({.first = 0, .count = 1, .value = 0, .parent = *outer});
  std::vector<bool> bits{false, true};
  auto const bit = [&](Clbit index) { return bits[index]; };
  ConditionEvaluator evaluator(circuit);
  EXPECT_TRUE(evaluator.holds(*inner, bit));
  bits = {true, false};
  EXPECT_TRUE(evaluator.holds(*outer, bit));
  EXPECT_FALSE(evaluator.holds({outer->index, true}, bit));
  evaluator.restart();
  EXPECT_FALSE(evaluator.holds(*outer, bit));
  EXPECT_FALSE(evaluator.holds(*inner, bit));
  EXPECT_FALSE(evaluator.holds({inner->index, true}, bit));  // below a failed test neither branch runs
  EXPECT_TRUE(evaluator.holds({outer->index, true}, bit));
}

}  // namespace
}  // namespace qhub::circuit
