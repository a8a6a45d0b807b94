#include "qhub/circuit/internal/classical_machine.h"
#include "qhub/circuit/internal/test_support.h"
#include "qhub/circuit/writers/openqasm.h"

/// Programs whose outcome has no chance in it, run by test::ClassicalMachine: what OpenQASM 3's classical part
/// computes.
namespace qhub::circuit {
namespace {

using test::read;
using test::to_text;

/// The bits "out", which writing the program and reading it again does not change, of a program that starts with 8 qubits q, of which q[i] is 1 where `ones` has a 1 (q[0] rightmost).
std::string outcome(std::string_view body, std::string_view ones = "00000000", ReadOptions const& options = {}) {
  std::string text = "OPENQASM 3.1; qubit[8] q; bit[8] out;";
  for (std::size_t i = 0; i < ones.size(); ++i)
    if (ones[ones.size() - 1 - i] == '1') text += fmt::format("x q[{}];", i);
  text += body;
  Circuit const circuit = read(text, options);
  std::string const bits = test::ClassicalMachine(circuit).bits();
  auto const written = write_openqasm3(circuit);
  EXPECT_EQ(test::ClassicalMachine(read(written ? *written : "", options)).bits(), bits)
      << (written ? *written : written.error().message);
  return bits.substr(circuit.clbit_count() - 8);
}

TEST(OpenQasm3Programs, ConstantsOfEveryTypeAreComputedWhileReading) {
  EXPECT_EQ(outcome("const uint[8] a = 0xF0; const int b = -3; const bool t = true; const bit[4] s = \"0110\";"
                    "out = a | (b + 4);"),
            "11110001");
  EXPECT_EQ(outcome("uint[4] a = 15; a += 2; out = a;"), "00000001");  // wraps at 4 bits
  EXPECT_EQ(outcome("int[4] a = 7; a += 1; if (a == -8) out = 1;"), "00000001");
  EXPECT_EQ(outcome("int a = 7; a **= 2; a -= 1; a <<= 1; a /= 3; a %= 10; out = a;"), "00000010");
  EXPECT_EQ(outcome("uint[8] a = 0b1010_0101; out[0] = a[2]; out[1] = a[0]; out[7:-1:4] = a[0:3];"), "10100011");
  EXPECT_EQ(outcome("out = popcount(0b1011) + int(3.9) + int(bool(4)) + int[8](\"00000011\");"), "00001010");
  EXPECT_EQ(outcome("const bit[8] s = rotl(\"00010010\", 3); out = s;"), "10010000");
  EXPECT_EQ(outcome("const float x = 2 ** 0.5; out = int(x * x + 0.5) + int(pow(2, 3)) + int(mod(7, 4));"), "00001101");
}

TEST(OpenQasm3Programs, Arrays) {
  EXPECT_EQ(outcome("array[int[8], 4] a = {1, 2, 3, 4}; a[1] = a[3] + 1; out = a[1] + sizeof(a);"), "00001001");
  EXPECT_EQ(outcome("array[uint[8], 2, 2] a = {{1, 2}, {3, 4}}; array[uint[8], 2] r = a[1]; r[0] += a[0, 1];"
                    "a[0] = r; out = a[0][0] * 16 + a[0, 1];"),
            "01010100");
  EXPECT_EQ(outcome("array[int, 4] a = {1, 2, 3, 4}; a[0:1] = a[2:3]; out = a[0] * 16 + a[1];"), "00110100");
  EXPECT_EQ(outcome("array[int, 3] a = {1, 2, 4}; for int i in a { out = out | i; }"), "00000111");
  EXPECT_EQ(outcome("def sum(readonly array[int, 3] a) -> int { int s = 0; for int i in [0:sizeof(a) - 1] s += a[i];"
                    "return s; } def twice(mutable array[int, #dim = 1] a) { for int i in [0:2] { a[i] *= 2; } }"
                    "array[int, 3] a = {1, 2, 4}; twice(a); out = sum(a);"),
            "00001110");
}

TEST(OpenQasm3Programs, AliasesOfQubits) {
  EXPECT_EQ(outcome("let a = q[{7, 1}] ++ q[2:3]; x a; let b = a[1:2]; x b; out = measure q;"), "10001000");
  EXPECT_EQ(outcome("let a = q[0]; x a; for int i in [1:3] { let a = q[i]; x a; } x a; out = measure q;"), "00001110");
  EXPECT_EQ(outcome("let o = out[0:3]; o = measure q[4:7];", "10100000"), "00001010");
}

TEST(OpenQasm3Programs, VariablesThatMeasuredBitsChange) {
  EXPECT_EQ(outcome("uint[4] n = 3; for int i in [0:7] { bit b = measure q[i]; if (b) n += 1; } out = n;", "01100001"),
            "00000110");
  EXPECT_EQ(outcome("int[8] n = 100; bit[8] m = measure q; n -= int[8](m); out = n;", "00000110"), "01011110");
  EXPECT_EQ(outcome("bit[8] m = measure q; out = m ^ \"11110000\"; out ^= m >> 1;", "01010101"), "10001111");
  EXPECT_EQ(outcome("bool parity = false; for int i in [0:7] { bit b; b = measure q[i]; parity = parity != b; }"
                    "out[0] = parity;",
                    "01110000"),
            "00000001");
  EXPECT_EQ(outcome("bit[4] m = measure q[0:3]; uint[4] n = uint[4](m); out = n * n % 7 + popcount(m);", "00000110"),
            "00000110");  // n * n wraps at 4 bits
  EXPECT_EQ(outcome("angle[4] c; measure q[0] -> c[1]; c <<= 2; out = uint[4](c);", "00000001"), "00001000");
}

TEST(OpenQasm3Programs, LoopsThatTheRunningCircuitRepeats) {
  // A counter in qubits q[0:2], incremented until it is 5.
  std::string_view const count =
      "uint[8] rounds = 0; bit[3] c; while (c != 5) { ccx q[0], q[1], q[2]; cx q[0], q[1]; x q[0]; "
      "c = measure q[0:2]; rounds += 1; } out = rounds;";
  EXPECT_EQ(outcome(count), "00000101");
  EXPECT_EQ(outcome("bool done = false; uint[4] n; while (!done) { bit[3] c; ccx q[0], q[1], q[2]; cx q[0], q[1];"
                    "x q[0]; c = measure q[0:2]; n += 2; if (c == 3) done = true; } out = n;"),
            "00000110");
  std::string_view const leaving =
      "uint[8] n; bit[3] c = measure q[0:2]; while (c != 7) { n += 1; ccx q[0], q[1], q[2]; cx q[0], q[1]; x q[0];"
      "c = measure q[0:2]; if (c == 2) continue; n += 16; if (c == 4) { break; n += 100; } } out = n;";
  EXPECT_EQ(outcome(leaving), "00110100");  // 4 rounds, one without 16
  EXPECT_EQ(
      outcome("uint[8] n; bit b = measure q[0]; while (b) { for int i in [0:9] { n += 1; bit c = measure q[i % 2];"
              "if (!c) break; } x q[0]; b = measure q[0]; } out = n;",
              "00000001"),
      "00000010");
}

TEST(OpenQasm3Programs, LoopsAreLeftWhereBitsSaySo) {
  EXPECT_EQ(outcome("for int i in [0:7] { bit b = measure q[i]; if (b) break; out[i] = 1; }", "00010000"), "00001111");
  EXPECT_EQ(outcome("for int i in [0:7] { bit b = measure q[i]; if (b) continue; out[i] = 1; }", "00010110"),
            "11101001");
  EXPECT_EQ(outcome("for int i in [0:7] { if (i == 3) continue; if (i == 6) break; out[i] = 1; }"), "00110111");
  EXPECT_EQ(outcome("int i = 0; while (true) { i += 1; if (i > 4) break; out[i] = true; }"), "00011110");
  EXPECT_EQ(outcome("out[0] = 1; bit b = measure q[0]; if (b) { end; } out[1] = 1; end; out[2] = 1;", "00000001"),
            "00000001");
  EXPECT_EQ(outcome("out[0] = 1; bit b = measure q[0]; if (b) { end; } out[1] = 1; end; out[2] = 1;"), "00000011");
}

TEST(OpenQasm3Programs, SwitchTakesTheCaseThatFits) {
  std::string_view const program =
      "bit[3] c = measure q[0:2]; switch (int[3](c)) { case 0 { out = 1; } case 1, 2 { out = 2; c = 0; }"
      "case 3 { out = 4; } default { out = 8; } }";
  EXPECT_EQ(outcome(program, "000"), "00000001");
  EXPECT_EQ(outcome(program, "001"), "00000010");
  EXPECT_EQ(outcome(program, "010"), "00000010");
  EXPECT_EQ(outcome(program, "011"), "00000100");
  EXPECT_EQ(outcome(program, "111"), "00001000");
  EXPECT_EQ(outcome("int i = 4; switch (i * 2) { case 4 { out = 1; } case 8 { out = 2; } default { out = 4; } }"),
            "00000010");
}

TEST(OpenQasm3Programs, Subroutines) {
  EXPECT_EQ(outcome("def flip(qubit[2] a, int n) { for int i in [1:n] x a[0]; x a[1]; } flip(q[2:3], 3);"
                    "flip(q[{5, 0}], 2); out = measure q;"),
            "00001101");
  EXPECT_EQ(outcome("def parity(bit[4] b) -> bit { bit p = 0; for int i in [0:3] { p ^= b[i]; } return p; }"
                    "bit[4] m = measure q[0:3]; out[5] = parity(m);",
                    "00001011"),
            "00100000");
  EXPECT_EQ(outcome("def first(bit[4] b) -> uint[3] { for uint i in [0:3] { if (b[i]) return i; } return 7; }"
                    "bit[4] m = measure q[0:3]; out = first(m) + 8 * first(m >> 1);",
                    "00000100"),
            "00001010");
  EXPECT_EQ(outcome("def look(qubit[3] a) -> bit[3] { return measure a; } out[0:2] = look(q[0:2]);", "101"),
            "00000101");
  EXPECT_EQ(outcome("def half(int n) -> int { if (n < 2) return 0; return 1 + half(n / 2); } out = half(64);"),
            "00000110");
  // As the specification's older examples call them.
  EXPECT_EQ(
      outcome("def f(int n, qubit[2] a) { x a[n]; } f(1) q[4:5]; def g(qubit a) { x a; } g q[0]; out = measure q;"),
      "00100001");
}

TEST(OpenQasm3Programs, ConditionsTooWideToExpandAreComputed) {
  std::string_view const program = "bit[8] m = measure q; if (m > 100) out[0] = 1; else out[1] = 1;";
  EXPECT_EQ(outcome(program, "01100101"), "00000001");
  EXPECT_EQ(outcome(program, "01100100"), "00000010");
  std::string_view const bits = "bit[8] m = measure q; if ((m[0] ^ m[7]) | (m[1] & m[2])) out = 1;";
  EXPECT_EQ(outcome(bits, "10000001"), "00000000");
  EXPECT_EQ(outcome(bits, "10000000"), "00000001");
  EXPECT_EQ(outcome(bits, "10000111"), "00000001");
}

TEST(OpenQasm3Programs, AnglesOfMeasuredBitsBecomeConditionalRotations) {
  EXPECT_EQ(to_text(read("OPENQASM 3; qubit[2] q; bit[3] c; c[0] = measure q[0]; rz(-pi * c / 4) q[1];")),
            "measure 0 -> 0; rz(-0.785398) 1 if 0; rz(-1.5708) 1 if 1; rz(-3.14159) 1 if 2");
  EXPECT_EQ(to_text(read("OPENQASM 3; qubit q; angle[2] a; a[0] = measure q; inv @ p(a) q; rx(a + 1) q;")),
            "assign; measure 0 -> 16777216; p(-1.5708) 0 if 0; p(-3.14159) 0 if 1; "
            "rx(1) 0; rx(1.5708) 0 if 2; rx(3.14159) 0 if 3");
  EXPECT_EQ(to_text(read("OPENQASM 3; qubit q; bit[2] c; u(c, 0, 1) q;")),
            "u(0,0,1) 0 if 0; u(1,0,1) 0 if 1; u(2,0,1) 0 if 2; u(3,0,1) 0 if 3");
}

TEST(OpenQasm3Programs, DurationsAreComputed) {
  EXPECT_EQ(to_text(read("OPENQASM 3; qubit q; duration d = 100ns; const duration e = 2 * d + 1us; int n = 3;"
                         "delay[n * e / 2] q; delay[int(e / d + 0.5) * 1dt] q;")),
            "delay(1.8e-06) 0; delay(4.8e-08) 0");
}

TEST(OpenQasm3Programs, BraketNoise) {
  Circuit const circuit = read(
      "OPENQASM 3; qubit[2] q; h q[0];\n#pragma braket noise bit_flip(0.1) q[0]\n"
      "#pragma braket noise pauli_channel(0.1, 0.2, 0.3) q[1]\n"
      "#pragma braket noise two_qubit_depolarizing(0.1) q[0], q[1]\n"
      "#pragma braket noise generalized_amplitude_damping(0.1, 0.2) q[0]\n"
      "#pragma braket noise kraus([[1, 0], [0, 0.8]], [[0, 0.6im], [0, 0]]) q[1]\ninput float g;\n"
      "#pragma braket noise phase_damping(g) q[0]");
  EXPECT_EQ(to_text(circuit),
            "h 0; bit_flip(0.1) 0; pauli_channel(0.1,0.2,0.3) 1; two_qubit_depolarizing(0.1) 0 1; "
            "generalized_amplitude_damping(0.1,0.2) 0; kraus 1; phase_damping(g) 0");
  EXPECT_EQ(circuit[5].matrix.size(), 8U);
  EXPECT_FALSE(circuit.bind({{"g", 1.5}}));
}

}  // namespace
}  // namespace qhub::circuit
