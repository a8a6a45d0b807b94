#include "qhub/hub/hub.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "qhub/hub/internal/hub_test.h"

namespace qhub::hub {
namespace {

json::value const ionq_bell = json::parse(R"({"backendId":"azure.ionq.simulator","gateset":"qis","qubits":2,
  "circuit":[{"gate":"h","targets":[0]},{"gate":"x","targets":[1],"controls":[0]}]})");
json::value const ionq_asymmetric =
    json::parse(R"({"gateset":"qis","qubits":3,"circuit":[{"gate":"x","targets":[1]}]})");

TEST_F(HubTest, TheQuickstartOfTheDocumentationRuns) {
  json::value const input = json::parse(R"({"backendId":"azure.ionq.simulator","gateset":"qis","qubits":2,
    "circuit":[{"targets":[0]},{"targets":[1],"controls":[0]}]})");
  json::value const task = result("aws.sim.sv1", input, {{"shots", 1000}});
  EXPECT_EQ(task.at("measurements").as_array().size(), 1000u);
  EXPECT_EQ(json::serialize(task.at("measurements").at(0)), "[1,1]");
}

TEST_F(HubTest, CountsHaveBitZeroRightmost) {
  json::value const document = result("local.sim.statevector", asymmetric);
  EXPECT_EQ(json::serialize(document.at("counts")), R"({"10":16})");
  EXPECT_EQ(document.at("memory").at(15).as_string(), "0x2");
}

TEST_F(HubTest, QsimHasBitZeroLeftmostButNotInMemory) {
  json::value const document = result("kipu.sim.qsim", asymmetric);
  EXPECT_EQ(json::serialize(document.at("counts")), R"({"01":16})");
  EXPECT_EQ(document.at("memory").at(0).as_string(), "0x2");
}

TEST_F(HubTest, QsimStatesHaveQubitZeroLeftmost) {
  json::value const state = result("kipu.sim.qsim", "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; x q[0];",
                                   {{"input_params", {{"mode", "statevector"}}}, {"shots", 1}});
  EXPECT_EQ(state.at("statevector").at(2).at(0).to_number<double>(), 1.0);
  json::value const amplitudes =
      result("kipu.sim.qsim", "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; x q[0];",
             {{"input_params", {{"mode", "amplitudes"}, {"bitstrings", json::array{"10", "01"}}}}, {"shots", 1}});
  EXPECT_EQ(amplitudes.at("amplitudes").at("10").at(0).to_number<double>(), 1.0);
  EXPECT_EQ(amplitudes.at("amplitudes").at("01").at(0).to_number<double>(), 0.0);
}

TEST_F(HubTest, BraketColumnsFollowTheClassicalBits) {
  json::value const task =
      result("aws.sim.sv1", "OPENQASM 3.0; bit[2] b; qubit[3] q; x q[0]; b[0] = measure q[2]; b[1] = measure q[0];");
  EXPECT_EQ(json::serialize(task.at("measurements").at(0)), "[0,1]");
  EXPECT_EQ(json::serialize(task.at("measuredQubits")), "[2,0]");
  EXPECT_EQ(task.at("taskMetadata").at("shots").as_int64(), 16);
  EXPECT_EQ(task.at("additionalMetadata").at("action").at("source").as_string().subview(0, 8), "OPENQASM");
}

TEST_F(HubTest, ABraketProgramSetSharesItsShots) {
  json::object const input{
      {"qasm", json::array{"OPENQASM 3.0; qubit[1] q; x q[0];", "OPENQASM 3.0; qubit[1] q; h q[0];"}}};
  json::value const set = result("aws.sim.sv1", input, {{"shots", 20}});
  EXPECT_EQ(set.at("programResults").as_array().size(), 2u);
  json::value const& executable = set.at("programResults").at(0).at("executableResults").at(0);
  EXPECT_EQ(executable.at("measurements").as_array().size(), 10u);
  EXPECT_EQ(json::serialize(executable.at("measurements").at(9)), "[1]");
  EXPECT_EQ(set.at("taskMetadata").at("successfulShots").as_int64(), 20);
  expect_problem(create("aws.sim.sv1", input, {{"shots", 21}}), 400, "shots");
}

