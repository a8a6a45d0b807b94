#include <boost/json/parse.hpp>

#include "qhub/circuit/aqt.h"
#include "qhub/circuit/internal/test_support.h"
#include "qhub/circuit/ionq.h"
#include "qhub/circuit/iqm.h"
#include "qhub/circuit/read.h"

namespace qhub::circuit {
namespace {

using test::distance;
using test::matrix_of;
using test::to_text;

template <class T>
std::string message_of(Result<T> const& result) {
  return result ? "no error" : result.error().message;
}

Circuit ionq(std::string_view text, ReadOptions const& options = {}) {
  auto circuit = read_ionq(text, options);
  EXPECT_TRUE(circuit) << circuit.error().message;
  return circuit ? *std::move(circuit) : Circuit();
}

std::string qis(std::string_view gates, int qubits = 3) {
  return fmt::format(R"({{"gateset":"qis","qubits":{},"circuit":[{}]}})", qubits, gates);
}

/// The gates without the measurements at the end.
std::string gates_of(std::string_view text) {
  std::string const all = to_text(ionq(text));
  return all.substr(0, all.find("; measure"));
}

TEST(Ionq, ReadsQiskitsBellAndItsMeasurementMap) {
  std::string_view const bell = R"({"gateset":"qis","qubits":2,"circuit":[{"gate":"h","targets":[0]},
                                    {"gate":"x","targets":[1],"controls":[0]}]})";
  EXPECT_EQ(to_text(ionq(bell, {.meas_map = "[0, 1]"})), "h 0; x +0 1; measure 0 -> 0; measure 1 -> 1");
  EXPECT_EQ(to_text(ionq(bell)), "h 0; x +0 1; measure 0 -> 0; measure 1 -> 1");
  EXPECT_EQ(to_text(ionq(bell, {.meas_map = "[1, null, 0]"})), "h 0; x +0 1; measure 1 -> 0; measure 0 -> 2");
}

TEST(Ionq, AnItemWithoutNameIsAnXAndSpellingsVary) {
  EXPECT_EQ(gates_of(qis(R"({"target":0},{"targets":[1],"controls":[0,2]},{"type":"CNOT","target":1,"control":0},
                            {"gate":"H","targets":[0,2]},{"gate":"not","target":1},{"gate":"si","target":0})")),
            "x 0; x +0 +2 1; x +0 1; h 0; h 2; x 1; sdg 0");
}

TEST(Ionq, RotationsAndControls) {
  EXPECT_EQ(gates_of(qis(R"({"gate":"z","targets":[0],"rotation":0.5},{"gate":"z","target":0},
                            {"gate":"z","targets":[0],"controls":[1],"rotation":0.5},
                            {"gate":"ry","targets":[0],"controls":[1],"rotation":-1},
                            {"gate":"xx","targets":[0,1],"rotation":1},
                            {"gate":"swap","targets":[0,1],"controls":[2]},
                            {"gate":"v","targets":[1],"controls":[2]},{"gate":"vi","targets":[1]})")),
            "p(0.5) 0; z 0; p(0.5) +1 0; ry(-1) +1 0; rxx(1) 0 1; swap +2 0 1; sx +2 1; sxdg 1");
}

TEST(Ionq, NativeAnglesAreTurns) {
  EXPECT_EQ(gates_of(R"({"gateset":"native","circuit":[{"gate":"gpi","target":0,"phase":0.5},
                         {"gate":"gpi2","target":1,"phase":0.25},{"gate":"ms","targets":[0,1],"phases":[0,0.5]},
                         {"gate":"ms","targets":[0,1],"phases":[0.25,0],"angle":0.1},
                         {"gate":"zz","targets":[0,1],"angle":0.25}],"backendId":"azure.ionq.simulator"})"),
            "gpi(3.14159) 0; gpi2(1.5708) 1; ms(0,3.14159,1.5708) 0 1; ms(1.5708,0,0.628319) 0 1; rzz(1.5708) 0 1");
}

