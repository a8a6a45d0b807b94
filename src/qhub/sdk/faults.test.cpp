#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>

#include "qhub/quantum.hpp"
#include "qhub/sdk/internal/test_server.h"

/// The client against a server that misbehaves.
namespace qhub {
namespace {

using std::chrono::milliseconds;
using Then = TestServer::Answer::Then;

constexpr char token[] = "a-secret-token";

struct Scene {
  TestServer server;
  std::mutex mutex;
  std::string log;
  HubQuantumClient client;

  explicit Scene(TestServer::Handler handler, int max_retries = 2)
      : server(std::move(handler)),
        client({.api_key = token,
                .base_url = server.url(),
                .timeout = milliseconds(2000),
                .max_retries = max_retries,
                .logging = {.level = LogLevel::debug, .sink = [this](LogLevel, std::string_view line) {
                              std::scoped_lock const lock(mutex);
                              log.append(line) += '\n';
                            }}}) {}
  ~Scene() {
    EXPECT_NE(log, "");
    EXPECT_EQ(log.find(token), std::string::npos) << log;
  }
};

template <class Error>
std::string message_of(std::function<void()> const& call) {
  try {
    call();
  } catch (Error const& error) {
    EXPECT_EQ(std::string(error.what()).find(token), std::string::npos);
    return error.what();
  } catch (std::exception const& error) {
    ADD_FAILURE() << "another exception: " << error.what();
    return "";
  }
  ADD_FAILURE() << "no exception";
  return "";
}

class Stopwatch {
 public:
  milliseconds elapsed() const {
    return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start_);
  }

 private:
  std::chrono::steady_clock::time_point const start_ = std::chrono::steady_clock::now();
};

TEST(Faults, NobodyListens) {
  std::string url;
  {
    TestServer const server([](auto const&) { return silence(); });
    url = server.url();
  }
  HubQuantumClient const client({.api_key = token, .base_url = url, .max_retries = 0});
  EXPECT_NE(message_of<ConnectionError>([&] { client.jobs().get_job("1"); }).find("GET"), std::string::npos);
}

TEST(Faults, TheConnectionEndsAtEachStage) {
  std::string const whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"id\":1}";
  for (Then const then : {Then::close, Then::reset})
    for (std::size_t const sent : {std::size_t{0}, std::size_t{5}, std::size_t{20}, whole.size() - 8, whole.size() - 3}) {
      int calls = 0;
      Scene scene([&](auto const&) { ++calls; return raw_answer(whole.substr(0, sent), then); }, 0);
      message_of<ConnectionError>([&] { scene.client.jobs().get_job("1"); });
      EXPECT_GE(calls, 1);
    }
}

TEST(Faults, AConnectionThatTheServerClosedMeanwhileIsReplaced) {
  Scene scene([](auto const&) { return raw_answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", Then::close); });
  for (int i = 0; i < 5; ++i) scene.client.jobs().get_job("1");
}

TEST(Faults, ASubmissionThatBreaksOffIsRepeatedUnderTheSameKey) {
  std::vector<std::string> keys;
  Scene scene([&](TestServer::Request const& request) {
    keys.push_back(request.header("idempotency-key"));
    return keys.size() < 2 ? raw_answer("", Then::reset) : json_answer(R"({"id":"1"})");
  });
  EXPECT_EQ(scene.client.jobs().create_job({.backend_id = "b", .shots = 1, .input = "x"}).id, "1");
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_FALSE(keys[0].empty());
}

TEST(Faults, ASilentServerIsGivenUpAtTheTimeout) {
  Scene scene([](auto const&) { return silence(); });
  Stopwatch const watch;
  EXPECT_NE(message_of<TimeoutError>([&] { scene.client.jobs().get_job("1", {.timeout = milliseconds(150)}); })
                .find("no byte moved for 150 ms"),
            std::string::npos);
  EXPECT_LT(watch.elapsed(), milliseconds(1500));
}

TEST(Faults, ASlowDripIsGivenUpAtTheDeadlineOnly) {
  auto const drip = [](auto const&) {
    return TestServer::Answer{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, ' '),
                              .piece = 1,
                              .between_pieces = milliseconds(20)};
  };
  Scene scene(drip);
  Stopwatch const watch;
  message_of<TimeoutError>([&] {
    scene.client.jobs().get_job("1", {.timeout = milliseconds(200), .deadline = milliseconds(600)});
  });
  EXPECT_GE(watch.elapsed(), milliseconds(550));
  EXPECT_LT(watch.elapsed(), milliseconds(2000));
}

TEST(Faults, TheDeadlineCountsRepetitionsToo) {
  Scene scene([](auto const&) { return http_answer("503 Busy\r\nRetry-After: 30"); });
  Stopwatch const watch;
  message_of<TimeoutError>([&] { scene.client.jobs().get_job("1", {.deadline = milliseconds(500)}); });
  EXPECT_LT(watch.elapsed(), milliseconds(2000));
}

TEST(Faults, AStopTokenEndsACallWhereverItIs) {
  for (bool const in_pause : {false, true}) {
    Scene scene([&](auto const&) { return in_pause ? http_answer("503 Busy\r\nRetry-After: 30") : silence(); });
    std::stop_source stop;
    Stopwatch const watch;
    std::jthread const stopper([&] {
      std::this_thread::sleep_for(milliseconds(100));
      stop.request_stop();
    });
    message_of<CancelledError>([&] { scene.client.jobs().get_job("1", {.stop = stop.get_token()}); });
    EXPECT_LT(watch.elapsed(), milliseconds(1500));
  }
}

TEST(Faults, RetryAfterInSecondsAndAsADateIsObeyed) {
  for (bool const as_date : {false, true}) {
    std::time_t const soon = std::time(nullptr) + 2;
    char date[64];
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&soon));
    int calls = 0;
    Scene scene([&](auto const&) {
      return ++calls == 1 ? http_answer("429 Too Many Requests\r\nRetry-After: " + std::string(as_date ? date : "1"))
                          : json_answer("{}");
    });
    Stopwatch const watch;
    scene.client.jobs().get_job("1");
    EXPECT_EQ(calls, 2);
    EXPECT_GE(watch.elapsed(), milliseconds(800));
  }
}

