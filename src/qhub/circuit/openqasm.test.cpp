#include "qhub/circuit/openqasm.h"

#include <numbers>

#include "qhub/circuit/diagnostic.h"
#include "qhub/circuit/internal/test_support.h"

namespace qhub::circuit {
namespace {

using test::matrix_of;
using test::read;
using test::to_text;

/// "line:column message" of each error.
std::string errors_of(std::string_view text, ReadOptions const& options = {}) {
  auto const circuit = read_openqasm(text, options);
  if (circuit) return "no error";
  std::string all;
  for (ErrorDetail const& detail : circuit.error().details)
    all += fmt::format("{}{} {}", all.empty() ? "" : "\n", detail.where.substr(detail.where.find(':') + 1),
                       detail.message);
  return all;
}

std::string v2(std::string_view body) {
  return fmt::format("OPENQASM 2.0;\ninclude \"qelib1.inc\";\n{}", body);
}
std::string v3(std::string_view body) {
  return fmt::format("OPENQASM 3.0;\n{}", body);
}

constexpr std::string_view bell = "h 0; x +0 1; measure 0 -> 0; measure 1 -> 1";

TEST(OpenQasm2, ReadsQiskitsBellText) {
  Circuit const circuit = read(
      "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\n"
      "measure q[0] -> c[0];\nmeasure q[1] -> c[1];");
  EXPECT_EQ(to_text(circuit), bell);
  EXPECT_EQ(circuit.quantum_registers(), (std::vector<Register>{{"q", 0, 2}}));
  EXPECT_EQ(circuit.classical_registers(), (std::vector<Register>{{"c", 0, 2}}));
}

TEST(OpenQasm2, NumbersBitsInOrderOfDeclaration) {
  Circuit const circuit = read(v2("qreg a[1]; creg c[2]; qreg b[2]; creg bb[1]; x b[1]; measure b[0] -> bb[0];"));
  EXPECT_EQ(to_text(circuit), "x 2; measure 1 -> 2");
  EXPECT_EQ(circuit.classical_registers(), (std::vector<Register>{{"c", 0, 2}, {"bb", 2, 1}}));
}

TEST(OpenQasm2, BroadcastsOverRegisters) {
  EXPECT_EQ(to_text(read(v2("qreg a[2]; qreg b[2]; creg c[2]; h a; cx a,b; cx a[0],b; measure a -> c; reset b; "
                            "barrier a,b[1];"))),
            "h 0; h 1; x +0 2; x +1 3; x +0 2; x +0 3; measure 0 -> 0; measure 1 -> 1; reset 2; reset 3; "
            "barrier 0 1 3");
}

TEST(OpenQasm2, EvaluatesExpressions) {
  EXPECT_EQ(to_text(read(v2("qreg q[1]; rz(-pi/2+3*2) q[0]; rz(2^3^2/512) q[0]; rz(-2^2) q[0]; rz(3/2) q[0];"
                            "rz(sin(0)+cos(0)+tan(0)+exp(0)+ln(1)+sqrt(4)) q[0]; rz(1e-1) q[0]; rz(.5) q[0];"))),
            "rz(4.4292) 0; rz(1) 0; rz(-4) 0; rz(1.5) 0; rz(4) 0; rz(0.1) 0; rz(0.5) 0");
}

TEST(OpenQasm2, ExpandsGateBlocks) {
  EXPECT_EQ(to_text(read(v2("qreg q[3]; gate inner(a,unused) x, y { rz(a/2) x; cx y, x; }"
                            "gate initialize(t) q0,q1 { reset q0; reset q1; inner(2*t, 0) q1,q0; barrier q0,q1; }"
                            "initialize(pi) q[2],q[0]; gate nothing a {} nothing q;"))),
            "reset 2; reset 0; rz(3.14159) 0; x +2 0; barrier 2 0");
}

TEST(OpenQasm2, AGateBlockTakesPrecedenceOverABuiltInGate) {
  EXPECT_EQ(to_text(read(v2("qreg q[2]; gate ecr a,b { h b; } ecr q[0],q[1]; gate unitary a { x a; } unitary q[0];"))),
            "h 1; x 0");
}

TEST(OpenQasm2, ConditionsTestWholeRegisters) {
  Circuit const circuit =
      read(v2("qreg q[2]; creg a[1]; creg b[2]; if(b==2) x q; if(b==4) y q[0]; if(a==1) measure q[0] -> a[0];"));
  EXPECT_EQ(to_text(circuit), "x 0 if 0; x 1 if 0; measure 0 -> 0 if 1");
  ASSERT_EQ(circuit.conditions().size(), 2U);
  EXPECT_EQ(circuit.conditions()[0], (Condition{1, 2, 2, {}}));
}

TEST(OpenQasm2, ReportsTheFirstMistakeAndThoseAfterIt) {
  auto const result = read_openqasm("OPENQASM 2.0;\nqreg q[14];\n\ncx q[0],q[15];\nfoo q[1];\nh q[1] q[2];\nh q[2];",
                                    {.source_name = "bell.qasm"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::syntax);
  EXPECT_EQ(result.error().message, "bell.qasm:4:11: index 15 is outside register 'q' of size 14");
  ASSERT_EQ(result.error().details.size(), 3U);
  EXPECT_EQ(result.error().details[1].where, "bell.qasm:5:1");
  EXPECT_EQ(result.error().details[1].message, "unknown gate or statement 'foo'");
  EXPECT_EQ(result.error().details[2].where, "bell.qasm:6:8");
  EXPECT_EQ(result.error().details[2].message, "expected ';', found 'q'");
}

TEST(OpenQasm2, NamesEachMistakeAndItsPlace) {
  std::pair<std::string_view, std::string_view> const cases[] = {
      {"qreg q[2]", "3:10 expected ';', found end of file"},
      {"qreg q[0];", "3:8 register 'q' needs a size of at least 1"},
      {"qreg q[2]; qreg q[1];", "3:17 'q' is declared already"},
      {"qreg if[2];", "3:6 'if' is a keyword"},
      {"qreg q[2]; cx q[0],q[0];", "3:20 the same qubit is used twice in one gate"},
      {"qreg q[2]; cx q[0];", "3:12 gate 'cx' acts on 2 qubits, 1 given"},
      {"qreg q[2]; rx q[0];", "3:12 gate 'rx' takes 1 parameter, 0 given"},
      {"qreg q[2]; rx(1,2) q[0];", "3:12 gate 'rx' takes 1 parameter, 2 given"},
      {"qreg q[2]; rx(1/0) q[0];", "3:16 division by zero"},
      {"qreg q[2]; rx(ln(0)) q[0];", "3:12 a parameter is not a finite number"},
      {"qreg q[2]; rx(foo) q[0];", "3:15 unknown name 'foo' in an expression"},
      {"qreg q[2]; rx(1+) q[0];", "3:17 expected a number, found ')'"},
      {"qreg q[2]; rx(1e999) q[0];", "3:15 the number '1e999' is out of range or malformed"},
      {"qreg q[2]; qreg r[3]; cx q,r;", "3:28 registers of size 2 and 3 in one gate"},
      {"qreg q[2]; h p[0];", "3:14 unknown qubit 'p'"},
      {"qreg q[2]; creg c[2]; h c[0];", "3:25 'c' is a classical register, expected a quantum one"},
      {"qreg q[2]; creg c[1]; measure q -> c;", "3:36 2 qubits cannot be measured into 1 bits"},
      {"qreg q[2]; creg c[1]; measure q[0] = c[0];", "3:36 expected '->', found '='"},
      {"qreg q[2]; creg c[1]; if(c>1) x q;", "3:27 expected '==', found '>'"},
      {"gate g a { h b; }", "3:14 unknown qubit 'b'"},
      {"gate g a { g a; }", "3:12 unknown gate or statement 'g'"},
      {"gate g a { measure a; }", "3:12 'measure' cannot stand in the body of a gate"},
      {"gate g a { h a[0]; }", "3:15 'a' is a single qubit and has no index"},
      {"gate g a,a { }", "3:10 'a' is declared already"},
      {"opaque g a; qreg q[1]; g q[0];", "3:24 gate 'g' is opaque: it has no definition to carry out"},
      {"include \"my.inc\";", "3:9 file 'my.inc' cannot be included; known are qelib1.inc and stdgates.inc"},
      {"qreg q[1]; /* h q[0];", "3:12 expected a statement, found a comment that does not end"},
      {"qreg q[1]; h q[0]; }", "3:20 expected a statement, found '}'"},
      {"qreg q[1]; h ?;", "3:14 expected a qubit, found '?'"},
      {"qreg q[1]; cnot q[0],q[0];", "3:12 unknown gate or statement 'cnot'"},
      {"qreg µ[1]; qreg q[1]; h µ[1];", "3:27 index 1 is outside register 'µ' of size 1"},
  };
  for (auto const& [body, expected] : cases) EXPECT_EQ(errors_of(v2(body)), expected) << body;
  EXPECT_EQ(errors_of("OPENQASM 4.0; foo;"), "1:10 OpenQASM version '4.0'; known are 2.0, 3.0 and 3.1");
}

TEST(OpenQasm2, NoHeaderMeansTheVersionOfItsDeclarations) {
  EXPECT_EQ(openqasm_version("qreg q[1];"), 2);
  EXPECT_EQ(openqasm_version("// c\nqubit q;"), 3);
  EXPECT_EQ(openqasm_version("OPENQASM 3.1;"), 3);
  EXPECT_EQ(to_text(read("qreg q[1]; rz(2^3) q[0];")), "rz(8) 0");
}

TEST(OpenQasm3, ReadsBraketsBellText) {
  EXPECT_EQ(to_text(read("OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nh q[0];\ncnot q[0], q[1];\nb[0] = measure q[0];\n"
                         "b[1] = measure q[1];")),
            bell);
}

TEST(OpenQasm3, MeasuresInEveryForm) {
  EXPECT_EQ(to_text(read(v3("qubit[3] q; bit[2] b; b = measure q[0:1]; measure q[2] -> b[1]; bit c = measure q[0];"
                            "bit[3] d = measure q; b[-1] = measure q[-1];"))),
            "measure 0 -> 0; measure 1 -> 1; measure 2 -> 1; measure 0 -> 2; measure 0 -> 3; measure 1 -> 4; "
            "measure 2 -> 5; measure 2 -> 1");
}

TEST(OpenQasm3, SlicesAndPhysicalQubits) {
  EXPECT_EQ(to_text(read(v3("qubit[6] q; h q[0:2:5]; x q[5:-1:4]; y q[1:2]; z q[4:];"))),
            "h 0; h 2; h 4; x 5; x 4; y 1; y 2; z 4; z 5");
  Circuit const physical =
      read(v3("include \"stdgates.inc\"; bit[1] c; cz $1, $3; c[0] = measure $3; barrier $0, $1;"));
  EXPECT_EQ(to_text(physical), "z +1 3; measure 3 -> 0; barrier 0 1");
  EXPECT_EQ(physical.qubit_count(), 4U);
}

TEST(OpenQasm3, ModifiersControlInvertAndRaise) {
  EXPECT_EQ(to_text(read(v3("qubit[4] q; ctrl @ x q[0], q[1]; ctrl(2) @ negctrl @ rz(1) q[0], q[1], q[2], q[3];"
                            "inv @ s q[0]; pow(3) @ x q[0]; pow(-2) @ t q[0]; pow(0.5) @ rx(1) q[0];"
                            "ctrl @ gphase(0.5) q[2]; gphase(0.25); inv @ ctrl @ u(1, 2, 3) q[0], q[1];"))),
            "x +0 1; rz(1) +0 +1 -2 3; sdg 0; x 0; x 0; x 0; tdg 0; tdg 0; rx(0.5) 0; p(0.5) 2; gphase(0.25); "
            "u(-1,-3,-2) +0 1");
  EXPECT_EQ(to_text(read(v3("qubit[3] q; gate g(a) x, y { rz(a) x; s y; ctrl @ h x, y; } inv @ g(1) q[0], q[1];"
                            "ctrl @ g(1) q[2], q[0], q[1];"))),
            "h +0 1; sdg 1; rz(-1) 0; rz(1) +2 0; s +2 1; h +2 +0 1");
}

TEST(OpenQasm3, FractionalPowersAreRoots) {
  auto const program = [](std::string_view gate) { return v3(fmt::format("qubit[2] q; {}", gate)); };
  auto const same = [&](std::string_view a, std::string_view b) {
    return test::distance(matrix_of(read(program(a))), matrix_of(read(program(b)))) < 1e-12;
  };
  EXPECT_TRUE(same("pow(1/2) @ x q[0];", "sx q[0];"));
  EXPECT_TRUE(same("pow(0.5) @ z q[0];", "s q[0];"));
  EXPECT_TRUE(same("pow(1/2) @ ctrl @ x q[0], q[1];", "cv q[0], q[1];"));
  EXPECT_TRUE(same("gate g a, b { ctrl @ x a, b; h a; } pow(1/3) @ g q[1], q[0]; pow(2/3) @ g q[1], q[0];",
                   "cnot q[1], q[0]; h q[1];"));
  EXPECT_TRUE(same("inv @ iswap q[0], q[1]; iswap q[0], q[1];", "i q[0];"));
  EXPECT_TRUE(same("pow(-0.5) @ swap q[0], q[1]; pow(1.5) @ swap q[0], q[1];", "swap q[0], q[1];"));
}

TEST(OpenQasm3, ConstantsLoopsAndVariables) {
  EXPECT_EQ(to_text(read(v3("const int n = 3; qubit[n] q; const float[64] a = pi / n; for int i in [0:n - 1] { rz(a * "
                            "i) q[i]; } for uint k in {2, 0} x q[k]; int m = 1; while (m < 3) { h q[m]; m += 1; }"
                            "for int i in [2:-1:1] { if (i == 2) y q[i]; else z q[i]; }"))),
            "rz(0) 0; rz(1.0472) 1; rz(2.0944) 2; x 2; x 0; h 1; h 2; y 2; z 1");
}

TEST(OpenQasm3, InputsAreBoundByName) {
  std::string const program = v3("input float[64] th; qubit q; rz(pi + th) q; rz(5*pi/2) q;");
  EXPECT_EQ(to_text(read(program, {.inputs = {{"th", 1}}})), "rz(4.14159) 0; rz(7.85398) 0");
  Circuit const unbound = read(program);
  EXPECT_EQ(to_text(unbound), "rz(3.141592653589793 + th) 0; rz(7.85398) 0");
  EXPECT_EQ(unbound.parameters(), std::vector<std::string>{"th"});
  EXPECT_EQ(to_text(*unbound.bind({{"th", 1.0}})), "rz(4.14159) 0; rz(7.85398) 0");
  EXPECT_EQ(errors_of(v3("input int n; qubit q; x q;")),
            "2:1 input 'n' has no value; the program cannot be read without");
  EXPECT_EQ(to_text(read(
                v3("input angle a; input float b; qubit[2] q; gate g(x) p, r { rx(x / 2) p; ctrl @ rz(-x) p, r; }"
                   "g(sin(a) * b) q[0], q[1]; inv @ u(a, b, 1) q[0]; pow(3) @ p(a) q[1]; cu(a, 1, 2, b) q[0], q[1];"))),
            "rx(sin(a) * b / 2) 0; rz(-(sin(a) * b)) +0 1; u(-a,-1,-b) 0; p(3 * a) 1; p(b) 0; u(a,1,2) +0 1");
}

TEST(OpenQasm3, ConditionsBranchOnMeasuredBits) {
  Circuit const circuit =
      read(v3("qubit[2] q; bit[2] c; if (c == 2) { x q[0]; c[0] = measure q[0]; } else { y q[0]; }"
              "if (c[1]) z q[1]; if (!c[0]) h q[1];"));
  EXPECT_EQ(to_text(circuit), "x 0 if 0; measure 0 -> 0 if 0; y 0 if not 0; z 1 if 1; h 1 if not 2");
  EXPECT_EQ(circuit.conditions()[1], (Condition{1, 1, 1, {}}));
}

/// Which of the program's x gates run, for each value of the two bits c: their targets as bits of a number.
std::vector<unsigned> targets_run(std::string_view body) {
  Circuit const circuit = read(v3(fmt::format("qubit[4] q; bit[2] c; {}", body)));
  std::vector<unsigned> result;
  for (unsigned value = 0; value < 4; ++value) {
    ConditionEvaluator evaluator(circuit);
    unsigned run = 0;
    for (Instruction const instruction : circuit)
      if (evaluator.holds(instruction.condition, [&](Clbit bit) { return (value >> bit & 1) != 0; }))
        run += 1U << instruction.targets[0];
    result.push_back(run);
  }
  return result;
}

TEST(OpenQasm3, ConditionsMayBeAnyBooleanExpression) {
  using Runs = std::vector<unsigned>;
  EXPECT_EQ(targets_run("if (c[0] && c[1]) x q[0]; else x q[1];"), (Runs{2, 2, 2, 1}));
  EXPECT_EQ(targets_run("if (c[0] || c[1]) x q[0]; else x q[1];"), (Runs{2, 1, 1, 1}));
  EXPECT_EQ(targets_run("if (!(c == 1) && (c[0] || c[1])) x q[0]; else x q[1];"), (Runs{2, 2, 1, 1}));
  EXPECT_EQ(targets_run("if (c >= 2) x q[0]; if (c < 1) x q[1]; if (c != 3) x q[2]; if (c == \"01\") x q[3];"),
            (Runs{6, 12, 5, 1}));
  EXPECT_EQ(targets_run("if (c[0]) { if (c[1]) x q[0]; else x q[1]; } else if (c[1]) x q[2]; else x q[3];"),
            (Runs{8, 2, 4, 1}));
  EXPECT_EQ(targets_run("if (c) x q[0]; if (c == 7) x q[1]; if (true) x q[2]; if (1 == 2) x q[3];"),
            (Runs{4, 5, 5, 5}));
}

TEST(OpenQasm3, DelaysBoxesAndAnnotations) {
  EXPECT_EQ(to_text(read(v3("qubit[2] q; delay[100ns] q[0]; delay[2dt] q; box[1us] { x q[0]; }\n@note what ever(\n"
                            "barrier; #pragma other stuff ( \n x q[1]; { y q[1]; }"))),
            "delay(1e-07) 0; delay(8e-09) 0 1; x 0; barrier 0 1; x 1; y 1");
}

TEST(OpenQasm3, BraketPragmas) {
  Circuit const circuit =
      read(v3("qubit[2] q;\n#pragma braket unitary([[0, 1.0], [1.0, 0]]) q[0]\n"
              "#pragma braket verbatim\nbox{\nrx(0.5) q[1];\n}\n"
              "#pragma braket result expectation x(q[0]) @ z(q[1])\n"
              "#pragma braket result probability all\n"
              "#pragma braket result amplitude \"00\",\"11\"\n"
              "#pragma braket result state_vector\n"
              "#pragma braket result variance hermitian([[1, -1im], [0 + 1im, 0]]) q[1]"));
  EXPECT_EQ(to_text(circuit), "unitary 0; rx(0.5) 1");
  ASSERT_EQ(circuit.result_requests.size(), 5U);
  EXPECT_EQ(circuit.result_requests[0].kind, ResultRequest::Kind::expectation);
  EXPECT_EQ(circuit.result_requests[0].text, "expectation x(q[0]) @ z(q[1])");
  ASSERT_EQ(circuit.result_requests[0].observable.size(), 2U);
  EXPECT_EQ(circuit.result_requests[0].observable[1].observable, "z");
  EXPECT_EQ(circuit.result_requests[0].observable[1].targets, std::vector<Qubit>{1});
  EXPECT_EQ(circuit.result_requests[2].states, (std::vector<std::string>{"00", "11"}));
  EXPECT_EQ(circuit.result_requests[4].observable[0].matrix, (std::vector<Complex>{1, {0, -1}, {0, 1}, 0}));
}

TEST(OpenQasm3, ABraketUnitaryHasItsFirstQubitHighest) {
  std::string_view const cnot = "[[1,0,0,0],[0,1,0,0],[0,0,0,1],[0,0,1,0]]";  // as Braket's documentation prints it
  Circuit const circuit = read(v3(fmt::format("qubit[2] q;\n#pragma braket unitary({}) q[0], q[1]", cnot)));
  EXPECT_EQ(matrix_of(circuit), matrix_of(Circuit(2).cx(0, 1)));
}

TEST(OpenQasm3, NamesWhatIsOutside) {
  std::pair<std::string_view, std::string_view> const cases[] = {
      {"qubit[1] q;\n#pragma braket noise bit_flip(0.6) q[0]", "3:22 bit_flip takes a probability from 0 to 0.5"},
      {"qubit[1] q;\n#pragma braket noise bit_flip(-0.1) q[0]", "3:22 bit_flip: -0.1 is not a probability from 0 to 1"},
      {"qubit[1] q;\n#pragma braket noise nonsense(0.1) q[0]", "3:22 noise 'nonsense'"},
      {"qubit[1] q;\n#pragma braket noise kraus([[1, 0], [0, 0.5]]) q[0]",
       "3:22 the Kraus operators are not complete: the sum of K†K is not the identity"},
      {"qubit[1] q;\n#pragma braket result adjoint_gradient expectation(x(q[0])) all",
       "3:23 result 'adjoint_gradient': gradients are not computed"},
      {"#pragma braket frobnicate", "2:16 pragma 'braket frobnicate'"},
      {"qubit q;\n#pragma braket unitary([[1, 1], [0, 1]]) q", "3:23 the matrix is not unitary"},
      {"#pragma braket unitary([[1, 0], [0]]) q[0]", "2:24 the rows of the matrix differ in length"},
      {"#pragma braket result nonsense", "2:23 result 'nonsense'"},
      {"let a = q;", "2:9 unknown qubit 'q'"},
      {"bit b; qubit q; float n = 1; if (b) { n = 2; }",
       "2:39 'n' cannot be assigned where measured bits decide whether it happens"},
      {"bit b; float n = 2 * int(b) * 0.5;",
       "2:18 'n' would be a real number that is known only when the circuit runs"},
      {"stretch s;", "2:1 'stretch' leaves a time to a scheduler, which is outside of what circuits hold"},
      {"defcal x $0 { play drive($0), gaussian(...); }",
       "2:1 'defcal' defines pulses, which are outside of what circuits hold"},
      {"extern f(bit) -> bit; bit b; b = f(b);", "2:34 extern function 'f' is computed by another program"},
      {"duration d = durationof({x $0;});",
       "2:14 'durationof' asks a machine for its timing, which is outside of what circuits hold"},
      {"complex[float[64]] c;", "2:1 complex numbers are not supported in programs"},
      {"bit[2] b; qubit[4] q; x q[b];", "2:27 'b' is known only when the circuit runs; here a constant is needed"},
      {"qubit q; break;", "2:10 'break' outside of a loop"},
      {"def f(qubit q) -> bit { } qubit q; bit b; b = f(q);", "2:47 subroutine 'f' ends without 'return'"},
      {"def f(qubit[2] q) { } qubit q; f(q);", "2:34 1 qubits given for 'q' of size 2"},
      {"qubit q; h $0;", "2:12 a program cannot have both declared and physical qubits"},
      {"const int n = 2; n = 3;", "2:18 'n' is a constant"},
      {"qubit[2] q; pow(0.5) x q[0];", "2:22 expected '@', found 'x'"},
      {"qubit q; gate g a { reset a; } inv @ g q;", "2:38 a gate that resets a qubit has no inverse"},
  };
  for (auto const& [body, expected] : cases) EXPECT_EQ(errors_of(v3(body)), expected) << body;
}

TEST(OpenQasm, StopsAtEveryLimit) {
  auto const kind_of = [](std::string_view text, ReadOptions const& options = {}) {
    auto const result = read_openqasm(text, options);
    return result ? std::optional<ErrorKind>() : result.error().kind;
  };
  std::string doubling = "gate g0 a { } ";
  for (int k = 1; k < 60; ++k) doubling += fmt::format("gate g{} a {{ g{} a; g{} a; }} ", k, k - 1, k - 1);
  std::string ways = "qubit q; bit[6] c; ";
  for (int k = 0; k < 20; ++k) ways += "if (c > 3) { ";
  ways += std::string(20, '}');
  std::string chain = "gate g0 a { x a; } ";
  for (int k = 1; k < 1000; ++k) chain += fmt::format("gate g{} a {{ g{} a; }} ", k, k - 1);
  ReadOptions const small{.max_instructions = 100'000};
  EXPECT_EQ(kind_of(v3("qubit q; " + doubling + "g59 q;"), small), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3(ways), small), std::nullopt);  // 28 ways each, computed into a bit instead
  EXPECT_EQ(kind_of(v3("def f() { f(); } f();")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("array[int, 1000, 1000, 1000] a;")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("qubit q; bit b; while (b) { bit[65535] c; bit[2] d; }")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("qubit q; " + chain + "g999 q;")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("qubit q; rz(" + std::string(100'000, '(') + "1) q;")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("qubit q; rz(" + std::string(100'000, '-') + "1) q;")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3(std::string(100'000, '{'))), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("bit b; if (" + std::string(100'000, '!') + "b) {}")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("while (true) {}")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("for int i in [0:9223372036854775807] {}")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("qubit q; pow(1e300) @ x q;"), small), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("qubit[65537] q;")), ErrorKind::too_large);
  EXPECT_EQ(kind_of(v3("h $4294967295;")), ErrorKind::too_large);
  EXPECT_EQ(kind_of("qreg q[1];", {.max_bytes = 5}), ErrorKind::too_large);
}

TEST(OpenQasm, CollectsAtMostTwentyErrors) {
  std::string text = "qreg q[1];";
  for (int k = 0; k < 100; ++k) text += "foo q[0];";
  auto const result = read_openqasm(text);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().details.size(), 20U);
}

TEST(Diagnostic, DrawsTheCaretUnderTheWord) {
  EXPECT_EQ(draw_caret("a\n\tcx q[0],q[15];\n", {2, 12}), "    \tcx q[0],q[15];\n    \t          ^~\n");
  EXPECT_EQ(draw_caret("cx q[0],q[15];", {1, 11}), "    cx q[0],q[15];\n              ^~\n");
  EXPECT_EQ(draw_caret("h µq;", {1, 3}), "    h µq;\n      ^~\n");
  EXPECT_EQ(draw_caret("h", {2, 1}), "");
}

TEST(Diagnostic, DescribesErrorsAsACompilerDoes) {
  std::string_view const text = "OPENQASM 2.0;\nqreg q[2];\ncx q[0],q[15];\nfoo q[0];\n";
  auto const result = read_openqasm(text, {.source_name = "bell.qasm"});
  ASSERT_FALSE(result);
  EXPECT_EQ(describe_errors(result.error(), text),
            "bell.qasm:3:11: index 15 is outside register 'q' of size 2\n"
            "    cx q[0],q[15];\n"
            "              ^~\n"
            "bell.qasm:4:1: unknown gate or statement 'foo'\n"
            "    foo q[0];\n"
            "    ^~~\n");
  EXPECT_EQ(describe_errors({ErrorKind::syntax, "m", {{"input.circuit[3]", "no"}}}, text), "input.circuit[3]: no\n");
  EXPECT_EQ(describe_errors({ErrorKind::syntax, "m", {}}, text), "m\n");
}

}  // namespace
}  // namespace qhub::circuit