TEST_F(HubTest, BraketPragmasAreAnsweredFromTheShots) {
  json::value const task = result("aws.sim.sv1", R"(OPENQASM 3.0; qubit[2] q; x q[1];
#pragma braket result expectation z(q[0]) @ z(q[1])
#pragma braket result sample z(q[1])
#pragma braket result probability q[1], q[0]
)");
  EXPECT_EQ(task.at("measurements").as_array().size(), 16u);
  json::value const& types = task.at("resultTypes");
  EXPECT_EQ(json::serialize(types.at(0).at("type")),
            R"({"type":"expectation","observable":["z","z"],"targets":[0,1]})");
  EXPECT_EQ(types.at(0).at("value").to_number<double>(), -1.0);
  EXPECT_EQ(types.at(1).at("value").as_array().size(), 16u);
  EXPECT_EQ(types.at(1).at("value").at(0).to_number<double>(), -1.0);
  EXPECT_EQ(types.at(2).at("value").at(2).to_number<double>(), 1.0);  // the first target is the highest bit
}

TEST_F(HubTest, BraketPragmasThatCannotBeAnsweredAreNamed) {
  auto const refused = [&](std::string const& pragma, int shots, json::object more = {}) {
    more["shots"] = shots;
    Response const response = create(
        "aws.sim.sv1", json::value("OPENQASM 3.0; qubit[2] q; h q[0];\n#pragma braket result " + pragma + "\n"), more);
    EXPECT_TRUE(response.status == 400 || response.status == 422) << pragma << response.body;
    EXPECT_NE(response.body.find("braket result"), std::string::npos) << response.body;
  };
  refused("state_vector", 10);
  refused("sample z(q[0])", 0);
  refused("expectation x(q[0])\n#pragma braket result expectation z(q[0])", 10);
  refused("expectation hermitian([[0, 1], [0, 0]]) q[0]", 10);
  expect_problem(create("aws.sim.sv1", "OPENQASM 3.0; qubit q; h q;", {{"shots", 0}}), 400, "shots");
  expect_problem(
      create("aws.sim.sv1", "OPENQASM 3.0; qubit q; bit b; b = measure q;\n#pragma braket result probability\n"), 400,
      "input");
  expect_problem(create("kipu.sim.qsim", "OPENQASM 3.0; qubit q; h q;\n#pragma braket result probability\n"), 422,
                 "input");
}

TEST_F(HubTest, AListRunsEachCircuitWithAllShotsElsewhere) {
  json::object const input{{"qasm", json::array{asymmetric, asymmetric}}};
  std::string const id = wait(create("qudora.sim.xg1", input));
  json::value const results = get("/jobs/" + id + "/result");
  EXPECT_EQ(json::serialize(results.at(1).at("counts")), R"({"10":16})");
  EXPECT_EQ(get("/jobs/" + id).at("shots").as_int64(), 32);
  EXPECT_EQ(get("/jobs/" + id + "/result/normalized").at("pubs").at(1).at("index").as_int64(), 1);
}

TEST_F(HubTest, IonqAnswersExactProbabilitiesAndItsJobsTellTheMapping) {
  std::string const id = wait(create("azure.ionq.simulator", ionq_bell, {{"input_params", {{"meas_map", "[1, 0]"}}}}));
  json::value const histogram = get("/jobs/" + id + "/result").at("histogram");
  EXPECT_NEAR(histogram.at("0").to_number<double>(), 0.5, 1e-12);
  EXPECT_NEAR(histogram.at("3").to_number<double>(), 0.5, 1e-12);
  json::value const job = get("/jobs/" + id);
  EXPECT_EQ(job.at("input_params").at("qubits").as_string(), "2");
  EXPECT_EQ(job.at("input_params").at("meas_map").as_string(), "[1, 0]");
  EXPECT_EQ(json::serialize(result("azure.ionq.simulator", ionq_asymmetric).at("histogram")), R"({"2":1E0})");
  json::value const pub = get("/jobs/" + id + "/result/normalized").at("pubs").at(0);
  EXPECT_EQ(pub.at("type").as_string(), "probabilities");
  EXPECT_NEAR(pub.at("probabilities").at("11").to_number<double>(), 0.5, 1e-12);
  EXPECT_EQ(call("GET", "/jobs/" + id + "/result/normalized/memory").status, 204u);
  json::value const input = get("/jobs/" + id + "/input/normalized");
  EXPECT_EQ(input.at("format").as_string(), "openqasm.v3");
  EXPECT_NE(input.at("pubs").at(0).at("qasm").as_string().find("h q[0];"), json::string::npos);
}

