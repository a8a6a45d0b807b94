#include "qhub/hub/quantum/backends/catalogue.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

class CatalogueTest : public testing::Test {
 protected:
  void write(std::string const& name, std::string const& text) { std::ofstream(directory.path() / name) << text; }
  Catalogue load() {
    Result<Catalogue> catalogue = Catalogue::with_files(directory.path());
    EXPECT_TRUE(catalogue) << catalogue.error().message;
    return std::move(*catalogue);
  }
  std::string load_error() {
    Result<Catalogue> const catalogue = Catalogue::with_files(directory.path());
    return catalogue ? "" : catalogue.error().message;
  }
  TemporaryDirectory directory;
};

TEST_F(CatalogueTest, AFolderThatIsNotThereChangesNothing) {
  Result<Catalogue> const catalogue = Catalogue::with_files(directory.path() / "none");
  ASSERT_TRUE(catalogue);
  EXPECT_EQ(catalogue->all().size(), Catalogue::built_in().all().size());
}

TEST_F(CatalogueTest, AFileRestrictsABackend) {
  write("sv1.json", R"({"backend": {"id": "aws.sim.sv1", "configuration": {"qubit_count": 20}}, "status": "PAUSED"})");
  Catalogue const catalogue = load();
  BackendDescription const& sv1 = *catalogue.find("aws.sim.sv1");
  EXPECT_EQ(sv1.qubit_count, 20u);
  EXPECT_EQ(sv1.status, "PAUSED");
  EXPECT_EQ(sv1.document.at("configuration").at("qubits").as_array().size(), 20u);
  EXPECT_EQ(sv1.config->at("paradigm").at("qubitCount").to_number<int>(), 20);
  EXPECT_EQ(sv1.max_shots, 100'000u);
}

TEST_F(CatalogueTest, AFileAddsABackendLikeAnother) {
  write("lab.json", R"({"based_on": "local.sim.statevector", "backend": {"id": "lab.sim.small", "provider": "LAB",
    "configuration": {"shots_range": {"max": 10}}}})");
  Catalogue const catalogue = load();
  BackendDescription const& lab = *catalogue.find("lab.sim.small");
  EXPECT_EQ(lab.provider, "LAB");
  EXPECT_EQ(lab.min_shots, 1u);
  EXPECT_EQ(lab.max_shots, 10u);
  EXPECT_EQ(lab.engine->name(), "statevector");
  EXPECT_TRUE(catalogue.find("local.sim.statevector"));
}

TEST_F(CatalogueTest, AFileTakesABackendAway) {
  write("no-qsim.json", R"({"backend": {"id": "kipu.sim.qsim"}, "enabled": false})");
  Catalogue const catalogue = load();
  EXPECT_FALSE(catalogue.find("kipu.sim.qsim"));
  EXPECT_TRUE(catalogue.find("aws.sim.sv1"));
}

TEST_F(CatalogueTest, WhatIsWrongIsNamedWithItsFile) {
  std::pair<std::string, std::string> const bad[] = {
      {"{", "bad.json"},
      {"[]", "not a backend's description"},
      {R"({"backend": {}})", "id"},
      {R"({"backend": {"id": "x"}})", "provider"},
      {R"({"based_on": "none", "backend": {"id": "x"}})", "no backend none"},
      {R"({"backend": {"id": "none"}, "enabled": false})", "no backend none"},
      {R"({"backend": {"id": "aws.sim.sv1"}, "engine": "warp"})", "no engine 'warp'"},
      {R"({"backend": {"id": "aws.sim.sv1"}, "result_format": "xml"})", "no result_format 'xml'"},
      {R"({"backend": {"id": "aws.sim.sv1"}, "status": "ASLEEP"})", "ASLEEP"},
      {R"({"backend": {"id": "aws.sim.sv1", "configuration": {"qubit_count": "many"}}})", "bad.json"},
  };
  for (auto const& [text, expected] : bad) {
    write("bad.json", text);
    std::string const error = load_error();
    EXPECT_NE(error.find("bad.json: "), std::string::npos) << text << " " << error;
    EXPECT_NE(error.find(expected), std::string::npos) << text << " " << error;
  }
}

}  // namespace
}  // namespace qhub::hub