TEST(Ionq, PauliExponentialsAreProductsOfRotations) {
  auto const exponential = [](std::string_view fields) {
    Circuit const read = ionq(qis(fmt::format(R"({{"gate":"pauliexp",{}}})", fields)), {.meas_map = "[]"});
    return matrix_of(read);
  };
  // The last letter belongs to the first target.
  EXPECT_LE(distance(exponential(R"("targets":[1,2],"terms":["XX","YY","ZZ"],"coefficients":[0.1,0.2,0.3],"time":0.4)"),
                     matrix_of(Circuit(3)
                                   .gate(Gate::rxx, {1, 2}, {0.08})
                                   .gate(Gate::ryy, {1, 2}, {0.16})
                                   .gate(Gate::rzz, {1, 2}, {0.24}))),
            1e-14);
  EXPECT_LE(distance(exponential(R"("targets":[0,2],"terms":["XZ"],"coefficients":[0.5],"time":0.7)"),
                     matrix_of(Circuit(3).gate(Gate::rzx, {0, 2}, {0.7}))),
            1e-14);
  EXPECT_LE(distance(exponential(R"("targets":[0],"terms":["Y","I"],"coefficients":[1,2],"time":0.7,"controls":[1])"),
                     matrix_of(Circuit(3).gate(Gate::ry, {0}, {1.4}, {1}).gate(Gate::p, {1}, {-1.4}))),
            1e-14);
  EXPECT_EQ(message_of(read_ionq(qis(R"({"gate":"pauliexp","targets":[0],"terms":["X","Z"],"coefficients":[1,1]})"))),
            "input.circuit[0].terms[1]: does not commute with term X");
}

TEST(Ionq, ErrorsNameThePath) {
  std::pair<std::string_view, std::string_view> const cases[] = {
      {R"({"gate":"h","target":0},{"gate":"foo","target":0})",
       "input.circuit[1].gate: unknown gate 'foo' of the qis gate set"},
      {R"({"gate":"h","targets":[0,3]})", "input.circuit[0].targets[1]: 3 is outside of 0 to 2"},
      {R"({"gate":"h","targets":[0.5]})", "input.circuit[0].targets[0]: expected an integer"},
      {R"({"gate":"h"})", "input.circuit[0]: the member 'targets' is missing or empty"},
      {R"({"gate":"rx","target":0})", "input.circuit[0]: the member 'rotation' is missing"},
      {R"({"gate":"rx","target":0,"rotation":"a"})", "input.circuit[0].rotation: expected a finite number"},
      {R"({"gate":"swap","targets":[0]})", "input.circuit[0]: gate 'swap' acts on 2 targets, 1 given"},
      {R"({"target":0,"control":0})", "input.circuit[0]: qubit 0 is named twice in one instruction"},
      {R"(7)", "input.circuit[0]: expected an object"},
  };
  for (auto const& [gates, expected] : cases) EXPECT_EQ(message_of(read_ionq(qis(gates))), expected) << gates;
  EXPECT_EQ(message_of(read_ionq("[")), "input:1:2: this is not JSON: incomplete JSON");
  EXPECT_EQ(message_of(read_ionq(R"({"gateset":"foo","qubits":1,"circuit":[]})")),
            "input.gateset: unknown gate set 'foo', expected qis or native");
  EXPECT_EQ(message_of(read_ionq(R"({"qubits":1})")), "input: the member 'circuit' is missing");
  EXPECT_EQ(message_of(read_ionq(qis(""), {.meas_map = "[0, 5]"})), "input_params.meas_map[1]: 5 is outside of 0 to 2");
  EXPECT_FALSE(read_ionq(std::string(100'000, '[')));
}

constexpr std::string_view aqt_bell =
    R"({"job_type":"quantum_circuit","payload":{"circuits":[{"repetitions":8,"number_of_qubits":2,"quantum_circuit":[
 {"operation":"R","qubit":0,"phi":0.0,"theta":1.0},{"operation":"RXX","qubits":[0,1],"theta":0.5},
 {"operation":"RZ","qubit":0,"phi":-0.5},{"operation":"R","qubit":0,"phi":1.0,"theta":0.5},
 {"operation":"R","qubit":1,"phi":1.0,"theta":0.5},{"operation":"MEASURE"}]}]}})";

TEST(Aqt, ReadsQiskitsJob) {
  auto const job = read_aqt(aqt_bell);
  ASSERT_TRUE(job) << job.error().message;
  ASSERT_EQ(job->size(), 1U);
  EXPECT_EQ(job->front().shots, 8U);
  EXPECT_EQ(to_text(job->front().circuit),
            "r(3.14159,0) 0; rxx(1.5708) 0 1; rz(-1.5708) 0; r(1.5708,3.14159) 0; r(1.5708,3.14159) 1; "
            "measure 0 -> 0; measure 1 -> 1");
}

