#include "qhub/circuit/circuit.h"

#include <cmath>
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

TEST(Circuit, NamedParametersAreBoundLater) {
  Expression const theta = Expression::parameter("theta"), phi = Expression::parameter("phi");
  Circuit circuit(2);
  circuit.rx(2 * theta + 1, 0).u(theta, -phi, 0.5, 1).rz(0.25, 0).crz(theta / 2 - phi, 0, 1);
  EXPECT_EQ(to_text(circuit), "rx(2 * theta + 1) 0; u(theta,-phi,0.5) 1; rz(0.25) 0; rz(theta / 2 - phi) +0 1");
  EXPECT_EQ(circuit.parameters(), (std::vector<std::string>{"phi", "theta"}));
  EXPECT_TRUE(circuit[0].is_symbolic());
  EXPECT_FALSE(circuit[2].is_symbolic());

  auto const partly = circuit.bind({{"theta", 2.0}});
  ASSERT_TRUE(partly);
  EXPECT_EQ(to_text(*partly), "rx(5) 0; u(2,-phi,0.5) 1; rz(0.25) 0; rz(1 - phi) +0 1");
  auto const bound = partly->bind({{"phi", 0.5}});
  ASSERT_TRUE(bound);
  EXPECT_EQ(to_text(*bound), "rx(5) 0; u(2,-0.5,0.5) 1; rz(0.25) 0; rz(0.5) +0 1");
  EXPECT_TRUE(bound->parameters().empty());
  EXPECT_EQ(bound->bind({{"phi", 1.0}}).error().message, "the circuit has no parameter 'phi'");
  EXPECT_EQ(circuit.bind({{"theta", HUGE_VAL}}).error().message, "2 * theta + 1 of rx is not a finite number");
  EXPECT_EQ(to_text(*circuit.inverse()),
            "rz(-(theta / 2 - phi)) +0 1; rz(-0.25) 0; u(-theta,-0.5,phi) 1; rx(-(2 * theta + 1)) 0");
}

TEST(Expression, IsWrittenWithTheParenthesesItNeeds) {
  Expression const a = Expression::parameter("a"), b = Expression::parameter("b");
  EXPECT_EQ((a - (b - 1)).to_text(), "a - (b - 1)");
  EXPECT_EQ((a * (b + 1) / -2.5).to_text(), "a * (b + 1) / -2.5");
  EXPECT_EQ((-(a * b)).to_text(), "-(a * b)");
  EXPECT_EQ(Expression::apply(Expression::Operation::sine, 2 / a).to_text(), "sin(2 / a)");
  EXPECT_EQ((0 + a * 1 - 0).to_text(), "a");
  EXPECT_EQ((Expression(2) + 3).number(), 5);
  Expression huge = a;
  EXPECT_THROW(for (int k = 0; k < 64; ++k) huge = huge + huge, std::length_error);
}

TEST(Circuit, InverseControlAndPower) {
  Circuit circuit(3);
  circuit.h(0).cx(0, 1).ccx(0, 1, 2).u(0.1, 0.2, 0.3, 2).cu(0.4, 0.5, 0.6, 0.7, 2, 0).rzz(0.8, 0, 2).iswap(1, 2);
  circuit.ecr(0, 1).dcx(1, 2).ms(0.1, 0.2, 0.3, 0, 1).gpi(0.4, 0).gpi2(0.5, 1).prx(0.6, 0.7, 2).cswap(0, 1, 2);
  circuit.global_phase(0.9).unitary(std::vector<Complex>{0, 1, Complex{0, 1}, 0}, std::vector<Qubit>{1}).barrier();
  auto const matrix = test::matrix_of(circuit);
  auto const identity = test::matrix_of(Circuit(3));

  Circuit undone = circuit;
  undone.compose(*circuit.inverse());
  EXPECT_LE(test::distance(test::matrix_of(undone), identity), 1e-12);

  Circuit thrice = circuit;
  thrice.compose(circuit).compose(circuit);
  EXPECT_LE(test::distance(test::matrix_of(*circuit.power(3)), test::matrix_of(thrice)), 1e-12);
  EXPECT_LE(test::distance(test::matrix_of(*circuit.power(-1)), test::matrix_of(*circuit.inverse())), 1e-12);
  Circuit halves = *circuit.power(0.5);
  EXPECT_LE(test::distance(test::matrix_of(halves.compose(*circuit.power(0.5))), matrix), 1e-10);

  auto const controlled = test::matrix_of(*circuit.control());  // qubit 0, the lowest bit, is the control
  for (std::size_t row = 0; row < 16; ++row)
    for (std::size_t column = 0; column < 16; ++column) {
      Complex expected = row == column ? 1 : 0;
      if (row % 2 == 1) expected = column % 2 == 1 ? matrix[row / 2 * 8 + column / 2] : 0;
      EXPECT_LE(std::abs(controlled[row * 16 + column] - expected), 1e-12);
    }

  Circuit measured(1, 1);
  measured.measure(0, 0);
  EXPECT_EQ(measured.inverse().error().message, "a circuit with measure has no inverse");
  EXPECT_EQ(measured.control().error().message, "a circuit with measure has no controlled form");
}

