#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "qhub/platform.hpp"
#include "qhub/quantum.hpp"
#include "qhub/sdk/internal/wait_plan.h"
#include "qhub/sdk/recording.h"

namespace qhub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Answers each request with the next body.
class Bodies : public Transport {
 public:
  explicit Bodies(std::vector<std::string> bodies) : bodies_(std::move(bodies)) {}
  HttpResponse send(HttpRequest const& request, BodySink*) override {
    urls.push_back(request.url.substr(request.url.find("/jobs")));
    return {200, {}, bodies_.at(urls.size() - 1)};
  }
  std::vector<std::string> urls;

 private:
  std::vector<std::string> bodies_;
};

struct Pages {
  std::shared_ptr<Bodies> network;
  HubQuantumClient client;
  explicit Pages(std::vector<std::string> bodies)
      : network(std::make_shared<Bodies>(std::move(bodies))),
        client({.api_key = "k", .base_url = "http://hub", .transport = network}) {}
  std::string ids(quantum::SearchJobsRequest const& request = {}) {
    std::string all;
    for (auto& job : client.jobs().search_all_jobs(request)) all += *job.id;
    return all;
  }
};

TEST(PageRange, GoesThroughAllPagesEmptyOnesInTheMiddleToo) {
  Pages pages({R"({"content":[{"id":"a"},{"id":"b"}],"total_pages":3})", R"({"content":[],"total_pages":3})",
               R"({"content":[{"id":"c"}],"total_pages":3})"});
  EXPECT_EQ(pages.ids({.size = 2}), "abc");
  EXPECT_EQ(pages.network->urls, (std::vector<std::string>{"/jobs?page=0&size=2", "/jobs?page=1&size=2", "/jobs?page=2&size=2"}));
}

TEST(PageRange, BeginsWhereItIsToldAndSaysWhereToGoOn) {
  Pages pages({R"({"content":[{"id":"x"}],"total_pages":9})"});
  auto range = pages.client.jobs().search_all_jobs({.page = 5});
  EXPECT_EQ(range.begin()->id, "x");
  EXPECT_EQ(range.next_page(), 6);
}

TEST(PageRange, ABareListIsAllThereIs) {
  EXPECT_EQ(Pages({R"([{"id":"a"},{"id":"b"}])"}).ids(), "ab");
  EXPECT_EQ(Pages({R"({"content":[],"total_pages":0})"}).ids(), "");
}

TEST(WaitPlan, PausesGrowAndHaveJitterAndEndAtTheDeadline) {
  auto const start = std::chrono::steady_clock::now();
  sdk::WaitPlan plan("1", {.first_pause = milliseconds(100), .longest_pause = milliseconds(200), .jitter = 0.5,
                           .deadline = milliseconds(1000)}, start);
  EXPECT_EQ(plan.request_options(start).headers.find("prefer"), "wait=1");
  EXPECT_EQ(plan.after("RUNNING", {}, start, 0.0), milliseconds(100));
  EXPECT_EQ(plan.after("RUNNING", {}, start, 1.0), milliseconds(225));
  EXPECT_EQ(plan.after("RUNNING", {}, start, 0.0), milliseconds(200));
  EXPECT_EQ(plan.after("RUNNING", {}, start + milliseconds(950), 0.0), milliseconds(50));
  EXPECT_THROW(plan.after("RUNNING", {}, start + milliseconds(1000), 0.0), TimeoutError);
  EXPECT_EQ(plan.after("DETACHED", {}, start + milliseconds(2000), 0.0), std::nullopt);
}

TEST(WaitPlan, AServerThatWaitsItselfIsAskedAgainAtOnce) {
  auto const start = std::chrono::steady_clock::now();
  sdk::WaitPlan plan("1", {}, start);
  EXPECT_EQ(plan.request_options(start).headers.find("prefer"), "wait=10");
  Headers const applied{{"Preference-Applied", "wait=10"}};
  EXPECT_EQ(plan.after("RUNNING", applied, start + seconds(10), 0.0), milliseconds(0));
  EXPECT_GT(plan.after("RUNNING", applied, start + seconds(10), 0.0), milliseconds(0)) << "it did not wait this time";
}