TEST(Aqt, TheReadJobIsABellState) {
  auto const job = read_aqt(aqt_bell);
  ASSERT_TRUE(job);
  Circuit gates(2);
  for (Instruction const instruction : job->front().circuit)
    if (instruction.kind == InstructionKind::gate) {
      ASSERT_TRUE(gates.append(instruction));
    }
  auto const matrix = matrix_of(gates);  // column 0 is the state
  EXPECT_NEAR(std::norm(matrix[0]), 0.5, 1e-12);
  EXPECT_NEAR(std::norm(matrix[3 * 4]), 0.5, 1e-12);
}

TEST(Aqt, ErrorsNameThePath) {
  auto const circuit = [](std::string_view operations) {
    return fmt::format(R"({{"payload":{{"circuits":[{{"number_of_qubits":2,"quantum_circuit":[{}]}}]}}}})", operations);
  };
  EXPECT_EQ(message_of(read_aqt(circuit(R"({"operation":"CX"})"))),
            "input.payload.circuits[0].quantum_circuit[0].operation: unknown operation 'CX', expected R, RZ, RXX or "
            "MEASURE");
  EXPECT_EQ(message_of(read_aqt(circuit(R"({"operation":"MEASURE"},{"operation":"RZ","qubit":0,"phi":1})"))),
            "input.payload.circuits[0].quantum_circuit[0]: MEASURE must be the last operation");
  EXPECT_EQ(message_of(read_aqt(circuit(R"({"operation":"RXX","qubits":[1,1],"theta":0.5})"))),
            "input.payload.circuits[0].quantum_circuit[0].qubits: qubit 1 is named twice in one instruction");
}

TEST(Iqm, ReadsBothDialects) {
  auto const job = read_iqm(R"({"circuits":[{"name":"circuit-52","instructions":[
   {"name":"prx","locus":["QB1"],"args":{"angle":1.5707963,"phase":4.7123890},"implementation":null},
   {"name":"cz","locus":["QB1","QB2"],"args":{},"implementation":null},
   {"name":"prx","qubits":["QB2"],"args":{"angle_t":0.25,"phase_t":0.75}},
   {"name":"measure","locus":["QB2"],"args":{"key":"c_2_0_1"},"implementation":null},
   {"name":"measure","locus":["QB1"],"args":{"key":"c_2_0_0"},"implementation":null}],"metadata":{}}]})");
  ASSERT_TRUE(job) << job.error().message;
  Circuit const& circuit = job->front().circuit;
  EXPECT_EQ(circuit.name, "circuit-52");
  EXPECT_EQ(to_text(circuit), "r(1.5708,4.71239) 0; z +0 1; r(1.5708,4.71239) 1; measure 1 -> 0; measure 0 -> 1");
  EXPECT_EQ(circuit.classical_registers(), (std::vector<Register>{{"c_2_0_1", 0, 1}, {"c_2_0_0", 1, 1}}));
}

TEST(Iqm, FeedbackResonatorsAndTheRest) {
  auto const job = read_iqm(R"({"circuits":[{"name":"a","instructions":[
   {"name":"move","locus":["QB3","CR1"],"args":{}},{"name":"delay","locus":["QB1"],"args":{"duration":1e-7}},
   {"name":"barrier","locus":["QB1","QB3"]},{"name":"reset","locus":["QB1"],"args":{}},
   {"name":"measure","locus":["QB1","QB2"],"args":{"key":"m","feedback_key":"f"}},
   {"name":"cc_prx","locus":["QB2"],"args":{"angle":1,"phase":0,"feedback_key":"f","feedback_qubit":"QB1"}}]}]})");
  ASSERT_TRUE(job) << job.error().message;
  Circuit const& circuit = job->front().circuit;
  EXPECT_EQ(to_text(circuit),
            "swap 2 3; delay(1e-07) 0; barrier 0 2; reset 0; measure 0 -> 0; measure 1 -> 1; r(1,0) 1 if 0");
  EXPECT_EQ(circuit.conditions()[0], (Condition{0, 1, 1, {}}));
}

TEST(Iqm, ErrorsNameThePath) {
  auto const circuit = [](std::string_view instruction) {
    return fmt::format(R"({{"circuits":[{{"name":"a","instructions":[{}]}}]}})", instruction);
  };
  EXPECT_EQ(message_of(read_iqm(circuit(R"({"name":"prx","locus":["QB1"],"args":{"angle":1}})"))),
            "input.circuits[0].instructions[0].args: the member 'phase' is missing");
  EXPECT_EQ(message_of(read_iqm(circuit(R"({"name":"cz","locus":["QB1","QB1"],"args":{}})"))),
            "input.circuits[0].instructions[0]: qubit 0 is named twice in one instruction");
  EXPECT_EQ(message_of(read_iqm(circuit(R"({"name":"cz"})"))),
            "input.circuits[0].instructions[0]: the member 'locus' (or 'qubits') is missing");
}