TEST(Circuit, ComposePutsBitsWhereToldAndKeepsConditionsAndLoops) {
  Circuit part(2, 2);
  part.h(0).measure(0, 0);
  part.if_bit(0, [](Circuit& body) { body.x(1); });
  part.while_equal({{}, 0, 2}, 1, [](Circuit& body) {
    body.if_bit(1, [](Circuit& inner) { inner.z(0); });
    body.measure(1, 1);
  });
  EXPECT_EQ(to_text(part), "h 0; measure 0 -> 0; x 1 if 0; loop; z 0 if 2; measure 1 -> 1; loop end");
  Circuit whole(3, 3);
  whole.if_bit(2, [](Circuit& body) { body.y(0); });
  whole.compose(part, std::vector<Qubit>{2, 0}, std::vector<Clbit>{1, 2});
  EXPECT_EQ(to_text(whole), "y 0 if 0; h 2; measure 2 -> 1; x 0 if 1; loop; z 2 if 3; measure 0 -> 2; loop end");
  EXPECT_EQ(whole.conditions()[3], (Condition{2, 1, 1, {}}));
  EXPECT_EQ(whole.loops()[0], (Loop{{2}, 4, 7, 3, 4}));
  EXPECT_THROW(whole.compose(part, std::vector<Qubit>{0, 0}), std::invalid_argument);
  EXPECT_THROW(whole.compose(part, std::vector<Qubit>{0, 3}), std::invalid_argument);
  EXPECT_THROW(whole.compose(part, {}, std::vector<Clbit>{2, 1}), std::invalid_argument);  // [0, 2) is torn apart
  EXPECT_THROW(Circuit(1).compose(part), std::invalid_argument);
}

TEST(Circuit, CountsInstructionsByName) {
  Circuit circuit(4, 4);
  circuit.h(0).h(1).cx(0, 1).ccx(0, 1, 2).mcx(std::vector<Qubit>{0, 1, 2}, 3).noise(Channel::bit_flip, {0.1}, {0});
  circuit.measure_all();
  std::map<std::string, std::size_t, std::less<>> const expected{{"h", 2},   {"cx", 1},       {"ccx", 1},
                                                                 {"mcx", 1}, {"bit_flip", 1}, {"measure", 4}};
  EXPECT_EQ(circuit.counts(), expected);
}

