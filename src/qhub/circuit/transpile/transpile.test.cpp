#include "qhub/circuit/transpile/transpile.h"

#include <cmath>
#include <numbers>

#include "qhub/circuit/internal/random_circuit.h"
#include "qhub/circuit/internal/test_support.h"

namespace qhub::circuit {
namespace {

using test::distance_up_to_phase;
using test::matrix_of;
using test::to_text;

constexpr double pi = std::numbers::pi;

CouplingMap line(std::uint32_t qubits) {
  std::vector<std::pair<Qubit, Qubit>> edges;
  for (Qubit qubit = 0; qubit + 1 < qubits; ++qubit) edges.emplace_back(qubit, qubit + 1);
  return {qubits, edges};
}

CouplingMap ring(std::uint32_t qubits) {
  std::vector<std::pair<Qubit, Qubit>> edges;
  for (Qubit qubit = 0; qubit < qubits; ++qubit) edges.emplace_back(qubit, (qubit + 1) % qubits);
  return {qubits, edges};
}

/// The transpiled circuit after swaps that put qubits from `from` in front, and before those that put them back: the
/// original's matrix if all is well.
Matrix matrix_behind_layouts(Transpiled const& transpiled, std::uint32_t qubits) {
  std::size_t const n = std::size_t{1} << qubits;
  Matrix const whole = matrix_of(transpiled.circuit);
  std::size_t const whole_n = std::size_t{1} << transpiled.circuit.qubit_count();
  auto const placed = [&](std::size_t index, std::vector<Qubit> const& layout) {
    std::size_t moved = 0;
    for (std::size_t qubit = 0; qubit < layout.size(); ++qubit) moved |= (index >> qubit & 1) << layout[qubit];
    return moved;
  };
  Matrix matrix(n * n);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t column = 0; column < n; ++column)
      matrix[row * n + column] =
          whole[placed(row, transpiled.final_layout) * whole_n + placed(column, transpiled.initial_layout)];
  return matrix;
}

struct Machine {
  std::string_view name;
  GateSet gates;
};
std::vector<Machine> machines() {
  return {{"u cx", {"u", "cx"}},
          {"ibm heron", {"rz", "sx", "x", "cz"}},
          {"ibm eagle", {"rz", "sx", "x", "ecr"}},
          {"iqm", {"prx", "cz"}},
          {"aqt", {{"r", "rz", "rxx"}, pi / 2}},
          {"rigetti", {"rx", "rz", "iswap"}},
          {"ionq forte", {"GPI", "GPI2", "ZZ"}},
          {"ionq aria", {"gpi", "gpi2", "ms"}},
          {"rx ry cz", {"rx", "ry", "cz"}},
          {"ry p cx", {"ry", "p", "cx"}},
          {"rzx", {"rx", "rz", "rzx"}}};
}

TEST(Transpile, EveryGateSetMakesEveryCircuit) {
  std::mt19937_64 random(21);
  for (Machine const& machine : machines())
    for (int k = 0; k < 100; ++k) {
      auto const qubits = static_cast<std::uint32_t>(1 + random() % 4);
      Circuit circuit = test::random_circuit(random, qubits, 1 + random() % 10, test::all_gates());
      if (k % 5 == 0) test::append_random_unitary(random, circuit, std::min(qubits, 3U));
      Target const target{.name = std::string(machine.name), .qubit_count = 4, .gates = machine.gates};
      auto const transpiled = transpile(circuit, target);
      ASSERT_TRUE(transpiled) << transpiled.error().message;
      for (Instruction const instruction : transpiled->circuit) ASSERT_TRUE(machine.gates.accepts(instruction));
      ASSERT_LE(distance_up_to_phase(matrix_of(transpiled->circuit), matrix_of(circuit)), 1e-8)
          << machine.name << ": " << to_text(circuit) << "\n"
          << to_text(transpiled->circuit);
    }
}

TEST(Transpile, RoutedCircuitsKeepTheUnitaryBehindTheirLayouts) {
  std::mt19937_64 random(22);
  for (int k = 0; k < 150; ++k) {
    auto const qubits = static_cast<std::uint32_t>(2 + random() % 4);
    auto const size = static_cast<std::uint32_t>(qubits + random() % 2);
    Circuit const circuit = test::random_circuit(random, qubits, 1 + random() % 20, test::all_gates());
    Target const target{.name = "t",
                        .qubit_count = size,
                        .gates = {"rz", "sx", "x", "cz"},
                        .coupling = k % 2 == 0 ? line(size) : ring(size)};
    auto const transpiled = transpile(circuit, target, {.seed = 5, .trials = 2});
    ASSERT_TRUE(transpiled) << transpiled.error().message;
    for (Instruction const instruction : transpiled->circuit) {
      ASSERT_TRUE(target.gates.accepts(instruction));
      if (!instruction.positive_controls.empty()) {
        ASSERT_TRUE(target.coupling->connected(instruction.positive_controls[0], instruction.targets[0]));
      }
    }
    ASSERT_LE(distance_up_to_phase(matrix_behind_layouts(*transpiled, qubits), matrix_of(circuit)), 1e-8)
        << to_text(circuit);
  }
}

TEST(Transpile, ACircuitThatFitsStaysAsItIs) {
  Circuit const circuit =
      Circuit(2, 2).gate(Gate::r, {0}, {0.1, 7}).gate(Gate::r, {0}, {0.1, 7}).cz(0, 1).measure(0, 1);
  auto const transpiled =
      transpile(circuit, {.name = "t", .qubit_count = 2, .gates = {"prx", "cz"}, .coupling = line(2)});
  EXPECT_EQ(to_text(transpiled->circuit), to_text(circuit));
}

TEST(Transpile, APlacementWithoutSwapsIsFound) {
  // A star does not fit a line, a path in disguise does.
  Circuit const path = Circuit(6).cz(3, 0).cz(0, 5).cz(5, 1).cz(1, 4).cz(4, 2);
  auto const placed = transpile(path, {.name = "t", .qubit_count = 8, .gates = {"prx", "cz"}, .coupling = line(8)});
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->circuit.size(), 5U);
  EXPECT_EQ(placed->initial_layout, placed->final_layout);
}

