// What a server answers is not to be trusted: commands get 10,000 answers that are cut off, of wrong types, not UTF-8
// or nested too deeply, and have to end with an exit code, not with a crash.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>

#include "qhub/cli/command.h"
#include "qhub/cli/remote.h"

namespace qhub::cli {
namespace {

/// A command and what a sound server would answer.
struct Call {
  std::vector<char const*> words;
  std::string_view answer;
};

constexpr std::string_view job =
    R"({"id":"8a6e","name":"n","backend_id":"aws.sim.sv1","provider":"AWS","input_params":{"a":[1,2]},"tags":["x","y"],)"
    R"("status":"COMPLETED","created_at":"2026-11-25T20:45:30Z","usage_time_millis":12,"shots":1000,"future":{"a":null}})";
constexpr std::string_view page =
    R"({"content":[{"id":"1","status":"RUNNING","backend_id":"b","job_count":3,"serviceId":"s","tags":["a"]},)"
    R"({"id":"2","status":"NEW","shots":4}],"page":0,"size":20,"total_elements":2,"total_pages":1,"totalElements":2,)"
    R"("totalPages":1,"first":true,"last":true,"number":0,"numberOfElements":2,"empty":false})";
constexpr std::string_view backend =
    R"({"id":"aws.sim.sv1","provider":"AWS","type":"SIMULATOR","status":"ONLINE","queue_size":0,"configuration":)"
    R"({"qubit_count":34,"gates":[{"name":"cx","native_gate":true}],"shots_range":{"min":1,"max":100000}},"costs":[]})";
constexpr std::string_view counts =
    R"({"status":"COMPLETED","pubs":[{"type":"counts","index":0,"counts":{"00":497,"11":503},"shots":1000,"qubits":2}]})";
constexpr std::string_view service =
    R"({"id":"s","name":"coin","serviceDefinitions":[{"id":"d","version":"1","pricingPlans":[],"configurations":)"
    R"([{"type":"cpu","amount":1000,"unit":"m"}],"runtimeConfiguration":{"runtime":"PYTHON_TEMPLATE","environment":{}}}]})";
constexpr std::string_view named =
    R"([{"id":"1","name":"a","displayName":"A","organization":false,"isOrganization":true},)"
    R"({"id":"2","name":"b","contentLength":17,"secretAccessKey":"s","accessKeyId":"k"}])";
constexpr std::string_view result =
    R"({"counts":{"heads":3},"_links":{"self":{"href":"/x"},"plot.png":{"href":"/y"}}})";
constexpr std::string_view logs = R"({"content":[{"message":"one","severity":"INFO","timestamp":"t"}],"empty":false})";

std::vector<Call> const calls{
    {{"job", "list"}, page},
    {{"job", "list", "-o", "wide"}, page},
    {{"job", "list", "--json", "id,status"}, page},
    {{"job", "get", "1"}, job},
    {{"job", "get", "1", "-o", "yaml"}, job},
    {{"job", "result", "1"}, counts},
    {{"job", "result", "1", "--json"}, counts},
    {{"job", "input", "1"}, R"({"qasm":"OPENQASM 3.0; qubit q;"})"},
    {{"job", "input", "1", "--qasm"}, R"({"format":"OPEN_QASM_V3","pubs":[{"index":0,"qasm":"qubit q;"}]})"},
    {{"workload", "list"}, page},
    {{"session", "list"}, page},
    {{"session", "get", "1"}, R"({"id":"1","status":"OPEN","mode":"batch","metadata":{"x":1},"final":false})"},
    {{"backend", "list"}, R"([{"id":"a","provider":"P","configuration":{"qubit_count":3}},{"id":"b","queue_size":1}])"},
    {{"backend", "get", "1"}, backend},
    {{"backend", "config", "1", "-o", "table"}, backend},
    {{"backend", "status", "1", "-o", "name"}, R"({"status":"ONLINE","queue_avg_time":3,"queue_size":4})"},
    {{"service", "list"}, named},
    {{"service", "get", "1", "--json"}, service},
    {{"service", "build-logs", "1"}, R"([{"message":"m","severity":"INFO","timestamp":"t"}])"},
    {{"execution", "list"}, page},
    {{"execution", "result", "1"}, result},
    {{"execution", "files", "1"}, result},
    {{"execution", "logs", "1"}, logs},
    {{"datapool", "files", "1"}, named},
    {{"app", "keys", "1"}, named},
    {{"org", "members", "1"}, named},
    {{"token", "list"}, R"({"defaultToken":"t","accessTokens":[{"id":"1","name":"n","value":"v"}]})"},
    {{"list-contexts"}, named},
    {{"doctor"}, named},
    {{"api", "quantum.jobs.get_job", "id=1", "-o", "table"}, job}};

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::string mutate(std::string text) {
    for (std::size_t times = 1 + pick(3); times > 0; --times) mutate_once(text);
    return text;
  }
  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

