#include "qhub/circuit/aqt.h"
#include "qhub/circuit/internal/random_circuit.h"
#include "qhub/circuit/internal/test_support.h"
#include "qhub/circuit/ionq.h"
#include "qhub/circuit/iqm.h"
#include "qhub/circuit/writers/aqt.h"
#include "qhub/circuit/writers/ionq.h"
#include "qhub/circuit/writers/iqm.h"

namespace qhub::circuit {
namespace {

using test::distance_up_to_phase;
using test::GateChoice;
using test::matrix_of;
using test::to_text;

template <class T>
std::string message_of(Result<T> const& result) {
  return result ? "no error" : result.error().message;
}

Circuit without_measurements(Circuit const& circuit) {
  Circuit copy(circuit.qubit_count());
  for (Instruction const instruction : circuit)
    EXPECT_TRUE(instruction.kind == InstructionKind::measure || copy.append(instruction));
  return copy;
}

Circuit random_measured(std::mt19937_64& random, std::vector<GateChoice> const& choices) {
  auto const qubits = static_cast<std::uint32_t>(2 + random() % 5);
  Circuit circuit = test::random_circuit(random, qubits, 1 + random() % 12, choices);
  return circuit.measure_all();
}

TEST(WriteIonq, BellAsTheOfficialClientWritesIt) {
  Circuit const bell = Circuit(2, 2).h(0).cx(0, 1).measure(0, 0).measure(1, 1);
  EXPECT_EQ(*write_ionq(bell), R"({"gateset":"qis","qubits":2,"circuit":[{"gate":"h","targets":[0]},)"
                               R"({"gate":"x","targets":[1],"controls":[0]}]})");
  EXPECT_EQ(*ionq_measurement_map(bell), "[0, 1]");
  EXPECT_EQ(*ionq_measurement_map(Circuit(3, 3).measure(2, 0).measure(0, 2)), "[2, null, 0]");
}

TEST(WriteIonq, RoundTripsKeepTheUnitary) {
  std::mt19937_64 random(31);
  std::vector<GateChoice> choices = test::all_gates();
  choices.insert(choices.end(), {{Gate::x, 3}, {Gate::h, 0, 1}, {Gate::swap, 2}});
  for (int k = 0; k < 1000; ++k) {
    Circuit circuit = random_measured(random, choices);
    auto const text = write_ionq(circuit);
    ASSERT_TRUE(text) << text.error().message;
    auto const again = read_ionq(*text);
    ASSERT_TRUE(again) << again.error().message << *text;
    ASSERT_LE(distance_up_to_phase(matrix_of(without_measurements(*again)), matrix_of(without_measurements(circuit))),
              1e-9)
        << *text;
  }
}

TEST(WriteIonq, NativeGatesKeepTheirs) {
  std::mt19937_64 random(32);
  for (int k = 0; k < 1000; ++k) {
    Circuit circuit(3);
    circuit.gpi(test::random_angle(random), 0);
    for (int gate = 0; gate < 6; ++gate) {
      GateChoice const choices[] = {{Gate::gpi}, {Gate::gpi2}, {Gate::ms}, {Gate::rzz}};
      test::append_random_gate(random, circuit, choices[random() % 4]);
    }
    auto const text = write_ionq(circuit);
    ASSERT_TRUE(text->starts_with(R"({"gateset":"native","qubits":3,)")) << *text;
    auto const again = read_ionq(*text);
    ASSERT_TRUE(again) << again.error().message << *text;
    ASSERT_LE(distance_up_to_phase(matrix_of(without_measurements(*again)), matrix_of(circuit)), 1e-12) << *text;
  }
  EXPECT_EQ(*write_ionq(Circuit(2).gpi(std::numbers::pi, 0).ms(0, std::numbers::pi / 2, std::numbers::pi / 2, 0, 1)),
            R"({"gateset":"native","qubits":2,"circuit":[{"gate":"gpi","target":0,"phase":0.5},)"
            R"({"gate":"ms","targets":[0,1],"phases":[0.0,0.25],"angle":0.25}]})");
}

TEST(WriteIonq, NamesWhatItLacks) {
  EXPECT_EQ(message_of(write_ionq(Circuit(1).reset(0))), "IonQ's circuits cannot express reset");
  EXPECT_EQ(message_of(write_ionq(Circuit(1, 1).measure(0, 0).x(0))),
            "IonQ's circuits cannot express x on qubit 0 after its measurement");
  EXPECT_EQ(message_of(write_ionq(Circuit(1).delay(1e-6, 0))), "IonQ's circuits cannot express delay");
}

TEST(WriteAqt, FollowsTheClientsLayout) {
  using std::numbers::pi;
  Circuit circuit(2, 2);
  circuit.prx(pi, 0, 0).rxx(pi / 2, 0, 1).rz(-pi / 2, 0).prx(pi / 2, pi, 1).measure(0, 0).measure(1, 1);
  EXPECT_EQ(*write_aqt(circuit, {.shots = 8}),
            R"({"job_type":"quantum_circuit","payload":{"circuits":[{"repetitions":8,"number_of_qubits":2,)"
            R"("quantum_circuit":[{"operation":"R","qubit":0,"phi":0.0,"theta":1.0},)"
            R"({"operation":"RXX","qubits":[0,1],"theta":0.5},{"operation":"RZ","qubit":0,"phi":-0.5},)"
            R"({"operation":"R","qubit":1,"phi":1.0,"theta":0.5},{"operation":"MEASURE"}]}]}})");
}

TEST(WriteAqt, RoundTripsKeepTheUnitary) {
  std::mt19937_64 random(33);
  for (int k = 0; k < 1000; ++k) {
    Circuit circuit = random_measured(random, {{Gate::r}, {Gate::rz}});
    Circuit gates = without_measurements(circuit);
    for (int pair = 0; pair < 3; ++pair) {
      auto const qubits = test::random_qubits(random, gates.qubit_count(), 2);
      gates.rxx(std::uniform_real_distribution(0.0, std::numbers::pi / 2)(random), qubits[0], qubits[1]);
      test::append_random_gate(random, gates, {Gate::r});
    }
    Circuit measured = gates;
    auto const text = write_aqt(measured.measure_all());
    ASSERT_TRUE(text) << text.error().message;
    auto const again = read_aqt(*text);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_EQ(again->at(0).shots, 100U);
    ASSERT_LE(distance_up_to_phase(matrix_of(without_measurements(again->at(0).circuit)), matrix_of(gates)), 1e-9);
  }
}

TEST(WriteAqt, NamesWhatItLacks) {
  EXPECT_EQ(message_of(write_aqt(Circuit(1, 1).h(0).measure(0, 0))), "AQT's circuits cannot express h");
  EXPECT_EQ(message_of(write_aqt(Circuit(2, 1).rxx(-1, 0, 1).measure(0, 0))),
            "AQT's circuits cannot express rxx by -1, only by 0 to π/2");
  EXPECT_EQ(message_of(write_aqt(Circuit(1, 1))), "the circuit measures nothing; AQT needs a measurement");
}

TEST(WriteIqm, FollowsTheClientsLayout) {
  Circuit circuit;
  ASSERT_TRUE(circuit.add_qubits("q", 2));
  ASSERT_TRUE(circuit.add_clbits("c", 2));
  circuit.name = "circuit-52";
  circuit.prx(1.5, 4.5, 0).cz(0, 1).measure(0, 0);
  EXPECT_EQ(*write_iqm(circuit),
            R"({"circuits":[{"name":"circuit-52","instructions":[)"
            R"({"name":"prx","locus":["QB1"],"args":{"angle":1.5,"phase":4.5},"implementation":null},)"
            R"({"name":"cz","locus":["QB1","QB2"],"args":{},"implementation":null},)"
            R"({"name":"measure","locus":["QB1"],"args":{"key":"c_2_0_0"},"implementation":null}],"metadata":{}}]})");
  EXPECT_EQ(*write_iqm(Circuit(1).reset(0), {.qubit_names = {"QB7"}}),
            R"({"circuits":[{"name":"circuit","instructions":[)"
            R"({"name":"reset","locus":["QB7"],"args":{},"implementation":null}],"metadata":{}}]})");
}

TEST(WriteIqm, RoundTripsKeepTheUnitary) {
  std::mt19937_64 random(34);
  for (int k = 0; k < 1000; ++k) {
    Circuit const circuit = random_measured(random, {{Gate::r}, {Gate::z, 1}});
    auto const text = write_iqm(circuit);
    ASSERT_TRUE(text) << text.error().message;
    auto const again = read_iqm(*text);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_LE(distance_up_to_phase(matrix_of(without_measurements(again->at(0).circuit)),
                                   matrix_of(without_measurements(circuit))),
              1e-12);
  }
}

TEST(WriteIqm, ConditionsOnOneBitBecomeFeedback) {
  Circuit circuit(2, 1);
  circuit.measure(0, 0).if_bit(0, [](Circuit& body) { body.prx(1, 2, 1); });
  auto const text = write_iqm(circuit);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_NE(text->find(R"({"name":"cc_prx","locus":["QB2"],"args":{"angle":1.0,"phase":2.0,"feedback_key":"c_1_0_0",)"
                       R"("feedback_qubit":"QB1"},"implementation":null})"),
            std::string::npos)
      << *text;
  EXPECT_EQ(to_text(read_iqm(*text)->at(0).circuit), "measure 0 -> 0; r(1,2) 1 if 0");
  Circuit other(2, 1);
  other.measure(0, 0).if_equal({"c", 0, 1}, 0, [](Circuit& body) { body.prx(1, 2, 1); });
  EXPECT_EQ(message_of(write_iqm(other)), "IQM's circuits cannot express conditions but that one bit is 1");
  EXPECT_EQ(message_of(write_iqm(Circuit(1).h(0))), "IQM's circuits cannot express h");
}

}  // namespace
}  // namespace qhub::circuit