TEST(Faults, AServerThatRecoversIsAskedAgain) {
  int calls = 0;
  Scene scene([&](auto const&) {
    return ++calls < 3 ? http_answer("503 Service Unavailable\r\nRetry-After-Ms: 1", "<html>busy</html>")
                       : json_answer(R"({"id":"1"})");
  });
  EXPECT_EQ(scene.client.jobs().get_job("1").id, "1");
}

TEST(Faults, A5xxWithAPageForABodyHasAReadableMessage) {
  Scene scene([](auto const&) { return http_answer("502 Bad Gateway\r\nContent-Type: text/html", "<html>oops</html>"); }, 0);
  EXPECT_EQ(message_of<BadGatewayError>([&] { scene.client.jobs().get_job("1"); }),
            "GET /jobs/1: 502 Bad Gateway: <html>oops</html>");
}

TEST(Faults, AnotherHostGetsNoSecrets) {
  std::string seen;
  TestServer const elsewhere([&](TestServer::Request const& request) {
    seen = request.head;
    return json_answer("{}");
  });
  Scene scene([&](auto const&) { return http_answer("307 Moved\r\nLocation: " + elsewhere.url() + "/jobs/1"); });
  scene.client.jobs().get_job("1");
  EXPECT_NE(seen, "");
  EXPECT_EQ(seen.find(token), std::string::npos) << seen;
}

TEST(Faults, WhatIsNoJsonIsAParsingErrorWithItsPlace) {
  for (auto const& [body, why] : {std::pair<std::string, std::string>{"{\"id\":\"\xff\"}", "invalid UTF-8"},
                                  {"<html></html>", "expected a value at byte 0"},
                                  {"", "it is empty"},
                                  {R"({"shots":"many"})", "shots expected an integer, found a string"},
                                  {R"([1])", "expected an object, found an array"}}) {
    Scene scene([body = body](auto const&) { return http_answer("200 OK\r\nContent-Type: text/html", body); });
    EXPECT_NE(message_of<ParsingError>([&] { scene.client.jobs().get_job("1"); }).find(why), std::string::npos) << why;
  }
}

TEST(Faults, TheContentTypeDoesNotMatter) {
  Scene scene([](auto const&) { return http_answer("200 OK\r\nContent-Type: text/plain", R"({"id":"1"})"); });
  EXPECT_EQ(scene.client.jobs().get_job("1").id, "1");
}

/// {"id":"packed"}, as gzip (RFC 1952) has it.
std::string const packed(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4c\x51\xb2\x52\x2a\x48\x4c\xce\x4e\x4d\x51\xaa\x05\x00\xc6\x08\x56\xa7\x0f\x00\x00\x00",
    35);

TEST(Faults, PackedAnswersAreUnpackedAndBrokenOnesRefused) {
  Scene good([&](auto const&) { return http_answer("200 OK\r\nContent-Encoding: gzip", packed); });
  EXPECT_EQ(good.client.jobs().get_job("1").id, "packed");
  Scene bad([&](auto const&) { return http_answer("200 OK\r\nContent-Encoding: gzip", "not " + packed); }, 0);
  message_of<ConnectionError>([&] { bad.client.jobs().get_job("1"); });
}

