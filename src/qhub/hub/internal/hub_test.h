#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "qhub/hub/hub.h"
#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {

namespace json = boost::json;
using namespace std::chrono_literals;

/// x on qubit 0, two of three bits measured, crosswise: bit 0 takes qubit 2, bit 1 takes qubit 0.
inline json::value const asymmetric = R"(OPENQASM 2.0; include "qelib1.inc"; qreg q[3]; creg c[2];
x q[0]; measure q[2] -> c[0]; measure q[0] -> c[1];)";

class HubTest : public testing::Test {
 protected:
  HubTest() { start(); }

  void start() {
    hub.reset();
    auto opened = Hub::open({.data_directory = directory.path(), .run = {}});
    ASSERT_TRUE(opened) << opened.error().message;
    hub = std::move(*opened);
    std::ifstream(directory.path() / "owner-token") >> token;
  }
  Response call(std::string const& method, std::string const& path, json::value const& body = nullptr,
                NameValues const& headers = {}) {
    return ask(hub->router(), method, "/quantum" + path, token, body.is_null() ? "" : json::serialize(body), headers);
  }
  json::value get(std::string const& path) {
    Response const response = call("GET", path);
    EXPECT_EQ(response.status, 200u) << path << response.body;
    return json_of(response);
  }
  Response create(std::string const& backend, json::value const& input, json::object more = {}) {
    more["backend_id"] = backend;
    more["input"] = input;
    more.emplace("shots", 16);
    return call("POST", "/jobs", more);
  }
  std::string wait(Response const& created) {
    EXPECT_EQ(created.status, 200u) << created.body;
    std::string const id(json_of(created).at("id").as_string());
    for (int i = 0; i < 5000; ++i) {
      auto const status = get("/jobs/" + id + "/status").at("status").as_string();
      if (status != "PENDING" && status != "RUNNING") break;
      std::this_thread::sleep_for(1ms);
    }
    return id;
  }
  json::value result(std::string const& backend, json::value const& input, json::object more = {}) {
    return get("/jobs/" + wait(create(backend, input, std::move(more))) + "/result");
  }
  /// Opens a session on kipu.sim.qsim and returns its id.
  std::string get_session(std::string const& mode, json::object more = {}) {
    more.emplace("backend_id", "kipu.sim.qsim");
    more.emplace("provider", "KIPU");
    more["mode"] = mode;
    Response const created = call("POST", "/sessions", more);
    EXPECT_EQ(created.status, 200u) << created.body;
    return std::string(json_of(created).at("id").as_string());
  }
  std::string session_status(std::string const& id) {
    return std::string(get("/sessions/" + id + "/status").at("status").as_string());
  }
  void expect_problem(Response const& response, unsigned status, std::string_view field) {
    EXPECT_EQ(response.status, status) << response.body;
    json::value const document = json_of(response);
    ASSERT_TRUE(document.as_object().contains("errors")) << response.body;
    EXPECT_EQ(document.at("errors").at(0).at("where").as_string(), field) << response.body;
  }

  TemporaryDirectory directory;
  std::unique_ptr<Hub> hub;
  std::string token;
};

/// 26 qubits in superposition take a while, and every other job waits behind.
inline json::value long_circuit() {
  std::string text = "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[26]; creg c[26];";
  for (int layer = 0; layer < 50; ++layer)
    for (int qubit = 0; qubit < 26; ++qubit)
      text += "ry(0.3) q[" + std::to_string(qubit) + "];cx q[" + std::to_string(qubit) + "],q[" +
              std::to_string((qubit + 1) % 26) + "];";
  return json::value(text);
}

}  // namespace qhub::hub
