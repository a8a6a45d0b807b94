#include "qhub/sdk/submit.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

#include "qhub/quantum/models.h"
#include "qhub/sdk/internal/raw_results.h"

namespace qhub {
namespace {

using circuit::Circuit;
using circuit::Gate;
using quantum::Backend;

Backend backend(std::string id, std::string provider, quantum::Configuration configuration) {
  Backend made;
  made.id = std::move(id);
  made.provider = quantum::Provider(std::move(provider));
  made.configuration = std::move(configuration);
  return made;
}

quantum::Configuration with_gates(std::vector<std::string> const& names, std::int64_t qubits) {
  quantum::Configuration configuration;
  configuration.gates.emplace();
  for (std::string const& name : names) configuration.gates->push_back({.name = name});
  configuration.qubit_count = qubits;
  configuration.shots_range = quantum::ShotsRange{.min = 1, .max = 10'000};
  return configuration;
}

Circuit bell() {
  return Circuit(2, 2).h(0).cx(0, 1).measure(0, 0).measure(1, 1);
}

template <class Call>
std::string refusal(Call const& call) {
  try {
    call();
  } catch (std::invalid_argument const& error) {
    return error.what();
  }
  return "not refused";
}

TEST(ForBackend, TheProviderTellsTheFormat) {
  PreparedJob const qsim = for_backend(bell(), backend("kipu.sim.qsim", "KIPU", with_gates({"h", "cx"}, 30)));
  EXPECT_EQ(qsim.input_format, "OPEN_QASM_V2");
  EXPECT_EQ(qsim.input,
            "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\n"
            "measure q[0] -> c[0];\nmeasure q[1] -> c[1];");
  EXPECT_EQ(qsim.input_params, R"({"mode":"sample"})");
  EXPECT_FALSE(qsim.input_is_json);

  PreparedJob const ionq = for_backend(bell(), backend("azure.ionq.simulator", "AZURE", with_gates({"h", "cx"}, 29)));
  EXPECT_EQ(ionq.input_format, "IONQ_CIRCUIT_V1");
  EXPECT_EQ(ionq.input_params, R"({"meas_map":"[0, 1]"})");

  PreparedJob const sv1 = for_backend(bell(), backend("aws.sim.sv1", "AWS", with_gates({"h", "cx"}, 34)));
  EXPECT_EQ(sv1.input_format, "BRAKET_OPEN_QASM_V3");
  EXPECT_TRUE(sv1.input.starts_with("OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nh q[0];\ncnot q[0], q[1];"));
}

TEST(ForBackend, GatesAreRewrittenInTheSetOfTheMachine) {
  PreparedJob const aqt =
      for_backend(bell(), backend("aqt.sim.ideal", "AQT", with_gates({"r", "rz", "rxx"}, 12)), {.shots = 8});
  EXPECT_EQ(aqt.input_format, "AQT_JOB_INPUT_V1");
  EXPECT_EQ(aqt.circuits.at(0).counts().at("rxx"), 1U);
  EXPECT_NE(aqt.input.find("\"repetitions\":8"), std::string::npos);
}

TEST(ForBackend, QubitsArePlacedOnTheConnectivity) {
  quantum::Configuration configuration = with_gates({"prx", "cz"}, 3);
  configuration.connectivity = quantum::Connectivity{};
  configuration.connectivity->graph = {{"QB1", {"QB3"}}, {"QB2", {"QB3"}}};
  Circuit const circuit = Circuit(3, 3).h(0).cx(0, 1).cx(1, 2).measure(0, 0).measure(1, 1).measure(2, 2);
  PreparedJob const garnet = for_backend(circuit, backend("iqm.qpu.garnet", "IQM", configuration));
  EXPECT_EQ(garnet.input_format, "IQM_JOB_INPUT_V1");
  EXPECT_EQ(garnet.circuits.at(0).counts().at("cz"), 2U);  // qubit 1 belongs on QB3, then no swap is needed
  EXPECT_EQ(garnet.input.find("\"locus\":[\"QB1\",\"QB2\"],\"args\":{},"), std::string::npos) << garnet.input;
}

TEST(ForBackend, SaysWhatDoesNotFit) {
  Backend const small = backend("kipu.sim.qsim", "KIPU", with_gates({"h", "cx", "u"}, 2));
  auto const refused = [&](Circuit const& circuit, SubmitOptions const& options = {}) {
    return refusal([&] { (void)for_backend(circuit, small, options); });
  };
  EXPECT_EQ(refused(Circuit(3, 1).measure(0, 0)), "the circuit has 3 qubits, kipu.sim.qsim has 2");
  EXPECT_EQ(refused(Circuit(1)), "the circuit measures nothing: Circuit::measure_all() measures every qubit");
  EXPECT_EQ(refused(bell(), {.shots = 10'001}), "kipu.sim.qsim takes 1 to 10000 shots, not 10001");
  EXPECT_EQ(refused(Circuit(1, 1).rx(circuit::Expression::parameter("a"), 0).measure(0, 0)),
            "parameter 'a' has no value: Circuit::bind() gives it one");
  EXPECT_EQ(refused(Circuit(1, 1).delay(1e-6, 0).measure(0, 0)), "kipu.sim.qsim: OpenQASM 2 cannot express delay");
  std::vector<Circuit> const two{bell(), bell()};
  EXPECT_EQ(refusal([&] { (void)for_backend(two, small); }),
            "kipu.sim.qsim takes at most 1 circuits in one job, not 2");
  EXPECT_EQ(refusal([&] { (void)for_backend(bell(), backend("ibm.qpu.fez", "IBM", with_gates({}, 156))); }),
            "ibm.qpu.fez takes circuits in none of the formats that are written here");
}

CircuitResult read(Circuit const& circuit, std::string_view text, std::string_view format,
                   std::string_view provider = "") {
  auto results = sdk::read_raw_results(boost::json::parse(text),
                                       {.circuits = {&circuit, 1}, .input_format = format, .provider = provider});
  EXPECT_TRUE(results) << results.error().message;
  return results ? results->at(0) : CircuitResult();
}

using CountMap = std::map<std::string, std::int64_t, std::less<>>;

/// x on qubit 0, whose bit is classical bit 1 of two; qubit 2 into classical bit 0.
Circuit crossed() {
  return Circuit(3, 2).x(0).measure(0, 1).measure(2, 0);
}

TEST(RawResults, EachLayoutComesDownToClassicalBitZeroRightmost) {
  Counts const expected(CountMap{{"10", 7}});
  // Generic counts have classical bit 0 rightmost, also as hexadecimal numbers; Kipu's have it leftmost.
  EXPECT_EQ(read(crossed(), R"({"counts":{"10":7}})", "OPEN_QASM_V2").counts, expected);
  EXPECT_EQ(read(crossed(), R"([{"counts":{"0x2":7},"memory":["0x2"]}])", "OPEN_QASM_V2").counts, expected);
  EXPECT_EQ(read(crossed(), R"({"counts":{"01":7}})", "OPEN_QASM_V2", "KIPU").counts, expected);
  // AQT and IonQ tell qubits.
  EXPECT_EQ(read(crossed(), R"({"counts":{"001":7}})", "AQT_JOB_INPUT_V1").counts, expected);
  EXPECT_EQ(read(crossed(), R"({"histogram":{"1":0.25,"3":0.75}})", "IONQ_CIRCUIT_V1").probabilities,
            (std::map<std::string, double, std::less<>>{{"10", 1.0}}));
  // Braket has a column per measurement, IQM a character per key.
  EXPECT_EQ(read(crossed(), R"({"measurements":[[0,1],[0,1],[0,1],[0,1],[0,1],[0,1],[0,1]],"measuredQubits":[2,0]})",
                 "BRAKET_OPEN_QASM_V3")
                .counts,
            expected);
  EXPECT_EQ(read(crossed(), R"({"measurementProbabilities":{"01":1.0},"measuredQubits":[2,0]})", "BRAKET_OPEN_QASM_V3")
                .probabilities.at("10"),
            1.0);
  EXPECT_EQ(read(crossed(), R"({"measurement_counts":[{"measurement_keys":["c_2_0_1","c_2_0_0"],"counts":{"10":7}}]})",
                 "IQM_JOB_INPUT_V1")
                .counts,
            expected);
}

TEST(RawResults, StatesAndRequestedValues) {
  // |q1 q0⟩ = |01⟩: Kipu's and Braket's index has qubit 0 as its highest bit.
  std::vector<std::complex<double>> const state{0, 1, 0, 0};
  EXPECT_EQ(read(Circuit(2), R"({"statevector":[[0,0],[0,0],[1,0],[0,0]]})", "OPEN_QASM_V2", "KIPU").statevector,
            state);
  Circuit circuit(2);
  circuit.result_requests.resize(2);
  circuit.result_requests[0].kind = circuit::ResultRequest::Kind::state_vector;
  circuit.result_requests[1].kind = circuit::ResultRequest::Kind::expectation;
  CircuitResult const result = read(
      circuit,
      R"({"measurements":[],"resultTypes":[{"type":{},"value":[[0,0],[0,0],[1,0],[0,0]]},{"type":{},"value":-0.5}]})",
      "BRAKET_OPEN_QASM_V3");
  EXPECT_EQ(result.statevector, state);
  EXPECT_EQ(result.values.at(1).value, -0.5);
}

TEST(RawResults, ProgramSetsHaveAResultPerCircuit) {
  std::vector<Circuit> const circuits{bell(), crossed()};
  auto const results =
      sdk::read_raw_results(boost::json::parse(R"({"programResults":[
        {"executableResults":[{"measurements":[[1,1]],"measuredQubits":[0,1]}]},
        {"executableResults":[{"measurements":[[0,1]],"measuredQubits":[2,0]}]}]})"),
                            {.circuits = circuits, .input_format = "BRAKET_OPEN_QASM_V3", .provider = "AWS"});
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_EQ(results->at(0).counts["11"], 1);
  EXPECT_EQ(results->at(1).counts["10"], 1);
}

TEST(RawResults, SayWhatIsWrong) {
  auto const message = [](std::string_view text) {
    Circuit const circuit = bell();
    auto const results = sdk::read_raw_results(
        boost::json::parse(text), {.circuits = {&circuit, 1}, .input_format = "OPEN_QASM_V2", .provider = ""});
    return results ? "no error" : results.error().message;
  };
  EXPECT_EQ(message(R"({})"), "the result has no member 'counts'");
  EXPECT_EQ(message(R"({"counts":[]})"), "the result's member 'counts' is not an object");
  EXPECT_EQ(message(R"({"counts":{"0x":1,"21":1}})"), "the result's outcome '21' is not a bit string");
  EXPECT_EQ(message(R"({"counts":{"01":-1}})"), "the result's count of '01' is not a whole number");
  EXPECT_EQ(message(R"([])"), "the result is of 0 circuits, 1 were sent");
}

TEST(Counts, Marginals) {
  Counts const counts(CountMap{{"011", 3}, {"110", 5}});
  EXPECT_EQ(counts.shots(), 8);
  EXPECT_EQ(counts["011"], 3);
  EXPECT_EQ(counts["000"], 0);
  EXPECT_EQ(counts.most_frequent(), "110");
  EXPECT_EQ(counts.marginal(std::array<circuit::Clbit, 2>{2, 0}), Counts(CountMap{{"10", 3}, {"01", 5}}));
  EXPECT_EQ(counts.marginal(circuit::Register{"c", 1, 1}), Counts(CountMap{{"1", 8}}));
  EXPECT_THROW((void)counts.marginal(std::array<circuit::Clbit, 1>{3}), std::out_of_range);
}

}  // namespace
}  // namespace qhub