TEST_F(HubTest, AqtCircuitsBringTheirShots) {
  json::value const input = json::parse(R"({"job_type":"quantum_circuit","payload":{"circuits":[{"repetitions":8,
    "number_of_qubits":2,"quantum_circuit":[{"operation":"R","qubit":1,"phi":0.0,"theta":1.0},{"operation":"MEASURE"}]}]}})");
  std::string const id = wait(create("aqt.sim.ideal", input, {{"shots", 8}, {"input_format", "AQT_JOB_INPUT_V1"}}));
  EXPECT_EQ(get("/jobs/" + id).at("shots").as_int64(), 8);
  json::value const raw = get("/jobs/" + id + "/result");
  json::value const& counts = raw.is_array() ? raw.at(0).at("counts") : raw.at("counts");
  EXPECT_EQ(json::serialize(counts), R"({"10":8})");
}

TEST_F(HubTest, NormalizedViewsHaveBitZeroRightmost) {
  std::string const id = wait(create("kipu.sim.qsim", asymmetric));
  json::value const pub = get("/jobs/" + id + "/result/normalized").at("pubs").at(0);
  EXPECT_EQ(json::serialize(pub.at("counts")), R"({"10":16})");
  EXPECT_EQ(pub.at("qubits").as_int64(), 2);
  json::value const memory = get("/jobs/" + id + "/result/normalized/memory");
  EXPECT_EQ(memory.at("memory").at(0).as_string(), "0x2");
  EXPECT_EQ(memory.at("shots").as_int64(), 16);
  EXPECT_EQ(get("/jobs/" + id + "/input/normalized").at("format").as_string(), "openqasm.v2");
}

TEST_F(HubTest, TheOfficialClientsNullsAreAbsentValues) {
  json::value const body = json::parse(R"({"name":null,"backend_id":"kipu.sim.qsim","shots":4,"input":null,
    "input_format":null,"input_params":null,"qasm":null,"tags":null,"session_id":null,"sdk_provider":"QISKIT","new":1})");
  expect_problem(call("POST", "/jobs", body), 400, "input");
  json::object complete = body.as_object();
  complete["input"] = asymmetric;
  std::string const id = wait(call("POST", "/jobs", complete));
  json::value const job = get("/jobs/" + id);
  EXPECT_EQ(job.at("status").as_string(), "COMPLETED");
  EXPECT_EQ(job.at("sdk_provider").as_string(), "QISKIT");
  std::string const created(job.at("created_at").as_string());
  EXPECT_EQ(created.size(), 19u);
  EXPECT_EQ(created[10], ' ');
  EXPECT_EQ(get("/jobs/" + id + "/input").at("qasm"), asymmetric);
}