Result<JobInput> read_json(std::string_view json) {
  return read_circuits(boost::json::parse(json));
}

TEST(ReadCircuits, DetectsEveryShape) {
  auto const shape = [](std::string_view json) {
    auto const input = read_json(json);
    if (!input) return input.error().message;
    return fmt::format("{} {} {}", static_cast<int>(input->format), input->list, input->circuits.size());
  };
  EXPECT_EQ(shape(R"("OPENQASM 2.0; qreg q[1];")"), "0 false 1");
  EXPECT_EQ(shape(R"({"backendId":"kipu.sim.qsim","qasm":"OPENQASM 3.0; qubit q;"})"), "1 false 1");
  EXPECT_EQ(shape(R"({"qasm":["OPENQASM 2.0; qreg q[1];"]})"), "0 true 1");
  EXPECT_EQ(shape(R"({"format":"openqasm.v3","programs":[{"qasm":"qubit q;","name":"n"},{"qasm":"qubit q;"}]})"),
            "1 true 2");
  EXPECT_EQ(shape(R"({"gateset":"qis","qubits":1,"circuit":[]})"), "2 false 1");
  EXPECT_EQ(shape(aqt_bell), "3 false 1");
  EXPECT_EQ(shape(R"({"circuits":[{"name":"a","instructions":[{"name":"reset","locus":["QB1"]}]}]})"), "4 false 1");
}

TEST(ReadCircuits, ErrorsSayWhere) {
  EXPECT_EQ(message_of(read_json(R"({"qasm":["OPENQASM 2.0; qreg q[1];","OPENQASM 2.0;\nfoo q;"]})")),
            "input.qasm[1]:2:1: unknown gate or statement 'foo'");
  EXPECT_EQ(message_of(read_json(R"("OPENQASM 2.0;\nfoo q;")")), "input.qasm:2:1: unknown gate or statement 'foo'");
  EXPECT_EQ(message_of(read_json(R"({"qasm":[7]})")), "input.qasm[0]: expected a string");
  EXPECT_EQ(message_of(read_json(R"({"qasm":[]})")), "input.qasm: a job needs at least one circuit");
  EXPECT_TRUE(message_of(read_json(R"({"ahs_program":{}})")).starts_with("input: expected an OpenQASM text"));
  EXPECT_TRUE(message_of(read_circuits(boost::json::parse(aqt_bell), Format::openqasm2))
                  .starts_with("input: expected an OpenQASM text"));
}

TEST(JsonReaders, TellUpToTwentyMistakesAtOnce) {
  auto const details = [](auto const& result) {
    std::vector<std::string> all;
    for (ErrorDetail const& detail : result.error().details) all.push_back(detail.where + ": " + detail.message);
    return all;
  };
  auto const ionq = read_ionq(R"({"qubits":2,"circuit":[{"gate":"foo","targets":[0]},{"gate":"h","targets":[5]},
                                  {"gate":"h","targets":[0]},{"gate":"rx","targets":[0]}]})");
  ASSERT_FALSE(ionq);
  EXPECT_EQ(details(ionq), (std::vector<std::string>{"input.circuit[0].gate: unknown gate 'foo' of the qis gate set",
                                                     "input.circuit[1].targets[0]: 5 is outside of 0 to 1",
                                                     "input.circuit[3]: the member 'rotation' is missing"}));
  auto const aqt = read_aqt(R"({"payload":{"circuits":[{"number_of_qubits":1,"quantum_circuit":[
                                {"operation":"X"},{"operation":"MEASURE"},{"operation":"RZ","qubit":0}]}]}})");
  ASSERT_FALSE(aqt);
  EXPECT_EQ(aqt.error().details.size(), 3U);
  auto const iqm = read_iqm(R"({"circuits":[{"instructions":[{"name":"foo","locus":["QB1"]},
                                {"name":"cz","locus":["QB1"]},{"name":"prx","locus":["QB1"]}]}]})");
  ASSERT_FALSE(iqm);
  EXPECT_EQ(iqm.error().details.size(), 3U);
  std::string many = R"({"qubits":1,"circuit":[)";
  for (int k = 0; k < 100; ++k) many += R"({"gate":"foo","targets":[0]},)";
  EXPECT_EQ(read_ionq(many + R"({"targets":[0]}]})").error().details.size(), 20U);
}

}  // namespace
}  // namespace qhub::circuit