TEST(Circuit, KeepsNoiseAndRefusesWhatIsNone) {
  Circuit circuit(2);
  std::vector<Complex> const decay{1, 0, 0, std::sqrt(0.7), 0, std::sqrt(0.3), 0, 0};
  circuit.noise(Channel::depolarizing, {0.1}, {1}).noise(Channel::pauli, {0.1, 0.2, 0.3}, {0});
  circuit.noise(Channel::two_qubit_dephasing, {0.25}, {1, 0}).kraus(decay, std::vector<Qubit>{1});
  EXPECT_EQ(to_text(circuit),
            "depolarizing(0.1) 1; pauli_channel(0.1,0.2,0.3) 0; two_qubit_dephasing(0.25) 1 0; kraus 1");
  EXPECT_EQ(circuit[3].matrix.size(), 8U);
  EXPECT_TRUE(std::ranges::equal(circuit[3].matrix, decay));
  EXPECT_THROW(circuit.noise(Channel::bit_flip, {1.5}, {0}), std::invalid_argument);
  EXPECT_THROW(circuit.noise(Channel::bit_flip, {0.5}, {0, 1}), std::invalid_argument);
  EXPECT_THROW(circuit.noise(Channel::pauli, {0.5, 0.5, 0.5}, {0}), std::invalid_argument);
  EXPECT_THROW(circuit.kraus(std::vector<Complex>{1, 0, 0, 0.5}, std::vector<Qubit>{0}), std::invalid_argument);
}

TEST(Noise, EveryChannelPreservesTheTrace) {
  for (std::size_t k = 0; k + 1 < channel_count; ++k) {
    auto const channel = static_cast<Channel>(k);
    std::vector<double> parameters(info(channel).parameters);
    for (std::size_t j = 0; j < parameters.size(); ++j) parameters[j] = 0.005 * static_cast<double>(j + 1);
    std::size_t const targets = info(channel).targets;
    ASSERT_TRUE(check_channel(channel, parameters, {}, targets)) << info(channel).name;
    std::vector<Complex> all;
    for (auto const& matrix : kraus_operators(channel, parameters, {}, targets))
      all.insert(all.end(), matrix.begin(), matrix.end());
    EXPECT_TRUE(check_channel(Channel::kraus, {}, all, targets)) << info(channel).name;
    EXPECT_EQ(kraus_operators(Channel::kraus, {}, all, targets).size(), all.size() >> 2 * targets);
  }
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

TEST(ConditionEvaluator, ALoopMakesItsTestsAfresh) {
  Circuit circuit(1, 2);
  circuit.while_equal({{}, 0, 1}, 0, [](Circuit& body) { body.if_bit(1, [](Circuit& inner) { inner.x(0); }); });
  std::vector<bool> bits{false, true};
  auto const bit = [&](Clbit index) { return bits[index]; };
  ConditionEvaluator evaluator(circuit);
  EXPECT_TRUE(evaluator.enters(circuit.loops()[0], bit));
  EXPECT_TRUE(evaluator.holds(circuit[1].condition, bit));
  bits = {false, false};
  EXPECT_TRUE(evaluator.holds(circuit[1].condition, bit));
  EXPECT_TRUE(evaluator.enters(circuit.loops()[0], bit));
  EXPECT_FALSE(evaluator.holds(circuit[1].condition, bit));
  bits = {true, false};
  EXPECT_FALSE(evaluator.enters(circuit.loops()[0], bit));
}

TEST(ClassicalExpression, ComputesModulo64Bits) {
  using Kind = ClassicalOperation::Kind;
  // (bits[1..3] + 7) % 5, of bits 1 1 0 → 3: 10 % 5
  ClassicalExpression const sum({{Kind::bits, 1, 3},
                                 {.kind = Kind::constant, .value = 7},
                                 {Kind::add},
                                 {.kind = Kind::constant, .value = 5},
                                 {Kind::remainder}});
  ASSERT_TRUE(sum.is_complete());
  EXPECT_EQ(sum.evaluate([](Clbit index) { return index == 1 || index == 2; }), 0U);
  EXPECT_FALSE(ClassicalExpression({{Kind::add}}).is_complete());
  EXPECT_EQ(apply({.kind = Kind::sign_extend, .count = 4}, 0b1001, 0), std::uint64_t(-7));
  EXPECT_EQ(apply({Kind::divide}, 7, 0), 0U);
  EXPECT_EQ(apply({Kind::divide_signed}, std::uint64_t(1) << 63, std::uint64_t(-1)), std::uint64_t(1) << 63);
  EXPECT_EQ(apply({Kind::less_signed}, std::uint64_t(-1), 0), 1U);
  EXPECT_EQ(apply({Kind::less}, std::uint64_t(-1), 0), 0U);
}

}  // namespace
}  // namespace qhub::circuit
