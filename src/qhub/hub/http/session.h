#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>

#include "qhub/hub/http/router.h"
#include "qhub/hub/http/server.h"
#include "qhub/hub/http/stream.h"

namespace qhub::hub {

/// One connection: reads requests, hands them to the router, writes the answers. All of it runs on one thread, that of
/// the stream's executor, which also calls expire() now and then: a deadline is a plain number, not a timer.
class Session {
 public:
  Session(Stream::Socket socket, asio::ssl::context* tls, ServerOptions const& options, Router& router);

  /// Serves until either side has had enough. `finish()` makes the answer under way the last one.
  [[nodiscard]] asio::awaitable<void> run();

  /// Closes the connection if the peer has let its deadline pass.
  void expire(std::chrono::steady_clock::time_point now);

  /// Takes no further request: closes at once if none has begun.
  void finish();

  void close();

 private:
  using Head = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  struct Outcome;

  asio::awaitable<bool> serve_one();
  asio::awaitable<Outcome> read_body(Head& head, Request& request);
  asio::awaitable<Outcome> read_text(Head& head, Request& request);
  asio::awaitable<Outcome> read_form(Head& head, Request& request);
  asio::awaitable<bool> tell_to_continue(Head const& head);
  asio::awaitable<bool> write(Response response, bool is_head, unsigned version, bool keep_alive);
  asio::awaitable<bool> write_pieces(BodySource& source, bool chunked);
  asio::awaitable<bool> write_all(std::string_view first, std::string_view second);
  asio::awaitable<void> refuse(Response response);

  void allow(std::chrono::milliseconds time) { deadline_ = std::chrono::steady_clock::now() + time; }
  void allow_forever() { deadline_ = std::chrono::steady_clock::time_point::max(); }
  /// Whether a body that began at `start` and has brought `bytes` so far is slower than the options allow.
  [[nodiscard]] bool is_too_slow(std::chrono::steady_clock::time_point start, std::uint64_t bytes) const;

  Stream stream_;
  ServerOptions const& options_;
  Router& router_;
  boost::beast::flat_buffer buffer_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool is_idle_ = true;  ///< Nothing of a request has been read: closing loses nothing.
  bool is_finishing_ = false;
};

}  // namespace qhub::hub
