#include "qhub/sdk/internal/connection.h"

#include <gtest/gtest.h>

#include <functional>

#include "qhub/quantum.hpp"

namespace qhub {
namespace {

/// A network made of a function.
class FakeTransport : public Transport {
 public:
  using Server = std::function<HttpResponse(HttpRequest const&)>;
  explicit FakeTransport(Server server) : server_(std::move(server)) {}

  HttpResponse send(HttpRequest const& request, BodySink* sink) override {
    seen.push_back(request);
    HttpResponse response = server_(request);
    if (sink && response.status < 300) {
      sink->begin(response.status, response.headers);
      sink->write(response.body);
    }
    return response;
  }

  std::vector<HttpRequest> seen;

 private:
  Server server_;
};

struct Scene {
  std::shared_ptr<FakeTransport> network;
  HubQuantumClient client;

  explicit Scene(FakeTransport::Server server)
      : network(std::make_shared<FakeTransport>(std::move(server))),
        client({.api_key = "secret",
                .organization_id = "org",
                .base_url = "https://hub.example/quantum/",
                .headers = {{"X-Team", "blue"}, {"X-Auth-Token", "mine"}},
                .transport = network}) {}
};

HttpResponse redirect(int status, std::string location) {
  return {status, {{"Location", std::move(location)}}, ""};
}

TEST(Connection, SendsTokenOrganizationAndOwnHeaders) {
  Scene scene([](auto const&) { return HttpResponse{200, {}, "{}"}; });
  scene.client.jobs().get_job("1", {.headers = {{"X-Team", "red"}}});
  HttpRequest const& request = scene.network->seen.front();
  EXPECT_EQ(request.url, "https://hub.example/quantum/jobs/1");
  EXPECT_EQ(request.headers.find("x-auth-token"), "secret");
  EXPECT_EQ(request.headers.find("x-organizationid"), "org");
  EXPECT_EQ(request.headers.find("x-team"), "red");
  EXPECT_FALSE(request.headers.find("content-type"));
}

TEST(Connection, SecretsStayBehindWhenTheOriginChanges) {
  Scene scene([](HttpRequest const& request) {
    return request.url.find("elsewhere") == std::string::npos ? redirect(307, "https://elsewhere.example/jobs/1")
                                                              : HttpResponse{200, {}, "{}"};
  });
  scene.client.jobs().get_job("1");
  ASSERT_EQ(scene.network->seen.size(), 2u);
  EXPECT_FALSE(scene.network->seen[1].headers.find("x-auth-token"));
  EXPECT_FALSE(scene.network->seen[1].headers.find("x-organizationid"));
  EXPECT_EQ(scene.network->seen[1].headers.find("x-team"), "blue");
}

TEST(Connection, RedirectWithinTheOriginKeepsThemAndTheMethod) {
  Scene scene([](HttpRequest const& request) {
    return request.url.ends_with("/moved") ? HttpResponse{200, {}, "{}"} : redirect(308, "/moved");
  });
  scene.client.jobs().create_job({.backend_id = "b", .shots = 1, .input = "x"});
  HttpRequest const& request = scene.network->seen.back();
  EXPECT_EQ(request.url, "https://hub.example/moved");
  EXPECT_EQ(request.method, "POST");
  EXPECT_TRUE(request.body);
  EXPECT_EQ(request.headers.find("x-auth-token"), "secret");
}

TEST(Connection, APostThatIsRedirectedWith303BecomesAGet) {
  Scene scene([](HttpRequest const& request) {
    return request.method == "GET" ? HttpResponse{200, {}, "{}"} : redirect(303, "/job");
  });
  scene.client.jobs().create_job({.backend_id = "b", .shots = 1, .input = "x"});
  EXPECT_FALSE(scene.network->seen.back().body);
  EXPECT_FALSE(scene.network->seen.back().headers.find("content-type"));
}

TEST(Connection, EndlessRedirectsEnd) {
  Scene scene([](auto const&) { return redirect(302, "/again"); });
  EXPECT_THROW(scene.client.jobs().get_job("1", {.max_retries = 0}), ConnectionError);
  EXPECT_EQ(scene.network->seen.size(), 21u);
}

TEST(Connection, TheErrorClassFollowsTheStatusWhateverTheBody) {
  for (auto const& [body, detail] : {std::pair<char const*, char const*>{"<html>nope</html>", "<html>nope</html>"},
                                     {R"({"detail":"no job 1","title":"Not Found"})", "no job 1"},
                                     {"", ""}}) {
    Scene scene([body = body](auto const&) { return HttpResponse{404, {}, body}; });
    try {
      scene.client.jobs().get_job("1");
      FAIL();
    } catch (NotFoundError const& error) {
      EXPECT_EQ(error.detail(), detail);
      EXPECT_EQ(error.body(), body);
      EXPECT_TRUE(std::string(error.what()).starts_with("GET /jobs/1: 404 Not Found")) << error.what();
    }
  }
}

TEST(Connection, ARepeatedSubmissionCarriesOneIdempotencyKey) {
  int calls = 0;
  Scene scene([&](auto const&) { return HttpResponse{++calls < 2 ? 503 : 200, {{"retry-after-ms", "1"}}, "{}"}; });
  scene.client.jobs().create_job({.backend_id = "b", .shots = 1, .input = "x"});
  ASSERT_EQ(scene.network->seen.size(), 2u);
  auto const key = scene.network->seen[0].headers.find("idempotency-key");
  ASSERT_TRUE(key);
  EXPECT_EQ(scene.network->seen[1].headers.find("idempotency-key"), key);
}

TEST(Connection, AnAnswerThatBreaksTheContractSaysWhere) {
  Scene scene([](auto const&) { return HttpResponse{200, {}, R"({"shots":"many"})"}; });
  try {
    scene.client.jobs().get_job("1");
    FAIL();
  } catch (ParsingError const& error) {
    EXPECT_NE(std::string(error.what()).find("shots expected an integer, found a string"), std::string::npos);
  }
}

TEST(Connection, SessionJobsMayBeAPageAListOrOneJob) {
  for (char const* body : {R"({"content":[{"id":"7"}],"page":0})", R"([{"id":"7"}])", R"({"id":"7"})"}) {
    Scene scene([body](auto const&) { return HttpResponse{200, {}, body}; });
    auto const page = scene.client.sessions().get_session_jobs("s");
    ASSERT_EQ(page.content->size(), 1u) << body;
    EXPECT_EQ(page.content->front().id, "7");
  }
}

TEST(Connection, NoContentIsNoValue) {
  Scene scene([](auto const&) { return HttpResponse{204, {}, ""}; });
  EXPECT_FALSE(scene.client.jobs().get_normalized_job_result("1"));
}

TEST(Connection, BodyAndQueryAdditionsReplaceTheOperationsOwn) {
  Scene scene([](auto const&) { return HttpResponse{200, {}, "{}"}; });
  scene.client.jobs().create_job({.backend_id = "b", .shots = 1, .input = "x"},
                                 {.query = {{"dry", "1"}}, .body = {{"shots", 2}, {"extra", true}}});
  EXPECT_EQ(scene.network->seen.back().url, "https://hub.example/quantum/jobs?dry=1");
  EXPECT_EQ(scene.network->seen.back().body, R"({"backend_id":"b","shots":2,"input":"x","extra":true})");
}

TEST(Connection, ALineBreakCannotSmuggleAHeader) {
  Scene scene([](auto const&) { return HttpResponse{200, {}, "{}"}; });
  EXPECT_THROW(scene.client.jobs().get_job("1", {.headers = {{"X-A", "b\r\nX-C: d"}}}), std::invalid_argument);
}

TEST(Connection, AsksATokenFunctionForEveryAttempt) {
  int asked = 0, calls = 0;
  auto const network = std::make_shared<FakeTransport>([&](auto const&) {
    return HttpResponse{++calls < 3 ? 500 : 200, {{"retry-after-ms", "1"}}, "{}"};
  });
  HubQuantumClient const client({.api_key = [&] { return "token" + std::to_string(++asked); },
                                 .base_url = "http://hub.example",
                                 .transport = network});
  client.jobs().get_job("1");
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(network->seen.back().headers.find("x-auth-token"), "token3");
}

TEST(Client, NeedsAKey) {
  EXPECT_THROW(HubQuantumClient({.base_url = "http://hub.example"}), std::invalid_argument);
}

}  // namespace
}  // namespace qhub
