#include <cmath>
#include <numbers>

#include "qhub/circuit/dense.h"
#include "qhub/circuit/internal/random_circuit.h"
#include "qhub/circuit/internal/test_support.h"
#include "qhub/circuit/transpile/euler.h"
#include "qhub/circuit/transpile/lower.h"
#include "qhub/circuit/transpile/shannon.h"
#include "qhub/circuit/transpile/two_qubit.h"
#include "qhub/circuit/transpile/weyl.h"

namespace qhub::circuit {
namespace {

using test::distance;
using test::distance_up_to_phase;
using test::matrix_of;
using test::to_text;

constexpr double pi = std::numbers::pi;

Matrix scaled(Matrix matrix, Complex factor) {
  for (Complex& entry : matrix) entry *= factor;
  return matrix;
}

Matrix entangling_part(double a, double b, double c) {
  return matrix_of(
      Circuit(2).gate(Gate::rxx, {0, 1}, {-2 * a}).gate(Gate::ryy, {0, 1}, {-2 * b}).gate(Gate::rzz, {0, 1}, {-2 * c}));
}

/// Generic ones, products, and those at corners, edges and faces of the Weyl chamber, between random local gates.
std::vector<Matrix> two_qubit_unitaries() {
  std::mt19937_64 random(1);
  std::vector<Matrix> all;
  for (int k = 0; k < 300; ++k) all.push_back(test::random_unitary(random, 4));
  auto const local = [&] { return tensor(test::random_unitary(random, 2), 2, test::random_unitary(random, 2), 2); };
  double const values[] = {0, pi / 4, -pi / 4, pi / 8, 0.3, pi / 2, -1.1};
  for (double const a : values)
    for (double const b : values)
      for (double const c : values) {
        all.push_back(entangling_part(a, b, c));
        all.push_back(multiply(local(), multiply(entangling_part(a, b, c), local(), 4), 4));
      }
  for (Gate const gate : {Gate::swap, Gate::iswap, Gate::ecr, Gate::dcx})
    all.push_back(matrix_of(Circuit(2).gate(gate, {0, 1})));
  all.push_back(matrix_of(Circuit(2).cx(0, 1)));
  all.push_back(matrix_of(Circuit(2).cx(1, 0).gate(Gate::ry, {1}, {1e-7})));
  return all;
}

TEST(Euler, AnglesGiveTheMatrixWithItsPhase) {
  std::mt19937_64 random(2);
  std::vector<Matrix> all{{1, 0, 0, 1}, {0, 1, 1, 0}, {0, {0, -1}, {0, 1}, 0}, {1, 0, 0, {0, 1}}};
  for (int k = 0; k < 200; ++k) all.push_back(test::random_unitary(random, 2));
  for (Matrix const& matrix : all) {
    EulerAngles const angles = euler_angles(matrix);
    Matrix made(4);
    write_matrix(Gate::u, std::array{angles.theta, angles.phi, angles.lambda}, made.data());
    EXPECT_LE(distance(scaled(made, std::polar(1.0, angles.phase)), matrix), 1e-14);
    EXPECT_GE(angles.theta, 0);
    EXPECT_LE(angles.theta, pi);
  }
}

TEST(Weyl, FactorsGiveTheMatrixAndLieInTheChamber) {
  for (Matrix const& matrix : two_qubit_unitaries()) {
    WeylDecomposition const weyl = weyl_decomposition(matrix);
    Matrix const made =
        multiply(tensor(weyl.left[0], 2, weyl.left[1], 2),
                 multiply(entangling_part(weyl.a, weyl.b, weyl.c), tensor(weyl.right[0], 2, weyl.right[1], 2), 4), 4);
    EXPECT_LE(distance(scaled(made, std::polar(1.0, weyl.phase)), matrix), 1e-13);
    EXPECT_LE(weyl.a, pi / 4 + 1e-9);
    EXPECT_GE(weyl.a, weyl.b - 1e-9);
    EXPECT_GE(weyl.b, std::abs(weyl.c) - 1e-9);
    EXPECT_TRUE(weyl.a < pi / 4 - 1e-10 || weyl.c >= -1e-9);
  }
}

Circuit circuit_of(std::vector<TwoQubitStep> const& steps, Entangler entangler) {
  Circuit circuit(2);
  for (TwoQubitStep const& step : steps) {
    if (!step.entangles) {
      Qubit const qubit = step.qubit;
      EXPECT_TRUE(circuit.append({.kind = InstructionKind::unitary, .targets = {&qubit, 1}, .matrix = step.local}));
      continue;
    }
    switch (entangler) {
      case Entangler::cx:
        circuit.cx(0, 1);
        break;
      case Entangler::cz:
        circuit.cz(0, 1);
        break;
      case Entangler::ecr:
        circuit.gate(Gate::ecr, {0, 1});
        break;
      case Entangler::iswap:
        circuit.gate(Gate::iswap, {0, 1});
        break;
      case Entangler::rxx:
        circuit.gate(Gate::rxx, {0, 1}, {step.angle});
        break;
      case Entangler::ryy:
        circuit.gate(Gate::ryy, {0, 1}, {step.angle});
        break;
      case Entangler::rzz:
        circuit.gate(Gate::rzz, {0, 1}, {step.angle});
        break;
      case Entangler::rzx:
        circuit.gate(Gate::rzx, {0, 1}, {step.angle});
        break;
      case Entangler::ms:
        circuit.gate(Gate::ms, {0, 1}, {0, 0, step.angle});
        break;
    }
    EXPECT_GE(step.angle, 0);
    EXPECT_LE(step.angle, pi / 2 + 1e-9);
  }
  return circuit;
}

TEST(TwoQubitSynthesis, EveryEntanglerMakesEveryUnitary) {
  for (int k = 0; k <= static_cast<int>(Entangler::ms); ++k) {
    auto const entangler = static_cast<Entangler>(k);
    TwoQubitSynthesis const synthesis(entangler);
    for (Matrix const& matrix : two_qubit_unitaries()) {
      WeylDecomposition const weyl = weyl_decomposition(matrix);
      auto const steps = synthesis.steps(weyl);
      EXPECT_LE(distance_up_to_phase(matrix_of(circuit_of(steps, entangler)), matrix), 1e-9)
          << "entangler " << k << " at " << weyl.a << " " << weyl.b << " " << weyl.c;
      EXPECT_EQ(std::ranges::count_if(steps, &TwoQubitStep::entangles), synthesis.cost(weyl));
    }
  }
}

TEST(TwoQubitSynthesis, UsesAsFewEntanglersAsKnownGatesNeed) {
  auto const cost = [](Entangler entangler, Circuit const& circuit) {
    return TwoQubitSynthesis(entangler).cost(weyl_decomposition(matrix_of(circuit)));
  };
  Circuit const cx = Circuit(2).cx(1, 0), swap = Circuit(2).swap(0, 1), local = Circuit(2).h(0).t(1);
  Circuit const controlled = Circuit(2).gate(Gate::rx, {1}, {0.4}, {0});
  Circuit const iswap = Circuit(2).gate(Gate::iswap, {0, 1});
  for (Entangler const entangler : {Entangler::cx, Entangler::cz, Entangler::ecr}) {
    EXPECT_EQ(cost(entangler, local), 0U);
    EXPECT_EQ(cost(entangler, cx), 1U);
    EXPECT_EQ(cost(entangler, controlled), 2U);
    EXPECT_EQ(cost(entangler, iswap), 2U);
    EXPECT_EQ(cost(entangler, swap), 3U);
  }
  EXPECT_EQ(cost(Entangler::iswap, iswap), 1U);
  EXPECT_EQ(cost(Entangler::iswap, cx), 2U);
  EXPECT_EQ(cost(Entangler::iswap, swap), 3U);
  EXPECT_EQ(cost(Entangler::rzz, controlled), 1U);
  EXPECT_EQ(cost(Entangler::rxx, swap), 3U);
}

TEST(UnitarySynthesis, MakesAnyUnitary) {
  std::mt19937_64 random(3);
  for (unsigned qubits = 1; qubits <= 5; ++qubits)
    for (int k = 0; k < (qubits < 4 ? 30 : 3); ++k) {
      std::size_t const n = std::size_t{1} << qubits;
      Matrix matrix = test::random_unitary(random, n);
      if (k == 0) matrix = identity(n);
      if (k == 1)  // sparse: a permutation, whose quarters are singular
        for (std::size_t row = 0; row < n; ++row)
          for (std::size_t column = 0; column < n; ++column) matrix[row * n + column] = column == (row * 3 + 1) % n;
      if (k == 2) matrix = matrix_of(test::random_circuit(random, qubits, 12, {{Gate::h}, {Gate::t}, {Gate::x, 1}}));
      Circuit const made = synthesize_unitary(matrix, qubits);
      EXPECT_LE(distance_up_to_phase(matrix_of(made), matrix), 1e-9) << qubits << " qubits, case " << k;
    }
}

bool only_cx_and_u(Instruction const& instruction) {
  if (instruction.kind != InstructionKind::gate) return instruction.kind != InstructionKind::unitary;
  return (instruction.gate == Gate::u && instruction.control_count() == 0) ||
         (instruction.gate == Gate::x && instruction.positive_controls.size() == 1 &&
          instruction.negative_controls.empty());
}

bool only_cz_rz_and_ry(Instruction const& instruction) {
  if (instruction.control_count() == 0) return instruction.gate == Gate::rz || instruction.gate == Gate::ry;
  return instruction.gate == Gate::z && instruction.positive_controls.size() == 1 &&
         instruction.negative_controls.empty();
}

TEST(Lower, EveryGateWithControlsComesDownToCxAndU) {
  std::mt19937_64 random(4);
  for (std::size_t k = 0; k < gate_count; ++k)
    for (std::uint8_t positive = 0; positive <= 2; ++positive)
      for (std::uint8_t negative = 0; negative <= 1; ++negative) {
        test::GateChoice const choice{static_cast<Gate>(k), positive, negative};
        Circuit circuit(5);
        if (choice.width() == 0 || choice.width() > 5) continue;
        test::append_random_gate(random, circuit, choice);
        for (auto const& accepts : {only_cx_and_u, only_cz_rz_and_ry}) {
          auto const lowered = lower(circuit, accepts, "this");
          ASSERT_TRUE(lowered) << lowered.error().message;
          for (Instruction const instruction : *lowered) EXPECT_TRUE(accepts(instruction));
          EXPECT_LE(distance_up_to_phase(matrix_of(*lowered), matrix_of(circuit)), 1e-9) << to_text(circuit);
        }
      }
}

TEST(Lower, UnitariesWithControls) {
  std::mt19937_64 random(5);
  for (std::size_t targets = 1; targets <= 3; ++targets)
    for (std::size_t controls = 0; controls <= 2; ++controls) {
      Circuit circuit(5);
      test::append_random_unitary(random, circuit, targets, controls);
      auto const lowered = lower(circuit, only_cx_and_u, "this");
      ASSERT_TRUE(lowered) << lowered.error().message;
      EXPECT_LE(distance_up_to_phase(matrix_of(*lowered), matrix_of(circuit)), 1e-9);
    }
}

TEST(Lower, ManyControls) {
  for (std::uint32_t controls = 3; controls <= 7; ++controls) {
    Circuit circuit(controls + 1), phase(controls + 1);
    std::vector<Qubit> all(controls);
    std::iota(all.begin(), all.end(), 1U);
    Qubit const target = 0;
    double const angle = 0.7;
    ASSERT_TRUE(circuit.append({.gate = Gate::x, .positive_controls = all, .targets = {&target, 1}}));
    ASSERT_TRUE(circuit.append(
        {.gate = Gate::p, .positive_controls = all, .targets = {&target, 1}, .parameters = {&angle, 1}}));
    auto const lowered = lower(circuit, only_cx_and_u, "this");
    ASSERT_TRUE(lowered) << lowered.error().message;
    EXPECT_LE(distance_up_to_phase(matrix_of(*lowered), matrix_of(circuit)), 1e-9) << controls;
  }
  Circuit wide(300);
  std::vector<Qubit> all(299);
  std::iota(all.begin(), all.end(), 1U);
  Qubit const target = 0;
  ASSERT_TRUE(wide.append({.gate = Gate::x, .positive_controls = all, .targets = {&target, 1}}));
  EXPECT_EQ(lower(wide, only_cx_and_u, "this").error().message, "x with 299 controls has more than 256 controls");
}

TEST(Lower, KeepsConditionsAndNamesWhatIsRefused) {
  Circuit circuit(2, 1);
  auto const condition = circuit.add_condition({.first = 0, .count = 1, .value = 1, .parent = {}});
  Qubit const targets[] = {0, 1};
  ASSERT_TRUE(circuit.append({.gate = Gate::swap, .targets = targets, .condition = *condition}));
  EXPECT_EQ(to_text(*lower(circuit, only_cx_and_u, "this")), "x +1 0 if 0; x +0 1 if 0; x +1 0 if 0");
  auto const nothing = [](Instruction const&) { return false; };
  EXPECT_EQ(lower(circuit, nothing, "QASM 0").error().message, "QASM 0 cannot express swap");
  EXPECT_EQ(lower(Circuit(1).reset(0), nothing, "QASM 0").error().message, "QASM 0 cannot express reset");
}

}  // namespace
}  // namespace qhub::circuit
