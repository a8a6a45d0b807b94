#include <gtest/gtest.h>

#include "qhub/hub/internal/hub_test.h"

namespace qhub::hub {
namespace {

TEST_F(HubTest, ASessionLivesFromItsFirstJobToItsEnd) {
  std::string const id = get_session("batch", {{"ttl", 900}, {"metadata", {{"purpose", "test"}}}, {"tags", {"x"}}});
  json::value const opened = get("/sessions/" + id);
  EXPECT_EQ(opened.at("status").as_string(), "OPEN");
  EXPECT_EQ(opened.at("metadata").at("purpose").as_string(), "test");
  EXPECT_EQ(opened.at("metadata").at("max_ttl").as_int64(), 900);
  EXPECT_FALSE(opened.as_object().contains("expires_at"));
  EXPECT_FALSE(opened.at("final").as_bool());
  EXPECT_TRUE(opened.at("tags").as_array().empty());

  wait(create("kipu.sim.qsim", asymmetric, {{"session_id", id}, {"tags", json::array{"One", "two"}}}));
  std::string const job = wait(create("kipu.sim.qsim", asymmetric, {{"session_id", id}, {"tags", json::array{"ONE"}}}));
  json::value const active = get("/sessions/" + id);
  EXPECT_EQ(active.at("status").as_string(), "ACTIVE");
  EXPECT_TRUE(active.as_object().contains("expires_at"));
  EXPECT_EQ(active.at("tags").as_array().size(), 2u);
  EXPECT_EQ(get("/jobs/" + job).at("session_id").as_string(), id);
  json::value const jobs = get("/sessions/" + id + "/jobs");
  EXPECT_EQ(jobs.at("total_elements").as_int64(), 2);
  EXPECT_EQ(jobs.at("content").at(1).at("id").as_string(), job);

  EXPECT_EQ(call("DELETE", "/sessions/" + id).status, 204u);
  EXPECT_EQ(call("DELETE", "/sessions/" + id).status, 204u);
  json::value const closed = get("/sessions/" + id);
  EXPECT_EQ(closed.at("status").as_string(), "CLOSED");
  EXPECT_TRUE(closed.at("final").as_bool());
  EXPECT_TRUE(closed.at("final_not_aborted").as_bool());
  EXPECT_EQ(closed.at("usage_time_state").as_string(), "MEASURED");
  expect_problem(create("kipu.sim.qsim", asymmetric, {{"session_id", id}}), 422, "session_id");
  expect_problem(call("PATCH", "/sessions/" + id, {{"accept_jobs", true}}), 422, "accept_jobs");
}

TEST_F(HubTest, ADrainingSessionFinishesItsJobsAndCloses) {
  std::string const id = get_session("batch");
  Response const busy = create("kipu.sim.qsim", long_circuit());
  Response const waiting = create("kipu.sim.qsim", asymmetric, {{"session_id", id}});
  EXPECT_EQ(json_of(call("PATCH", "/sessions/" + id, {{"accept_jobs", false}})).at("status").as_string(), "DRAINING");
  expect_problem(create("kipu.sim.qsim", asymmetric, {{"session_id", id}}), 422, "session_id");
  EXPECT_EQ(json_of(call("PATCH", "/sessions/" + id, {{"accept_jobs", true}})).at("status").as_string(), "OPEN");
  EXPECT_EQ(json_of(call("PATCH", "/sessions/" + id, {{"accept_jobs", false}})).at("status").as_string(), "DRAINING");
  call("DELETE", "/jobs/" + std::string(json_of(busy).at("id").as_string()));
  wait(waiting);
  EXPECT_EQ(session_status(id), "CLOSED");
  std::string const idle = get_session("batch");
  EXPECT_EQ(json_of(call("PATCH", "/sessions/" + idle, {{"accept_jobs", false}})).at("status").as_string(), "CLOSED");
}

TEST_F(HubTest, ASessionClosesByItselfAfterItsLifetime) {
  std::string const id = get_session("dedicated", {{"ttl", 1}});
  wait(create("kipu.sim.qsim", asymmetric, {{"session_id", id}}));
  EXPECT_EQ(session_status(id), "ACTIVE");
  for (int i = 0; i < 3000 && session_status(id) != "CLOSED"; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(session_status(id), "CLOSED");
}

TEST_F(HubTest, ADedicatedSessionHasTheBackendToItself) {
  std::string const id = get_session("dedicated");
  wait(create("kipu.sim.qsim", asymmetric, {{"session_id", id}}));
  std::string const outside(json_of(create("kipu.sim.qsim", asymmetric)).at("id").as_string());
  wait(create("kipu.sim.qsim", asymmetric, {{"session_id", id}}));
  wait(create("local.sim.statevector", asymmetric));
  EXPECT_EQ(get("/jobs/" + outside + "/status").at("status").as_string(), "PENDING");
  call("DELETE", "/sessions/" + id);
  json::value const end = json_of(call("GET", "/jobs/" + outside + "/status", nullptr, {{"Prefer", "wait=20"}}));
  EXPECT_EQ(end.at("status").as_string(), "COMPLETED");
}

TEST_F(HubTest, WhatASessionCannotBeIsRefusedWithTheField) {
  json::object const good{{"backend_id", "kipu.sim.qsim"}, {"provider", "KIPU"}, {"mode", "batch"}};
  auto const with = [&](std::string_view field, json::value const& value) {
    json::object body = good;
    body[field] = value;
    return call("POST", "/sessions", body);
  };
  expect_problem(with("backend_id", "none"), 422, "backend_id");
  expect_problem(with("provider", "AWS"), 400, "provider");
  expect_problem(with("mode", "turbo"), 400, "mode");
  expect_problem(with("ttl", 0), 400, "ttl");
  expect_problem(with("metadata", "text"), 400, "metadata");
  std::string const id = get_session("batch");
  expect_problem(create("local.sim.statevector", asymmetric, {{"session_id", id}}), 422, "session_id");
}

TEST_F(HubTest, WorkloadsAreJobsAndSessionsWithFilters) {
  std::string const session = get_session("batch");
  wait(create("kipu.sim.qsim", asymmetric, {{"session_id", session}, {"tags", json::array{"Blue"}}, {"name", "b"}}));
  wait(create("qudora.sim.xg1", asymmetric, {{"name", "a"}}));
  auto const count = [&](std::string const& query) {
    return get("/workloads" + query).at("total_elements").as_int64();
  };
  EXPECT_EQ(count(""), 3);
  EXPECT_EQ(count("?type=SESSION"), 1);
  EXPECT_EQ(count("?type=JOB&type=SESSION"), 3);
  EXPECT_EQ(count("?status=COMPLETED"), 2);
  EXPECT_EQ(count("?status=COMPLETED&status=ACTIVE"), 3);
  EXPECT_EQ(count("?provider=kipu"), 2);
  EXPECT_EQ(count("?provider=KIPU&type=JOB"), 1);
  EXPECT_EQ(count("?backendId=qudora.sim.xg1"), 1);
  EXPECT_EQ(count("?tag=BLUE"), 2);
  EXPECT_EQ(count("?origin=STANDALONE"), 3);
  EXPECT_EQ(count("?origin=SERVICE_EXECUTION"), 0);
  EXPECT_EQ(count("?serviceExecutionId=x"), 0);
  json::value const first = get("/workloads?type=SESSION").at("content").at(0);
  EXPECT_EQ(first.at("id").as_string(), session);
  EXPECT_EQ(first.at("job_count").as_int64(), 1);
  EXPECT_EQ(first.at("mode").as_string(), "batch");
  EXPECT_EQ(get("/workloads?type=JOB&sort=name&size=1").at("content").at(0).at("name").as_string(), "a");
  EXPECT_EQ(get("/workloads?size=2&page=1").at("content").as_array().size(), 1u);
  for (std::string const query : {"type=job,queue", "status=x", "origin=y", "sort=secret", "size=0"})
    EXPECT_EQ(call("GET", "/workloads?" + query).status, 400u) << query;
  EXPECT_TRUE(get("/runtime-minutes").at("allowances").as_array().empty());
}

}  // namespace
}  // namespace qhub::hub