TEST(Types, HaveAPrintableFormWithoutSecrets) {
  std::ostringstream out;
  out << quantum::Job{.id = "1", .status = quantum::JobStatus::RUNNING, .shots = 5} << ' ' << quantum::JobStatus("NEW")
      << ' ' << quantum::SearchJobsRequest{.page = 2} << ' '
      << quantum::CreateJobRequestInput(quantum::QasmJobInput{.qasm = "x"}) << ' '
      << platform::AccessKey{.access_key_id = "me", .secret_access_key = "hush"};
  EXPECT_EQ(out.str(), R"({"id":"1","status":"RUNNING","shots":5} NEW {"page":2} {"backendId":"qudora.sim.xg1","qasm":"x"} )"
                       R"({"accessKeyId":"me","secretAccessKey":"[REDACTED]"})");
}

TEST(Types, AreEqualWhenAllTheirFieldsAre) {
  quantum::Job const job{.id = "1", .tags = {{"a"}}, .extras = {{"new", 1}}};
  quantum::Job other = job;
  EXPECT_EQ(job, other);
  other.extras["new"] = 2;
  EXPECT_NE(job, other);
  other = job;
  other.tags->push_back("b");
  EXPECT_NE(job, other);
}

TEST(RawResponse, HasStatusAndHeadersBesideTheData) {
  Pages pages({R"({"id":"1"})"});
  RawResponse<quantum::Job> const raw = pages.client.jobs().with_raw_response().get_job("1");
  EXPECT_EQ(raw.status_code, 200);
  EXPECT_EQ(raw.data.id, "1");
}

TEST(Users, GetMeAsksTheUserApiBesideThePlatform) {
  struct One : Transport {
    HttpResponse send(HttpRequest const& request, BodySink*) override {
      url = request.url;
      return {200, {}, R"({"id":"me"})"};
    }
    std::string url;
  };
  auto const network = std::make_shared<One>();
  HubPlatformClient const platform({.api_key = "k", .base_url = "https://hub.example/qc-catalog/", .transport = network});
  EXPECT_EQ(platform.users().get_me().id, "me");
  EXPECT_EQ(network->url, "https://hub.example/user-service/me");
  HubPlatformClient const elsewhere({.api_key = "k", .base_url = "https://hub.example/x", .transport = network});
  EXPECT_THROW(elsewhere.users().get_me(), std::invalid_argument);
}

TEST(Fetch, CallsWhatHasNoMethod) {
  Pages pages({R"({"any":"thing"})"});
  HttpResponse const answer =
      pages.client.fetch("GET", "/jobs/1/new%20thing?a=b", {}, {.query = {{"c", "d e"}}});
  EXPECT_EQ(answer.body, R"({"any":"thing"})");
  EXPECT_EQ(pages.network->urls.front(), "/jobs/1/new%20thing?a=b&c=d%20e");
  EXPECT_THROW(pages.client.fetch("GET", "https://elsewhere.example/"), std::invalid_argument);
  EXPECT_THROW(pages.client.fetch("GET", "//elsewhere.example/"), std::invalid_argument);
}

TEST(Recording, ReplaysWhatItRecordedAndHoldsNoSecret) {
  std::string const path = testing::TempDir() + "qhub-recording-" + std::to_string(getpid());
  auto const calls = [](std::shared_ptr<Transport> transport, std::string_view token) {
    HubQuantumClient const client({.api_key = token, .base_url = "http://hub", .transport = std::move(transport)});
    std::string seen = client.jobs().get_job("1").status->text() + " ";
    seen += client.jobs().get_job("1").status->text();
    return seen + *client.jobs().create_job({.backend_id = "b", .shots = 1, .input = "x"}).id;
  };
  auto const network = std::make_shared<Bodies>(std::vector<std::string>{
      R"({"status":"PENDING"})", R"({"status":"COMPLETED"})", R"({"id":"ä2"})"});
  std::string const recorded = calls(make_recording_transport(path, network), "a-secret");
  std::ifstream file(path);
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text.find("a-secret"), std::string::npos);
  EXPECT_EQ(calls(make_replaying_transport(path), "another"), recorded);

  HubQuantumClient const client({.api_key = "k", .base_url = "http://hub", .transport = make_replaying_transport(path)});
  EXPECT_THROW(client.jobs().get_job("2"), HubError);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace qhub
