#include "qhub/circuit/writers/openqasm.h"

#include "qhub/circuit/internal/classical_machine.h"
#include "qhub/circuit/internal/random_circuit.h"
#include "qhub/circuit/internal/test_support.h"

namespace qhub::circuit {
namespace {

using test::distance_up_to_phase;
using test::GateChoice;
using test::matrix_of;
using test::read;
using test::to_text;

Circuit bell() {
  return Circuit(2, 2).h(0).cx(0, 1).measure(0, 0).measure(1, 1);
}

template <class T>
std::string message_of(Result<T> const& result) {
  return result ? "no error" : result.error().message;
}

TEST(WriteOpenQasm, BellAsTheOfficialClientsWriteIt) {
  EXPECT_EQ(*write_openqasm2(bell()),
            "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\n"
            "measure q[0] -> c[0];\nmeasure q[1] -> c[1];");
  EXPECT_EQ(*write_openqasm3(bell()),
            "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nbit[2] c;\nqubit[2] q;\nh q[0];\ncx q[0], q[1];\n"
            "c[0] = measure q[0];\nc[1] = measure q[1];");
  EXPECT_EQ(*write_braket(bell()),
            "OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nh q[0];\ncnot q[0], q[1];\nb[0] = measure q[0];\n"
            "b[1] = measure q[1];");
}

using Writer = Result<std::string> (*)(Circuit const&, WriteOptions const&);

void expect_round_trips(Writer writer, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<GateChoice> choices = test::all_gates();
  choices.insert(choices.end(), {{Gate::x, 3},
                                 {Gate::x, 4},
                                 {Gate::z, 2},
                                 {Gate::h, 0, 1},
                                 {Gate::u, 1, 1},
                                 {Gate::sx, 3},
                                 {Gate::p, 1, 1},
                                 {Gate::rx, 0, 2},
                                 {Gate::swap, 2}});
  for (int k = 0; k < 1000; ++k) {
    auto const qubits = static_cast<std::uint32_t>(1 + random() % 6);
    Circuit circuit = test::random_circuit(random, qubits, 1 + random() % 8, choices);
    if (k % 4 == 0) test::append_random_unitary(random, circuit, 1 + random() % std::min(qubits, 3U));
    auto const text = writer(circuit, {});
    ASSERT_TRUE(text) << text.error().message << "\n" << to_text(circuit);
    Circuit const again = read(*text);
    ASSERT_LE(again.qubit_count(), qubits) << *text;
    Circuit wide(qubits);  // Braket's texts leave out qubits that nothing acts on
    for (Instruction const instruction : again) ASSERT_TRUE(wide.append(instruction));
    ASSERT_LE(distance_up_to_phase(matrix_of(wide), matrix_of(circuit)), 1e-9) << to_text(circuit) << "\n" << *text;
  }
}

TEST(WriteOpenQasm2, RoundTripsKeepTheUnitary) {
  expect_round_trips(write_openqasm2, 11);
}
TEST(WriteOpenQasm3, RoundTripsKeepTheUnitary) {
  expect_round_trips(write_openqasm3, 12);
}
TEST(WriteBraket, RoundTripsKeepTheUnitary) {
  expect_round_trips(write_braket, 13);
}

TEST(WriteOpenQasm, RegistersKeepTheirNamesWhereTheLanguageAllowsIt) {
  Circuit circuit;
  ASSERT_TRUE(circuit.add_qubits("data", 2));
  ASSERT_TRUE(circuit.add_qubits("h", 1));  // a gate
  ASSERT_TRUE(circuit.add_clbits("meas 0", 1));
  ASSERT_TRUE(circuit.add_clbits("Out", 2));
  circuit.x(2).measure(1, 2);
  EXPECT_EQ(*write_openqasm2(circuit),
            "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg data[2];\nqreg h_1[1];\ncreg meas_0[1];\ncreg cOut[2];\n"
            "x h_1[0];\nmeasure data[1] -> cOut[1];");
  EXPECT_EQ(*write_openqasm3(circuit),
            "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nbit[1] meas_0;\nbit[2] Out;\nqubit[2] data;\nqubit[1] h_1;\n"
            "x h_1[0];\nOut[1] = measure data[1];");
  EXPECT_EQ(*write_braket(circuit), "OPENQASM 3.0;\nbit[3] b;\nqubit[3] q;\nx q[2];\nb[2] = measure q[1];");
}

TEST(WriteOpenQasm, NumbersReadAsTheSameNumbers) {
  std::mt19937_64 random(7);
  Circuit circuit(1);
  for (double const angle : {std::numbers::pi, -std::numbers::pi / 2, 3 * std::numbers::pi / 4, 0.0, 1e-300, 0.1, 2.0})
    circuit.rz(angle, 0);
  for (int k = 0; k < 200; ++k) circuit.rz(test::random_angle(random) * std::pow(10, k % 20 - 10), 0);
  std::string const text = *write_openqasm2(circuit);
  EXPECT_TRUE(text.find("rz(pi) q[0];\nrz(-pi/2) q[0];\nrz(3*pi/4) q[0];\nrz(0) q[0];\nrz(1e-300) q[0];\nrz(0.1)") !=
              std::string::npos)
      << text;
  for (Writer const writer : {&write_openqasm2, &write_openqasm3, &write_braket}) {
    Circuit const again = read(*writer(circuit, {}));
    for (std::size_t i = 0; i < circuit.size(); ++i) EXPECT_EQ(again[i].parameters[0], circuit[i].parameters[0]);
  }
}

TEST(WriteOpenQasm3, ConditionsBecomeBlocks) {
  std::string_view const program =
      "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nbit[3] c;\nbit[1] d;\nqubit[2] q;\nc[0] = measure q[0];\n"
      "if (c == 5) {\n  x q[0];\n  if (!d[0]) {\n    y q[1];\n  }\n  c[0] = measure q[0];\n  barrier q[0], q[1];\n"
      "  z q[0];\n} else {\n  h q[0];\n}\nif (c[0:1] != 2) {\n  reset q[1];\n}";
  EXPECT_EQ(*write_openqasm3(read(program)), program);
}

TEST(WriteOpenQasm3, LoopsAndParameters) {
  Circuit circuit(1, 2);
  Expression const theta = Expression::parameter("theta");
  circuit.while_equal(circuit.classical_registers()[0], 0, [&](Circuit& body) {
    body.rx(theta / 2, 0).measure(0, 0).if_bit(0, [](Circuit& inner) { inner.x(0); });
  });
  circuit.h(0);
  EXPECT_EQ(*write_openqasm3(circuit),
            "OPENQASM 3.0;\ninclude \"stdgates.inc\";\ninput float[64] theta;\nbit[2] c;\nqubit[1] q;\n"
            "while (c == 0) {\n  rx(theta / 2) q[0];\n  c[0] = measure q[0];\n  if (c[0]) {\n    x q[0];\n  }\n}\n"
            "h q[0];");
  EXPECT_EQ(message_of(write_openqasm2(circuit)), "OpenQASM 2 cannot express a loop");
  EXPECT_EQ(message_of(write_braket(Circuit(1).rx(theta, 0))), "Braket's OpenQASM cannot express an unbound rx");
}

TEST(WriteOpenQasm3, VariablesKeepWhatTheyHold) {
  EXPECT_EQ(*write_openqasm3(read("OPENQASM 3.0; qubit q; bit c; uint[8] n = 250; while (n != 0) { c = measure q;"
                                  "if (c == 1) { n += 3; } else { n = 0; } }")),
            "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nbit[1] c;\nqubit[1] q;\nuint[8] var = 0;\n"
            "bool var_1 = false;\nbool var_2 = false;\nc[0] = measure q[0];\nvar = 250;\nif (c[0]) {\n  var = 253;\n"
            "} else {\n  var = 0;\n}\nvar_1 = uint[64](var) != 0;\nwhile (var_1) {\n  var_2 = false;\n"
            "  c[0] = measure q[0];\n  if (c[0]) {\n    var = uint[8](uint[64](var) + 3);\n  } else {\n    var = 0;\n"
            "  }\n  var_1 = uint[64](var) != 0;\n}");
}

TEST(WriteOpenQasm3, WhatIsTestedOnceIsKept) {
  Circuit circuit(1, 1);
  auto const condition = circuit.add_condition({0, 1, 1, {}});
  Gate const gates[] = {Gate::x, Gate::y};
  for (Gate const gate : gates) {
    Qubit const target[] = {0};
    ASSERT_TRUE(circuit.append({.gate = gate, .targets = target, .condition = *condition}));
    circuit.measure(0, 0);
  }
  EXPECT_EQ(*write_openqasm3(circuit),
            "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nbit[1] c;\nqubit[1] q;\nbool test = false;\ntest = c[0];\n"
            "if (test) {\n  x q[0];\n}\nc[0] = measure q[0];\nif (test) {\n  y q[0];\n}\nc[0] = measure q[0];");
}

/// An expression over a 5-bit register, 8 scratch bits used together, one used alone, and 64 that are.
ClassicalExpression random_expression(std::mt19937_64& random) {
  using Kind = ClassicalOperation::Kind;
  std::vector<ClassicalOperation> steps;
  std::size_t depth = 0;
  while (steps.size() < 12 || depth > 1) {
    auto const count = static_cast<std::uint32_t>(1 + random() % 8);
    if (depth < 2 && steps.size() < 12) {
      ClassicalOperation const leaves[] = {
          {.kind = Kind::bits, .first = static_cast<std::uint32_t>(random() % 3), .count = 1 + count % 3},
          {.kind = Kind::bits, .first = first_scratch_bit, .count = count},
          {.kind = Kind::bits, .first = first_scratch_bit + 8, .count = 1},
          {.kind = Kind::bits, .first = first_scratch_bit + 9, .count = 64}};
      steps.push_back(leaves[random() % 4]);
      if (depth == 1 && random() % 2 == 0)
        steps.back() = {.kind = Kind::constant, .value = random() % 2 == 0 ? 1 + random() % 5 : ~(random() % 5)};
      ++depth;
    } else if (depth == 1 || random() % 3 == 0) {
      auto const first = static_cast<unsigned>(Kind::negate), last = static_cast<unsigned>(Kind::count_ones);
      steps.push_back({.kind = static_cast<Kind>(first + random() % (last - first + 1)), .count = count});
      if (steps[steps.size() - 2].kind == Kind::constant) steps.pop_back();
    } else {
      auto const first = static_cast<unsigned>(Kind::add), last = static_cast<unsigned>(Kind::logical_or);
      steps.push_back({.kind = static_cast<Kind>(first + random() % (last - first + 1))});
      --depth;
    }
  }
  return ClassicalExpression(std::move(steps));
}

TEST(WriteOpenQasm3, ExpressionsKeepTheirValues) {
  std::mt19937_64 random(14);
  for (int k = 0; k < 1000; ++k) {
    Circuit circuit(5, 5);
    ASSERT_TRUE(circuit.add_clbits("out", 64));
    ASSERT_TRUE(circuit.add_scratch(73));
    for (Qubit qubit = 0; qubit < 5; ++qubit) {
      if (random() % 2 == 0) circuit.x(qubit);
      circuit.measure(qubit, qubit);
    }
    struct Target {
      Clbit first;
      std::uint32_t count;
    };
    // Nothing is known while reading.
    ClassicalExpression const seed({{.kind = ClassicalOperation::Kind::bits, .first = 0, .count = 5},
                                    {.kind = ClassicalOperation::Kind::constant, .value = ~random()},
                                    {.kind = ClassicalOperation::Kind::multiply}});
    for (auto const& [first, count] : {Target{first_scratch_bit, 8}, Target{first_scratch_bit + 8, 1},
                                       Target{first_scratch_bit + 9, 64}})
      ASSERT_TRUE(
          circuit.append({.kind = InstructionKind::assign, .clbit = first, .clbit_count = count, .value = &seed}));
    for (auto const& [first, count] : {Target{first_scratch_bit, 8}, Target{first_scratch_bit + 8, 1},
                                      Target{first_scratch_bit + 9, 64}, Target{first_scratch_bit + 2, 3}, Target{5, 64}}) {
      ClassicalExpression const value = random_expression(random);
      ASSERT_TRUE(circuit.append(
          {.kind = InstructionKind::assign, .clbit = first, .clbit_count = count, .value = &value}));
    }
    auto const text = write_openqasm3(circuit);
    ASSERT_TRUE(text) << text.error().message;
    ASSERT_EQ(test::ClassicalMachine(read(*text)).bits(), test::ClassicalMachine(circuit).bits()) << *text;
  }
}

TEST(WriteBraket, NoiseBecomesPragmas) {
  Circuit circuit(2);
  Complex const operators[] = {1, 0, 0, 1};
  circuit.h(0).noise(Channel::bit_flip, {0.1}, {0}).noise(Channel::pauli, {0.1, 0.2, 0.3}, {1});
  circuit.noise(Channel::two_qubit_depolarizing, {0.25}, {1, 0}).kraus(operators, std::array{Qubit{1}});
  EXPECT_EQ(*write_braket(circuit),
            "OPENQASM 3.0;\nqubit[2] q;\nh q[0];\n#pragma braket noise bit_flip(0.1) q[0]\n"
            "#pragma braket noise pauli_channel(0.1, 0.2, 0.3) q[1]\n"
            "#pragma braket noise two_qubit_depolarizing(0.25) q[1], q[0]\n"
            "#pragma braket noise kraus([[1, 0], [0, 1]]) q[1]");
  EXPECT_EQ(message_of(write_openqasm3(circuit)), "OpenQASM 3 cannot express bit_flip");
}

TEST(WriteOpenQasm2, ConditionsOfWholeRegisters) {
  Circuit const circuit =
      read("OPENQASM 2.0; qreg q[2]; creg a[2]; creg b[1]; if(a==2) x q[0]; if(b==1) swap q[0],q[1];");
  EXPECT_EQ(*write_openqasm2(circuit),
            "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg a[2];\ncreg b[1];\nif(a==2) x q[0];\n"
            "if(b==1) swap q[0],q[1];");
  EXPECT_EQ(*write_openqasm2(read("OPENQASM 3.0; qubit q; bit b; if (!b) x q;")),
            "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[1];\ncreg b[1];\nif(b==0) x q[0];");
}

TEST(WriteOpenQasm, NamesWhatTheLanguageLacks) {
  auto const two = [](std::string_view text) { return message_of(write_openqasm2(read(text))); };
  auto const braket = [](std::string_view text) { return message_of(write_braket(read(text))); };
  EXPECT_EQ(two("OPENQASM 3; qubit q; delay[1ns] q;"), "OpenQASM 2 cannot express delay");
  EXPECT_EQ(two("OPENQASM 3; qubit q; bit[2] c; if (c[0]) x q;"),
            "OpenQASM 2 cannot express a condition on a part of a classical register");
  EXPECT_EQ(two("OPENQASM 3; qubit q; bit[2] c; if (c == 1) x q; else y q;"), "OpenQASM 2 cannot express an else");
  EXPECT_EQ(two("OPENQASM 3; qubit q; bit c; bit d; if (c) { if (d) x q; }"),
            "OpenQASM 2 cannot express an if within another");
  EXPECT_EQ(two("OPENQASM 3; qubit q; bit c; if (c) { c = measure q; x q; }"),
            "OpenQASM 2 cannot express a condition that is used again after its bits were measured anew");
  EXPECT_EQ(two("OPENQASM 3; qubit[2] q; #pragma braket result probability all"),
            "OpenQASM 2 cannot express result requests");
  EXPECT_EQ(braket("OPENQASM 3; qubit q; bit c; if (c) x q;"), "Braket's OpenQASM cannot express conditions");
  EXPECT_EQ(braket("OPENQASM 3; qubit q; reset q;"), "Braket's OpenQASM cannot express reset");
  EXPECT_EQ(braket("OPENQASM 3; qubit q; bit c; c = measure q; x q;"),
            "Braket's OpenQASM cannot express x on qubit 0 after its measurement");
  EXPECT_EQ(braket("OPENQASM 3; qubit q; bit c; c = measure q;\n#pragma braket result state_vector"),
            "Braket's OpenQASM cannot express measurements beside result requests");
}

TEST(WriteBraket, FollowsTheClientsLayout) {
  Circuit circuit(4, 3);
  circuit.x(2).gate(Gate::p, {0}, {0.5}, {2}).barrier().measure(2, 1).measure(0, 0);
  EXPECT_EQ(*write_braket(circuit),
            "OPENQASM 3.0;\nbit[3] b;\nqubit[3] q;\nx q[2];\ncphaseshift(0.5) q[2], q[0];\n"
            "barrier q[0], q[1], q[2];\nb[0] = measure q[0];\nb[1] = measure q[2];");
  EXPECT_EQ(*write_braket(Circuit(2, 1).gate(Gate::r, {0}, {0.5, 1}).gate(Gate::rzz, {0, 1}, {2}).measure(1, 0),
                          {.verbatim = true}),
            "OPENQASM 3.0;\nbit[1] b;\n#pragma braket verbatim\nbox{\nprx(0.5, 1) $0;\nzz(2) $0, $1;\n}\n"
            "b[0] = measure $1;");
}

TEST(WriteBraket, ResultRequestsAreWrittenAsTheyWereRead) {
  std::string_view const program =
      "OPENQASM 3.0;\nqubit[2] q;\nh q[0];\n#pragma braket unitary([[0, 1im], [1im, 0]]) q[1]\n"
      "#pragma braket result state_vector\n"
      "#pragma braket result probability all\n#pragma braket result density_matrix q[0], q[1]\n"
      "#pragma braket result amplitude \"00\", \"11\"\n#pragma braket result expectation x(q[0]) @ z(q[1])\n"
      "#pragma braket result variance y all\n#pragma braket result sample hermitian([[0, -1im], [1im, 0]]) q[1]";
  EXPECT_EQ(*write_braket(read(program)), program);
}

}  // namespace
}  // namespace qhub::circuit