TEST(Faults, AHundredMegabytesAreReadAndStreamedWhole) {
  std::string const large = '"' + std::string(100'000'000, 'x') + '"';
  Scene scene([&](auto const&) { return json_answer(large); });
  EXPECT_EQ(scene.client.jobs().get_job_result("1").as_string().size(), large.size() - 2);
  std::size_t received = 0, largest = 0;
  scene.client.jobs().get_job_result_stream("1", [&](std::string_view piece) {
    received += piece.size();
    largest = std::max(largest, piece.size());
  });
  EXPECT_EQ(received, large.size());
  EXPECT_LE(largest, 1U << 20);
}

TEST(Faults, ASinkThatThrowsEndsTheCall) {
  Scene scene([](auto const&) { return json_answer("[1,2,3]"); });
  EXPECT_THROW(scene.client.jobs().get_job_result_stream("1", [](auto) { throw std::logic_error("enough"); }),
               std::logic_error);
  EXPECT_EQ(scene.client.jobs().get_job_result("1").as_array().size(), 3u);  // the client is as good as before
}

class Download : public testing::Test {
 protected:
  Download() {
    std::string name = (std::filesystem::temp_directory_path() / "qhub-download.XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::mt19937 random(7);
    for (char& c : content_) c = static_cast<char>(random());
  }
  ~Download() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "result").string(); }
  static std::string read(std::string const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// A server that knows ranges and cuts the connection `cuts` times.
  TestServer::Handler server(int cuts, std::string tag = "ETag: \"v1\"\r\n") {
    return [this, cuts, tag](TestServer::Request const& request) mutable {
      ranges_.push_back(request.header("range"));
      std::size_t start = 0;
      if (!ranges_.back().empty() && request.header("if-range") == "\"v1\"") start = std::stoul(ranges_.back().substr(6));
      std::string head = start == 0 ? "HTTP/1.1 200 OK\r\n"
                                    : "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(start) + "-" +
                                          std::to_string(content_.size() - 1) + "/" + std::to_string(content_.size()) + "\r\n";
      head += tag + "Content-Length: " + std::to_string(content_.size() - start) + "\r\n\r\n";
      if (cuts-- > 0) return raw_answer(head + content_.substr(start, 300'000), Then::close);
      return raw_answer(head + content_.substr(start));
    };
  }

  std::filesystem::path folder_;
  std::string content_ = std::string(1'000'000, '\0');
  std::vector<std::string> ranges_;
};

TEST_F(Download, GoesOnWhereItBrokeOff) {
  Scene scene(server(2));
  scene.client.jobs().get_job_result_stream("1", ToFile{path()});
  EXPECT_EQ(read(path()), content_);
  EXPECT_EQ(ranges_, (std::vector<std::string>{"", "bytes=300000-", "bytes=600000-"}));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(Download, ALaterCallGoesOnWhereAnEarlierOneGaveUp) {
  {
    Scene scene([this, first = true, handler = server(1)](TestServer::Request const& request) mutable {
      return std::exchange(first, false) ? handler(request) : http_answer("403 Forbidden");
    });
    message_of<ForbiddenError>([&] { scene.client.jobs().get_job_result_stream("1", ToFile{path()}); });
    EXPECT_FALSE(std::filesystem::exists(path()));
  }
  Scene scene(server(0));
  scene.client.jobs().get_job_result_stream("1", ToFile{path()});
  EXPECT_EQ(read(path()), content_);
  EXPECT_EQ(ranges_.back(), "bytes=300000-");
}

TEST_F(Download, WithoutAWayToTellVersionsApartItBeginsAgain) {
  Scene scene(server(2, ""));
  scene.client.jobs().get_job_result_stream("1", ToFile{path()});
  EXPECT_EQ(read(path()), content_);
  EXPECT_EQ(ranges_, (std::vector<std::string>{"", "", ""}));
}

TEST_F(Download, AnErrorLeavesNoFile) {
  Scene scene([](auto const&) { return http_answer("404 Not Found"); });
  message_of<NotFoundError>([&] { scene.client.jobs().get_job_result_stream("1", ToFile{path()}); });
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST(Threads, SixtyFourShareOneClient) {
  std::atomic<int> calls = 0;
  Scene scene([&](TestServer::Request const& request) {
    if (calls++ % 50 == 49) return http_answer("503 Busy\r\nRetry-After-Ms: 1");
    return json_answer(R"({"id":")" + request.target.substr(6) + R"("})");
  });
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 64; ++i)
      threads.emplace_back([&, i] {
        for (int round = 0; round < 10; ++round)
          if (scene.client.jobs().get_job(std::to_string(i)).id == std::to_string(i)) ++right;
      });
  }
  EXPECT_EQ(right, 640);
}

}  // namespace
}  // namespace qhub