TEST_F(HubTest, WhatCannotRunIsRefusedWithTheFieldAtFault) {
  EXPECT_EQ(create("no.such.backend", asymmetric).status, 404u);
  expect_problem(create("kipu.sim.qsim", asymmetric, {{"shots", 0}}), 400, "shots");
  expect_problem(create("kipu.sim.qsim", asymmetric, {{"shots", 100'001}}), 400, "shots");
  expect_problem(create("kipu.sim.qsim", asymmetric, {{"shots", "many"}}), 400, "shots");
  expect_problem(create("kipu.sim.qsim", "OPENQASM 2.0; qreg q[31]; x q[0];"), 422, "input");
  expect_problem(create("kipu.sim.qsim", asymmetric, {{"input_params", {{"mode", "magic"}}}}), 400,
                 "input_params.mode");
  expect_problem(create("kipu.sim.qsim", asymmetric, {{"input_format", "QOQO"}}), 422, "input_format");
  expect_problem(create("kipu.sim.qsim", asymmetric, {{"tags", json::array{"QHUB:x"}}}), 400, "tags");
  EXPECT_EQ(create("kipu.sim.qsim", asymmetric, {{"session_id", "s"}}).status, 404u);
  Response const syntax = create("kipu.sim.qsim", "OPENQASM 2.0;\nqreg q[2];\ncx q[0],;");
  EXPECT_EQ(syntax.status, 400u);
  EXPECT_NE(json_of(syntax).at("detail").as_string().find(":3:"), json::string::npos) << syntax.body;
  EXPECT_EQ(call("GET", "/jobs").status, 200u);
  EXPECT_EQ(get("/jobs").at("total_elements").as_int64(), 0);
}

TEST_F(HubTest, AMissingResultSaysWhereTheJobStands) {
  Response const missing = call("GET", "/jobs/none/result");
  EXPECT_EQ(missing.status, 404u);
  std::string const id(json_of(create("kipu.sim.qsim", long_circuit())).at("id").as_string());
  std::string const waiting(json_of(create("kipu.sim.qsim", asymmetric)).at("id").as_string());
  Response const early = call("GET", "/jobs/" + id + "/result");
  EXPECT_EQ(early.status, 404u);
  EXPECT_NE(early.body.find("yet"), std::string::npos);
  EXPECT_EQ(call("DELETE", "/jobs/" + waiting).status, 204u);
  EXPECT_EQ(get("/jobs/" + waiting + "/status").at("status").as_string(), "CANCELLED");
  EXPECT_EQ(call("DELETE", "/jobs/" + id).status, 204u);
  auto const start = std::chrono::steady_clock::now();
  while (get("/jobs/" + id + "/status").at("status").as_string() != "CANCELLED") {
    ASSERT_LT(std::chrono::steady_clock::now() - start, 5s);
    std::this_thread::sleep_for(1ms);
  }
}

TEST_F(HubTest, JobsAndAccountsOutliveTheHub) {
  std::string const id =
      wait(create("kipu.sim.qsim", asymmetric, {{"name", "mine"}, {"tags", json::array{"a", "A", "b"}}}));
  std::string const first_token = token;
  start();
  EXPECT_EQ(token, first_token);
  EXPECT_FALSE(hub->is_new());
  json::value const job = get("/jobs/" + id);
  EXPECT_EQ(job.at("name").as_string(), "mine");
  EXPECT_EQ(json::serialize(job.at("tags")), R"(["a","b"])");
  EXPECT_EQ(json::serialize(get("/jobs/" + id + "/result").at("counts")), R"({"01":16})");
}

TEST_F(HubTest, AnIdempotencyKeyGivesTheSameJobAgain) {
  json::object const body{{"backend_id", "kipu.sim.qsim"}, {"shots", 1}, {"input", asymmetric}};
  NameValues const key{{"Idempotency-Key", "k-1"}};
  auto const first = json_of(call("POST", "/jobs", body, key)).at("id").as_string();
  EXPECT_EQ(json_of(call("POST", "/jobs", body, key)).at("id").as_string(), first);
  EXPECT_NE(json_of(call("POST", "/jobs", body)).at("id").as_string(), first);
  json::object other = body;
  other["shots"] = 2;
  EXPECT_EQ(call("POST", "/jobs", other, key).status, 422u);
}

TEST_F(HubTest, SearchPagesAndSorts) {
  for (int i = 0; i < 3; ++i) wait(create("kipu.sim.qsim", asymmetric, {{"name", std::to_string(i)}}));
  json::value const page = get("/jobs?page=1&size=2&sort=name,desc");
  EXPECT_EQ(page.at("content").as_array().size(), 1u);
  EXPECT_EQ(page.at("content").at(0).at("name").as_string(), "0");
  EXPECT_EQ(page.at("total_pages").as_int64(), 2);
  EXPECT_EQ(get("/jobs").at("content").at(0).at("name").as_string(), "2");
  EXPECT_EQ(get("/jobs?serviceExecutionId=x").at("total_elements").as_int64(), 0);
  for (std::string const query : {"sort=secret,asc", "sort=name,up", "page=-1", "size=0", "page=x"})
    EXPECT_EQ(call("GET", "/jobs?" + query).status, 400u) << query;
}

TEST_F(HubTest, BackendsAreListedForEverybodyAndDescribeThemselves) {
  json::value const anonymous = json_of(ask(hub->router(), "GET", "/quantum/backends"));
  EXPECT_GE(anonymous.as_array().size(), 10u);
  EXPECT_FALSE(anonymous.at(0).as_object().contains("queue_size"));
  EXPECT_EQ(get("/backends?provider=aws").as_array().size(), 2u);
  json::value const sv1 = get("/backends/aws.sim.sv1");
  EXPECT_EQ(sv1.at("configuration").at("qubits").as_array().size(), 34u);
  EXPECT_EQ(sv1.at("queue_size").as_int64(), 0);
  EXPECT_TRUE(get("/backends/aws.sim.sv1/config").as_object().contains("paradigm"));
  EXPECT_EQ(call("GET", "/backends/kipu.sim.qsim/config").status, 404u);
  EXPECT_EQ(get("/backends/aws.sim.sv1/status").at("status").as_string(), "ONLINE");
  EXPECT_EQ(call("GET", "/backends/aws.sim.sv1/calibration").status, 204u);
  std::string const history = "/backends/aws.sim.sv1/calibration-history?from=2026-01-01T00:00:00Z&to=";
  EXPECT_EQ(get(history + "2026-02-01T00:00:00Z&sort=calibratedAt,desc").at("total_elements").as_int64(), 0);
  EXPECT_EQ(call("GET", history + "2025-02-01T00:00:00Z").status, 400u);
  EXPECT_EQ(call("GET", history + "yesterday").status, 400u);
  EXPECT_EQ(call("GET", history + "2026-02-01T00:00:00Z&sort=secret").status, 400u);
  EXPECT_EQ(call("GET", "/backends/aws.sim.sv1/calibration?effectiveAt=never").status, 400u);
  EXPECT_EQ(call("GET", "/backends/least-busy?provider=AWS").status, 400u);
  EXPECT_EQ(call("GET", "/backends/least-busy?provider=ibm").status, 404u);
  EXPECT_EQ(call("GET", "/backends/none").status, 404u);
}

TEST_F(HubTest, ServiceExecutionsSeeTheirOwnJobsOnly) {
  std::string const id = wait(create("kipu.sim.qsim", asymmetric));
  for (std::string const suffix : {"", "/status", "/input", "/result-stream", "/result/normalized", "/calibration"})
    EXPECT_EQ(call("GET", "/service-executions/other/jobs/" + id + suffix).status, 404u) << suffix;
  EXPECT_EQ(call("GET", "/service-executions/other/sessions/s").status, 404u);
  EXPECT_EQ(get("/service-executions/other/workloads").at("total_elements").as_int64(), 0);
  for (std::string const& session : {get_session("batch"), std::string("s")}) {
    std::string const path = "/service-executions/other/sessions/" + session;
    for (std::string const suffix : {"", "/status", "/jobs"}) EXPECT_EQ(call("GET", path + suffix).status, 404u);
    EXPECT_EQ(call("DELETE", path).status, 404u);
    EXPECT_EQ(call("PATCH", path, {{"accept_jobs", false}}).status, 404u);
  }
  Response const stream = call("GET", "/jobs/" + id + "/result-stream");
  EXPECT_EQ(stream.headers.find("content-type"), "application/octet-stream");
  EXPECT_EQ(json::parse(stream.body), get("/jobs/" + id + "/result"));
}

TEST_F(HubTest, WhoPrefersToWaitIsAnsweredWhenTheJobEnds) {
  std::string const job(json_of(create("kipu.sim.qsim", asymmetric)).at("id").as_string());
  Response const result = call("GET", "/jobs/" + job + "/result", nullptr, {{"Prefer", "respond-async, wait=20"}});
  EXPECT_EQ(result.status, 200u) << result.body;
  std::string const busy(json_of(create("kipu.sim.qsim", long_circuit())).at("id").as_string());
  auto const start = std::chrono::steady_clock::now();
  json::value const still = json_of(call("GET", "/jobs/" + busy + "/status", nullptr, {{"Prefer", "wait=1"}}));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 900ms);
  EXPECT_EQ(still.at("status").as_string(), "RUNNING");
  EXPECT_TRUE(still.as_object().contains("progress"));
  std::jthread const cancel([&] { call("DELETE", "/jobs/" + busy); });
  json::value const end = json_of(call("GET", "/jobs/" + busy + "/status", nullptr, {{"Prefer", "wait=20"}}));
  EXPECT_EQ(end.at("status").as_string(), "CANCELLED");
}

TEST_F(HubTest, OlderClientsGetTheInputAsText) {
  std::string const id = wait(create("kipu.sim.qsim", asymmetric));
  Response const text = call("GET", "/jobs/" + id + "/input", nullptr, {{"X-Fern-SDK-Version", "1.15.0"}});
  EXPECT_EQ(json_of(text), asymmetric);
  EXPECT_EQ(get("/jobs/" + id + "/input").at("qasm"), asymmetric);
}

}  // namespace
}  // namespace qhub::hub