TEST(Transpile, MergesWhatStandsOnOnePair) {
  Circuit const circuit = Circuit(2).cx(0, 1).t(1).cx(0, 1).h(0).h(0).swap(0, 1).swap(0, 1);
  auto const transpiled = transpile(circuit, {.name = "t", .qubit_count = 2, .gates = {"rz", "sx", "cz"}});
  EXPECT_EQ(transpiled->circuit.counts().at("cz"), 2U);  // rzz(π/4) up to gates on one qubit
  auto const ion = transpile(circuit, {.name = "t", .qubit_count = 2, .gates = {"r", "rz", "rxx"}});
  EXPECT_EQ(ion->circuit.counts().at("rxx"), 1U);
}

TEST(Transpile, MeasurementsConditionsAndBarriersKeepTheirOrder) {
  Circuit circuit(3, 2);
  circuit.h(0).measure(0, 0).if_bit(0, [](Circuit& body) { body.h(2).cx(2, 1); });
  circuit.barrier().cx(0, 2).reset(0).measure(2, 1);
  auto const transpiled =
      transpile(circuit, {.name = "t", .qubit_count = 3, .gates = {"prx", "cz"}, .coupling = line(3)});
  ASSERT_TRUE(transpiled) << transpiled.error().message;
  std::string const text = to_text(transpiled->circuit);
  std::size_t const measured = text.find("-> 0"), conditioned = text.find("if 0"), barrier = text.find("barrier"),
                    reset = text.find("reset"), last = text.find("-> 1");
  EXPECT_LT(measured, conditioned) << text;
  EXPECT_LT(text.rfind("if 0"), barrier) << text;
  EXPECT_LT(barrier, reset) << text;
  EXPECT_NE(last, std::string::npos);
}

TEST(Transpile, NamesWhatDoesNotFit) {
  auto const message = [](Circuit const& circuit, Target const& target) {
    auto const result = transpile(circuit, target);
    return result ? "no error" : result.error().message;
  };
  Target const two{.name = "two", .qubit_count = 2, .gates = {"prx", "cz"}};
  EXPECT_EQ(message(Circuit(3), two), "the circuit has 3 qubits, two has 2");
  EXPECT_EQ(message(Circuit(1).h(0), {.name = "t", .qubit_count = 1, .gates = {"h", "s"}}), "no error");
  EXPECT_EQ(message(Circuit(1).t(0), {.name = "t", .qubit_count = 1, .gates = {"h", "s"}}),
            "t: the gates h, s do not make every gate on one qubit");
  EXPECT_EQ(message(Circuit(2).cx(0, 1), {.name = "t", .qubit_count = 2, .gates = {"u"}}),
            "t: the gate set has no gate on two qubits that others could be made from");
  EXPECT_EQ(message(Circuit(1).rx(Expression::parameter("a"), 0), two), "two cannot run an unbound rx");
  std::pair<Qubit, Qubit> const edge[] = {{0, 1}};
  EXPECT_EQ(message(Circuit(3).cz(0, 1).cz(1, 2),
                    {.name = "t", .qubit_count = 3, .gates = {"prx", "cz"}, .coupling = CouplingMap(3, edge)}),
            "the circuit has 3 qubits, but only 2 of the machine are connected with each other");
}

TEST(Route, TheSameSeedGivesTheSameCircuit) {
  std::mt19937_64 random(23);
  Circuit const circuit = test::random_circuit(random, 6, 60, {{Gate::x, 1}});
  auto const once = route(circuit, line(6), {.seed = 3, .trials = 3}),
             again = route(circuit, line(6), {.seed = 3, .trials = 3});
  EXPECT_EQ(to_text(once->circuit), to_text(again->circuit));
}

}  // namespace
}  // namespace qhub::circuit