 private:
  void mutate_once(std::string& text) {
    static constexpr std::string_view values[] = {
        "null", "true", "-1",           "1e400",       "99999999999999999999", "\"\"", "[]",
        "{}",   "[[]]", "\"\xC3\x28\"", "\"\\ud800\"", "\"\x1b[2J\"",          "0.5",  "{\"a\":{}}"};
    if (text.empty()) return;
    std::size_t const at = pick(text.size());
    switch (pick(7)) {
      case 0:
        text.resize(at);
        return;
      case 1:
        text[at] = static_cast<char>(pick(256));
        return;
      case 2:
        text.insert(at, std::string(1 + pick(3), static_cast<char>(pick(256))));
        return;
      case 3:
        text.erase(at, 1 + pick(20));
        return;
      case 4:
        text.insert(at, std::string(pick(5000), '['));
        return;
      case 5:
        text.insert(at, text.substr(pick(text.size()), pick(200)));
        return;
      default: {  // another value behind a colon
        std::size_t const colon = text.find(':', at);
        if (colon == std::string::npos) return;
        std::size_t const end = std::min(text.find_first_of(",}]", colon), text.size());
        text.replace(colon + 1, end - colon - 1, values[pick(std::size(values))]);
      }
    }
  }

  std::mt19937 random_;
};

class OneAnswer : public Transport {
 public:
  HttpResponse response;

  HttpResponse send(HttpRequest const&, BodySink* sink) override {
    HttpResponse answer = response;
    if (sink && answer.status == 200) {
      sink->begin(answer.status, answer.headers);
      sink->write(answer.body);
      answer.body.clear();
    }
    return answer;
  }
};

/// Runs a command in this process; returns its exit code and what it printed.
std::pair<int, std::string> run(std::vector<char const*> words) {
  words.insert(words.begin(), "qhubctl");
  std::ostringstream output;
  auto* const out = std::cout.rdbuf(output.rdbuf());
  auto* const errors = std::cerr.rdbuf(output.rdbuf());
  int const code = run_program(static_cast<int>(words.size()), words.data());
  std::cout.rdbuf(out);
  std::cerr.rdbuf(errors);
  return {code, output.str()};
}

class Answers : public testing::Test {
 protected:
  void SetUp() override {
    setenv("KQH_PERSONAL_ACCESS_TOKEN", "token", 1);
    setenv("KQH_CONFIG_FILE_PATH", "/nonexistent/config.json", 1);
    use_transport(server);
  }
  void TearDown() override { use_transport(nullptr); }

  std::shared_ptr<OneAnswer> server = std::make_shared<OneAnswer>();
};

TEST_F(Answers, OfASoundServerArePrinted) {
  for (Call const& call : calls) {
    server->response = {200, {{"Content-Type", "application/json"}}, std::string(call.answer)};
    auto const [code, output] = run(call.words);
    EXPECT_EQ(code, 0) << call.words[0] << ' ' << call.words.back() << ": " << output;
    EXPECT_FALSE(output.empty());
  }
}

TEST_F(Answers, TenThousandMutatedOnesCrashNothing) {
  Mutator mutator(20261125);
  for (int i = 0; i < 10'000; ++i) {
    Call const& call = calls[mutator.pick(calls.size())];
    std::string const answer = mutator.mutate(std::string(call.answer));
    int const status = std::array{200, 200, 200, 404, 422}[mutator.pick(5)];
    server->response = {status, {{"Content-Type", "application/json"}}, answer};
    auto const [code, output] = run(call.words);
    ASSERT_TRUE(code >= 0 && code <= 9) << code << " for " << answer;
    bool const is_raw = std::string_view(call.words[0]) == "api";  // which hands on to a pipe what is no JSON
    ASSERT_TRUE(is_raw || output.find('\x1b') == std::string::npos) << answer;
    ASSERT_TRUE(code == 0 || output.find("qhubctl: ") != std::string::npos || !output.empty()) << answer;
  }
}

}  // namespace
}  // namespace qhub::cli
