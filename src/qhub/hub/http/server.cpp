#include "qhub/hub/http/server.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "qhub/hub/http/problem.h"
#include "qhub/hub/random_id.h"

namespace qhub::hub {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Strand = asio::strand<asio::io_context::executor_type>;
using Stream = beast::basic_stream<tcp, Strand>;
using Clock = std::chrono::steady_clock;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

/// A connection as the server sees it. `stream` and `is_idle` are touched on the connection's strand only.
struct Connection {
  explicit Connection(tcp::socket::rebind_executor<Strand>::other socket) : stream(std::move(socket)) {}

  Stream stream;
  beast::flat_buffer buffer;
  bool is_idle = true;  ///< Nothing of a request has been read: closing it loses nothing.
};

/// What the protocol layer refuses before any handler sees it.
Response refusal(beast::error_code error, ServerOptions const& options) {
  auto const refuse = [](unsigned status, std::string message) {
    Error const reason{.kind = ErrorKind::invalid_argument, .message = std::move(message), .details = {}};
    return problem(status, reason, random_uuid());
  };
  if (error == http::error::body_limit)
    return refuse(413, fmt::format("the body is larger than the limit of {} bytes", options.max_body_bytes));
  if (error == http::error::header_limit)
    return refuse(431, fmt::format("the header is larger than the limit of {} bytes", options.max_header_bytes));
  return refuse(400, fmt::format("this is not a request of HTTP/1.1: {}", error.message()));
}

/// Whether the peer deserves an answer about this error, and can still get one.
bool is_refusal(beast::error_code error) {
  static auto const& http_errors = http::make_error_code(http::error::bad_method).category();
  return error.category() == http_errors && error != http::error::end_of_stream &&
         error != http::error::partial_message;
}

template <class Body>
void set_header(http::response<Body>& message, Response const& response, bool keep_alive) {
  message.result(response.status);
  for (auto const& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive);
}

asio::awaitable<bool> write_pieces(Stream& stream, BodySource& source, bool chunked,
                                   std::chrono::milliseconds timeout) {
  while (true) {
    Result<std::string> piece = co_await source.next();
    if (!piece) {
      spdlog::error("an answer was cut off: {}", piece.error().message);
      co_return false;
    }
    stream.expires_after(timeout);
    // Branches, not ?:, around co_await: GCC 12 evaluates both sides of the operator.
    if (piece->empty()) {
      if (!chunked) co_return true;
      auto const [error, size] = co_await asio::async_write(stream, http::make_chunk_last(), as_values);
      co_return !error;
    }
    asio::const_buffer const bytes = asio::buffer(*piece);
    beast::error_code error;
    if (chunked)
      error = std::get<0>(co_await asio::async_write(stream, http::make_chunk(bytes), as_values));
    else
      error = std::get<0>(co_await asio::async_write(stream, bytes, as_values));
    if (error) co_return false;
  }
}

/// Returns whether the connection may go on.
asio::awaitable<bool> write_response(Stream& stream, Response response, bool is_head, bool keep_alive,
                                     std::chrono::milliseconds timeout) {
  stream.expires_after(timeout);
  if (!is_head && !response.stream) {
    http::response<http::string_body> message;
    set_header(message, response, keep_alive);
    message.body() = std::move(response.body);
    if (response.status != 204) message.content_length(message.body().size());
    // A large body on a slow line takes as long as it takes, if it only moves.
    http::response_serializer<http::string_body> serializer(message);
    while (!serializer.is_done()) {
      stream.expires_after(timeout);
      auto const [error, size] = co_await http::async_write_some(stream, serializer, as_values);
      if (error) co_return false;
    }
    co_return keep_alive;
  }
  http::response<http::empty_body> message;
  set_header(message, response, keep_alive);
  bool chunked = false;
  if (!is_head) {
    auto const size = response.stream->size();
    chunked = !size;
    size ? message.content_length(*size) : message.chunked(true);
  }
  http::response_serializer<http::empty_body> serializer(message);
  auto const [error, size] = co_await http::async_write_header(stream, serializer, as_values);
  if (error) co_return false;
  if (is_head) co_return keep_alive;
  bool const complete = co_await write_pieces(stream, *response.stream, chunked, timeout);
  co_return complete&& keep_alive;
}

/// Closes so that the peer gets our last answer: closing at once while it still sends would reset the connection, and
/// the answer would be lost.
asio::awaitable<void> close_gently(Connection& connection, std::chrono::milliseconds linger) {
  beast::error_code ignored;
  connection.stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  connection.stream.expires_after(linger);
  std::vector<char> discarded(64U << 10);
  while (true) {
    auto const [error, size] = co_await connection.stream.async_read_some(asio::buffer(discarded), as_values);
    if (error) co_return;
  }
}

/// Reads the rest of a request whose header is known.
asio::awaitable<beast::error_code> read_body(Connection& connection, http::request_parser<http::string_body>& parser,
                                             ServerOptions const& options) {
  if (boost::algorithm::iequals(parser.get()[http::field::expect], "100-continue") && !parser.is_done()) {
    http::response<http::empty_body> const proceed(http::status::continue_, 11);
    http::response_serializer<http::empty_body, http::fields> serializer(proceed);
    auto const [error, size] = co_await http::async_write(connection.stream, serializer, as_values);
    if (error) co_return error;
  }
  auto const start = Clock::now();
  while (!parser.is_done()) {
    connection.stream.expires_after(options.stall_timeout);
    auto const [error, size] = co_await http::async_read_some(connection.stream, connection.buffer, parser, as_values);
    if (error) co_return error;
    auto const elapsed = Clock::now() - start;
    double const seconds = std::chrono::duration<double>(elapsed).count();
    if (elapsed > options.stall_timeout && static_cast<double>(parser.get().body().size()) <
                                               seconds * static_cast<double>(options.min_body_bytes_per_second))
      co_return beast::error::timeout;
  }
  co_return beast::error_code();
}

Request to_request(http::request<http::string_body> message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (auto const& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
  request.body = std::move(message.body());
  return request;
}

}  // namespace

class Server::Implementation {
 public:
  Implementation(ServerOptions options, Router& router)
      : options_(std::move(options)), router_(router), acceptor_(asio::make_strand(context_)) {}

