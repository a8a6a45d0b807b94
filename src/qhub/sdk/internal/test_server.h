#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

/// A server for tests that behaves as badly as it is told to.
namespace qhub {

class TestServer {
 public:
  struct Request {
    std::string method, target, head, body;

    /// Value of a header field, its name given in lower case.
    std::string header(std::string_view name) const {
      std::string lower = head;
      std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      std::size_t const at = lower.find("\r\n" + std::string(name) + ": ");
      if (at == std::string::npos) return "";
      std::size_t const begin = at + name.size() + 4;
      return head.substr(begin, head.find("\r\n", begin) - begin);
    }
  };

  /// What goes over the wire, and then.
  struct Answer {
    enum class Then { next_request, close, reset, silence };
    std::string bytes;
    Then then = Then::next_request;
    std::size_t piece = 0;  ///< Sent in pieces of this size; 0: at once.
    std::chrono::milliseconds between_pieces{0};
  };
  using Handler = std::function<Answer(Request const&)>;

  explicit TestServer(Handler handler)
      : handler_(std::move(handler)), acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {
    boost::asio::co_spawn(context_, accept(), boost::asio::detached);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~TestServer() {
    context_.stop();
    thread_.join();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }

 private:
  using Socket = boost::asio::ip::tcp::socket;
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> accept() {
    for (;;) {
      Socket socket = co_await acceptor_.async_accept(boost::asio::use_awaitable);
      boost::asio::co_spawn(context_, serve(std::move(socket)), boost::asio::detached);
    }
  }

  Awaitable<void> serve(Socket socket) {
    namespace asio = boost::asio;
    std::string buffer;
    for (;;) {
      std::size_t const head = co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n",
                                                               asio::use_awaitable);
      Request request;
      request.head = buffer.substr(0, head);
      buffer.erase(0, head);
      std::size_t const method = request.head.find(' ');
      request.method = request.head.substr(0, method);
      request.target = request.head.substr(method + 1, request.head.find(' ', method + 1) - method - 1);
      std::string const length = request.header("content-length");
      std::size_t const size = length.empty() ? 0 : std::stoul(length);
      if (buffer.size() < size)
        co_await asio::async_read(socket, asio::dynamic_buffer(buffer), asio::transfer_exactly(size - buffer.size()),
                                  asio::use_awaitable);
      request.body = buffer.substr(0, size);
      buffer.erase(0, size);

      Answer const answer = handler_(request);
      std::size_t const piece = answer.piece == 0 ? answer.bytes.size() : answer.piece;
      for (std::size_t sent = 0; sent < answer.bytes.size(); sent += piece) {
        std::string_view const next = std::string_view(answer.bytes).substr(sent, piece);
        co_await asio::async_write(socket, asio::buffer(next), asio::use_awaitable);
        if (answer.between_pieces.count() > 0) co_await sleep(answer.between_pieces);
      }
      switch (answer.then) {
        case Answer::Then::next_request:
          break;
        case Answer::Then::close:
          co_return;
        case Answer::Then::reset:
          socket.set_option(asio::socket_base::linger(true, 0));
          co_return;
        case Answer::Then::silence:
          co_await sleep(std::chrono::minutes(10));
      }
    }
  }

  Awaitable<void> sleep(std::chrono::milliseconds time) {
    boost::asio::steady_timer timer(context_, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }

  Handler handler_;
  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

inline TestServer::Answer raw_answer(std::string bytes,
                                     TestServer::Answer::Then then = TestServer::Answer::Then::next_request) {
  return {.bytes = std::move(bytes), .then = then};
}
inline TestServer::Answer silence() {
  return {.bytes = {}, .then = TestServer::Answer::Then::silence};
}
/// \param status  with its phrase and further header fields, e.g. "429 Busy\r\nRetry-After: 1".
inline TestServer::Answer http_answer(std::string_view status, std::string_view body = "") {
  return raw_answer("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                    std::string(body));
}
inline TestServer::Answer json_answer(std::string_view body) {
  return http_answer("200 OK\r\nContent-Type: application/json", body);
}

}  // namespace qhub
