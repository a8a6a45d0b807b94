#include "qhub/hub/http/server.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <thread>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

class Nobody : public Authenticator {
 public:
  asio::awaitable<Result<Principal>> authenticate(Headers const&) override { co_return Principal{}; }
};

/// "ab" three times, its size told or not.
class Pieces : public BodySource {
 public:
  explicit Pieces(std::optional<std::uint64_t> size) : size_(size) {}
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  asio::awaitable<Result<std::string>> next() override { co_return std::string(left_-- > 0 ? "ab" : ""); }

 private:
  std::optional<std::uint64_t> size_;
  int left_ = 3;
};

constexpr api::Operation echo{
    .id = "t.echo", .method = "POST", .path = "/echo", .summary = "", .body = api::BodyKind::json, .anonymous = true};
constexpr api::Operation slow{.id = "t.slow", .method = "GET", .path = "/slow", .summary = "", .anonymous = true};
constexpr api::Operation chunked{
    .id = "t.chunked", .method = "GET", .path = "/chunked", .summary = "", .anonymous = true};
constexpr api::Operation sized{.id = "t.sized", .method = "GET", .path = "/sized", .summary = "", .anonymous = true};

class ServerTest : public testing::Test {
 protected:
  ServerTest() : router(nobody) {
    router.add(echo, "",
               [](Call& call) -> asio::awaitable<Response> { co_return json_response(200, call.request.body); });
    router.add(slow, "", [](Call&) -> asio::awaitable<Response> {
      asio::steady_timer timer(co_await asio::this_coro::executor, 300ms);
      co_await timer.async_wait(asio::use_awaitable);
      co_return json_response(200, "late");
    });
    router.add(chunked, "", [](Call&) -> asio::awaitable<Response> {
      co_return bytes_response(std::make_unique<Pieces>(std::nullopt));
    });
    router.add(sized, "",
               [](Call&) -> asio::awaitable<Response> { co_return bytes_response(std::make_unique<Pieces>(6)); });
    options.max_body_bytes = 100'000;
    options.max_header_bytes = 4'000;
    options.idle_timeout = 300ms;
    options.stall_timeout = 300ms;
    options.threads = 2;
    start();
  }
  void start() {
    auto started = Server::start(options, router);
    ASSERT_TRUE(started) << started.error().message;
    server = std::move(*started);
  }
  tcp::socket connect() {
    tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"), server->port()});
    return socket;
  }
  /// Everything the server sends until it closes.
  static std::string read_all(tcp::socket& socket) {
    std::string text;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(text), end);
    return text;
  }
  std::string exchange(std::string const& text) {
    tcp::socket socket = connect();
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(text), ignored);
    return read_all(socket);
  }

  Nobody nobody;
  Router router;
  ServerOptions options;
  asio::io_context context;
  std::unique_ptr<Server> server;
};

std::string post(std::string const& body, std::string const& more = "") {
  return "POST /echo HTTP/1.1\r\nHost: h\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
  std::string const answer = exchange(post("first") + post("second", "Connection: close\r\n"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("first"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("second"));
}

TEST_F(ServerTest, StreamsBodiesWithAndWithoutKnownSize) {
  std::string const end = " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  std::string const with_size = exchange("GET /sized" + end);
  EXPECT_NE(with_size.find("Content-Length: 6\r\n"), std::string::npos) << with_size;
  EXPECT_TRUE(with_size.ends_with("\r\n\r\nababab"));
  std::string const without_size = exchange("GET /chunked" + end);
  EXPECT_NE(without_size.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << without_size;
  EXPECT_TRUE(without_size.ends_with("2\r\nab\r\n2\r\nab\r\n2\r\nab\r\n0\r\n\r\n")) << without_size;
  std::string const head = exchange("HEAD /sized" + end);
  EXPECT_NE(head.find("Content-Length: 6\r\n"), std::string::npos) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, ABodyOverTheLimitIsAnsweredEvenIfTheClientSendsItWhole) {
  for (std::size_t const size : {100'001U, 20'000'000U}) {
    std::string const answer = exchange(post(std::string(size, 'x')));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer.substr(0, 100);
    EXPECT_NE(answer.find("100000 bytes"), std::string::npos);
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
  }
  std::string const chunks = exchange("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n186A1\r\n" +
                                      std::string(100'001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_TRUE(chunks.starts_with("HTTP/1.1 413 ")) << chunks.substr(0, 100);
  EXPECT_TRUE(exchange(post(std::string(100'000, 'x'), "Connection: close\r\n")).starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerTest, ClientsThatAskFirstAreToldToGoOn) {
  tcp::socket socket = connect();
  asio::write(socket, asio::buffer(std::string("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: "
                                               "close\r\nContent-Length: 3\r\n\r\n")));
  std::string proceed(25, '\0');
  asio::read(socket, asio::buffer(proceed));
  EXPECT_EQ(proceed, "HTTP/1.1 100 Continue\r\n\r\n");
  asio::write(socket, asio::buffer(std::string("abc")));
  EXPECT_TRUE(read_all(socket).ends_with("abc"));
}

TEST_F(ServerTest, GarbageAndLongHeadersAreRefusedAsProblems) {
  std::string const garbage = exchange("\x16\x03\x01 no http\r\n\r\n");
  EXPECT_TRUE(garbage.starts_with("HTTP/1.1 400 ")) << garbage;
  EXPECT_NE(garbage.find("application/problem+json"), std::string::npos);
  std::string const long_header =
      exchange("GET /echo HTTP/1.1\r\nHost: h\r\nX: " + std::string(5'000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(long_header.starts_with("HTTP/1.1 431 ")) << long_header;
  EXPECT_TRUE(exchange(post("x", "Content-Length: 7\r\n")).starts_with("HTTP/1.1 400 "));
}

TEST_F(ServerTest, SlowClientsAreCutOff) {
  auto const start = std::chrono::steady_clock::now();
  EXPECT_EQ(exchange("POST /echo HTTP/1.1\r\nHost"), "");
  EXPECT_EQ(exchange("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nab"), "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_TRUE(exchange(post("x", "Connection: close\r\n")).ends_with("x"));
}

TEST_F(ServerTest, StoppingCompletesWhatIsUnderWay) {
  tcp::socket busy = connect(), idle = connect();
  asio::write(busy, asio::buffer(std::string("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")));
  std::this_thread::sleep_for(100ms);
  auto const start = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_TRUE(read_all(busy).ends_with("late"));
  EXPECT_EQ(read_all(idle), "");
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  ServerOptions taken = options;
  taken.port = server->port();
  auto const second = Server::start(taken, router);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(taken.port)), std::string::npos);
}

}  // namespace
}  // namespace qhub::hub