  Result<void> listen() {
    auto const fail = [&](ErrorKind kind, beast::error_code error) {
      return Error{.kind = kind,
                   .message = fmt::format("cannot listen on {}:{}: {}", options_.host, options_.port, error.message()),
                   .details = {}};
    };
    beast::error_code error;
    auto const found =
        tcp::resolver(context_).resolve(options_.host, std::to_string(options_.port), tcp::resolver::passive, error);
    if (error) return fail(ErrorKind::invalid_argument, error);
    tcp::endpoint const endpoint = *found.begin();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return fail(ErrorKind::unavailable, error);
    port_ = acceptor_.local_endpoint().port();
    return {};
  }

  void run() {
    asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
    unsigned const threads = options_.threads ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { context_.run(); });
  }

  void stop() {
    stopping_ = true;
    asio::post(acceptor_.get_executor(), [this] { acceptor_.close(); });
    {
      std::unique_lock guard(connections_mutex_);
      close_connections(/*only_idle=*/true);
      if (!all_closed_.wait_for(guard, options_.shutdown_timeout, [this] { return connections_.empty(); }))
        close_connections(/*only_idle=*/false);
    }
    // Nothing is cut short: a handler that waits for the database is resumed before its thread ends.
    for (std::thread& thread : threads_) thread.join();
  }

  std::uint16_t port() const { return port_; }

 private:
  /// With connections_mutex_ held.
  void close_connections(bool only_idle) {
    for (auto const& connection : connections_)
      asio::post(connection->stream.get_executor(), [connection, only_idle] {
        if (connection->is_idle || !only_idle) connection->stream.close();
      });
  }

  asio::awaitable<void> accept() {
    while (!stopping_) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::make_strand(context_.get_executor()), as_values);
      if (stopping_) co_return;
      if (error) {  // Out of file descriptors, most likely: connections that end will free some.
        spdlog::warn("cannot accept a connection: {}", error.message());
        asio::steady_timer pause(context_, std::chrono::milliseconds(100));
        co_await pause.async_wait(as_values);
        continue;
      }
      beast::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      auto const connection = std::make_shared<Connection>(std::move(socket));
      {
        std::scoped_lock const guard(connections_mutex_);
        connections_.push_back(connection);
      }
      asio::co_spawn(connection->stream.get_executor(), serve(connection), [this, connection](std::exception_ptr) {
        std::scoped_lock const guard(connections_mutex_);
        connections_.remove(connection);
        if (connections_.empty()) all_closed_.notify_all();
      });
    }
  }

  asio::awaitable<void> serve(std::shared_ptr<Connection> connection) {
    bool goes_on = true;
    while (goes_on && !stopping_) goes_on = co_await serve_one(*connection);
    beast::error_code ignored;
    connection->stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  }

  /// Returns whether another request may follow.
  asio::awaitable<bool> serve_one(Connection& connection) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(options_.max_header_bytes);
    parser.body_limit(options_.max_body_bytes);
    connection.stream.expires_after(options_.idle_timeout);
    connection.is_idle = connection.buffer.size() == 0;
    auto const [header_error, size] =
        co_await http::async_read_header(connection.stream, connection.buffer, parser, as_values);
    connection.is_idle = false;
    beast::error_code error = header_error;
    if (!error) error = co_await read_body(connection, parser, options_);
    if (error) {
      if (!is_refusal(error)) co_return false;
      Response response = refusal(error, options_);
      co_await write_response(connection.stream, std::move(response), false, false, options_.stall_timeout);
      co_await close_gently(connection, options_.linger);
      co_return false;
    }
    connection.stream.expires_never();
    bool const keep_alive = parser.keep_alive();
    bool const is_head = parser.get().method() == http::verb::head;
    Request request = to_request(parser.release());
    Response response = co_await router_.serve(std::move(request));
    co_return co_await write_response(connection.stream, std::move(response), is_head, keep_alive && !stopping_,
                                      options_.stall_timeout);
  }

  ServerOptions const options_;
  Router& router_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> threads_;

  std::mutex connections_mutex_;
  std::condition_variable all_closed_;
  std::list<std::shared_ptr<Connection>> connections_;
};

Result<std::unique_ptr<Server>> Server::start(ServerOptions const& options, Router& router) {
  auto implementation = std::make_unique<Implementation>(options, router);
  Result<void> const listening = implementation->listen();
  if (!listening) return listening.error();
  implementation->run();
  return std::unique_ptr<Server>(new Server(std::move(implementation)));
}

Server::Server(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Server::~Server() {
  implementation_->stop();
}
std::uint16_t Server::port() const {
  return implementation_->port();
}

}  // namespace qhub::hub
