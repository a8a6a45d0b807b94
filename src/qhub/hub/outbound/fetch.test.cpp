#include "qhub/hub/outbound/fetch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <thread>

namespace qhub::hub {
namespace {

using boost::asio::ip::tcp;

/// Answers each connection with the same text until it is destroyed.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : answer_(std::move(answer)) {
    thread_ = std::thread([this] {
      while (true) {
        tcp::socket socket(context_);
        boost::system::error_code error;
        acceptor_.accept(socket, error);
        if (error || stopping_) return;
        std::string request;
        boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n", error);
        boost::asio::write(socket, boost::asio::buffer(answer_), error);
      }
    });
  }
  ~OneAnswer() {
    stopping_ = true;
    tcp::socket(context_).connect(acceptor_.local_endpoint());  // wakes the thread up
    thread_.join();
  }
  [[nodiscard]] unsigned port() const { return acceptor_.local_endpoint().port(); }

 private:
  std::string answer_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

AddressPolicy loopback() {
  AddressPolicy policy;
  EXPECT_TRUE(policy.allow("127.0.0.1/32"));
  return policy;
}

std::string hello() {
  return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Note: a\r\nConnection: close\r\n\r\nhello";
}

TEST(Fetch, ReachesOnlyWhatThePolicyAllows) {
  OneAnswer const server(hello());
  for (char const* host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001"}) {
    auto const refused = fetch({.url = fmt::format("http://{}:{}/", host, server.port())}, AddressPolicy());
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid_argument) << host << ": " << refused.error().message;
  }
  auto const reached = fetch({.url = fmt::format("http://127.0.0.1:{}/", server.port())}, loopback());
  ASSERT_TRUE(reached) << reached.error().message;
  EXPECT_EQ(reached->status, 200u);
  EXPECT_EQ(reached->body, "hello");
  EXPECT_EQ(reached->headers.find("x-note"), "a");
}

TEST(Fetch, ARedirectIsCheckedLikeTheFirstAddress) {
  OneAnswer const secret(hello());
  OneAnswer const server(
      fmt::format("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:{}/\r\nContent-Length: 0\r\n"
                  "Connection: close\r\n\r\n",
                  secret.port()));
  auto const refused = fetch({.url = fmt::format("http://127.0.0.1:{}/", server.port())}, loopback());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("127.0.0.2"), std::string::npos) << refused.error().message;
}

TEST(Fetch, RefusesOtherProtocolsAndTooMuch) {
  OneAnswer const server(hello());
  for (char const* url : {"file:///etc/passwd", "gopher://127.0.0.1/", "", "not a url"})
    EXPECT_FALSE(fetch({.url = url}, loopback())) << url;
  auto const large = fetch({.url = fmt::format("http://127.0.0.1:{}/", server.port()), .max_bytes = 4}, loopback());
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind, ErrorKind::too_large);
}

}  // namespace
}  // namespace qhub::hub
