#include "qhub/hub/http/session.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http.hpp>
#include <array>
#include <ctime>

#include "qhub/hub/http/form.h"
#include "qhub/hub/http/problem.h"
#include "qhub/hub/random_id.h"

namespace qhub::hub {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Clock = std::chrono::steady_clock;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

/// Bodies up to this size are read even if the request is refused for its header, so that the connection lives on.
constexpr std::uint64_t small_body_bytes = 64U << 10;
/// An answer up to this size is sent in one piece with its header.
constexpr std::size_t small_answer_bytes = 16U << 10;

Response refusal(unsigned status, std::string message) {
  Error const reason{.kind = ErrorKind::invalid_argument, .message = std::move(message), .details = {}};
  return problem(status, reason, fast_uuid());
}

/// What the protocol layer refuses before any handler sees it.
Response refusal(beast::error_code error, ServerOptions const& options) {
  if (error == http::error::body_limit)
    return refusal(413, fmt::format("the body is larger than the limit of {} bytes", options.max_body_bytes));
  if (error == http::error::header_limit)
    return refusal(431, fmt::format("the header is larger than the limit of {} bytes", options.max_header_bytes));
  return refusal(400, fmt::format("this is not a request of HTTP/1.1: {}", error.message()));
}

/// Whether the peer deserves an answer about this error, and can still get one.
bool is_refusal(beast::error_code error) {
  static auto const& http_errors = http::make_error_code(http::error::bad_method).category();
  return error.category() == http_errors && error != http::error::end_of_stream &&
         error != http::error::partial_message;
}

template <class Fields>
void copy_head(http::request_header<Fields> const& head, Request& request) {
  request.method = std::string(head.method_string());
  request.target = std::string(head.target());
  for (auto const& field : head) request.headers.add(std::string(field.name_string()), std::string(field.value()));
}

/// The Date field's value (RFC 9110, 5.6.7), made anew once a second.
std::string_view http_date() {
  thread_local std::time_t made_at = 0;
  thread_local std::string text;
  std::time_t const now = std::time(nullptr);
  if (now != made_at) {
    made_at = now;
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
  }
  return text;
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  head += value;
  head += "\r\n";
}

}  // namespace

/// What reading a body came to: nothing, an answer that ends the connection, or a connection that is lost.
struct Session::Outcome {
  std::optional<Response> refused = {};
  bool is_lost = false;
};

Session::Session(Stream::Socket socket, asio::ssl::context* tls, ServerOptions const& options, Router& router)
    : stream_(std::move(socket), tls), options_(options), router_(router) {}

void Session::expire(Clock::time_point now) {
  if (now >= deadline_) close();
}

void Session::finish() {
  is_finishing_ = true;
  if (is_idle_) close();
}

void Session::close() {
  beast::error_code ignored;
  stream_.socket().close(ignored);
}

asio::awaitable<void> Session::run() {
  if (stream_.is_encrypted()) {
    allow(options_.stall_timeout);
    auto const [error] = co_await stream_.async_handshake(as_values);
    if (error) co_return;
  }
  while (co_await serve_one()) {
  }
  beast::error_code ignored;
  if (stream_.is_encrypted() && stream_.socket().is_open()) {
    allow(options_.linger);
    co_await stream_.async_shutdown(as_values);
  }
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

asio::awaitable<bool> Session::serve_one() {
  if (is_finishing_) co_return false;
  Head head;
  head.header_limit(options_.max_header_bytes);
  head.body_limit(boost::none);  // Which limit holds is known when the header is.
  allow(options_.idle_timeout);
  is_idle_ = buffer_.size() == 0;
  auto const [error, size] = co_await http::async_read_header(stream_, buffer_, head, as_values);
  is_idle_ = false;
  if (error) {
    if (is_refusal(error)) co_await refuse(refusal(error, options_));
    co_return false;
  }
  Request request;
  copy_head(head.get(), request);
  bool const keep_alive = head.keep_alive();
  bool const is_head = head.get().method() == http::verb::head;
  unsigned const version = head.get().version();

  Outcome outcome = co_await read_body(head, request);
  if (outcome.is_lost) co_return false;
  if (outcome.refused) {
    co_await refuse(std::move(*outcome.refused));
    co_return false;
  }
  allow_forever();
  Response response = co_await router_.serve(std::move(request));
  co_return co_await write(std::move(response), is_head, version, keep_alive && !is_finishing_);
}

asio::awaitable<bool> Session::tell_to_continue(Head const& head) {
  if (!boost::algorithm::iequals(head.get()[http::field::expect], "100-continue")) co_return true;
  co_return co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
}

asio::awaitable<Session::Outcome> Session::read_body(Head& head, Request& request) {
  if (head.is_done()) co_return Outcome{};
  std::string_view const encoding = head.get()[http::field::content_encoding];
  if (!encoding.empty() && !boost::algorithm::iequals(encoding, "identity"))
    co_return Outcome{.refused = refusal(415, "send the body without Content-Encoding")};
  bool const is_form = boost::algorithm::istarts_with(head.get()[http::field::content_type], "multipart/");
  std::uint64_t const limit = is_form ? options_.max_upload_bytes : options_.max_body_bytes;
  auto const length = head.content_length();
  if (length && *length > limit)
    co_return Outcome{.refused = refusal(413, fmt::format("the body is larger than the limit of {} bytes", limit))};
  // Nobody fills our disk or memory who would be sent away afterwards.
  if (is_form || !length || *length > small_body_bytes)
    if (auto refused = co_await router_.refuse_early(request)) co_return Outcome{.refused = std::move(refused)};
  if (!co_await tell_to_continue(head)) co_return Outcome{.is_lost = true};
  if (is_form) co_return co_await read_form(head, request);
  co_return co_await read_text(head, request);
}

asio::awaitable<Session::Outcome> Session::read_text(Head& head, Request& request) {
  http::request_parser<http::string_body> parser(std::move(head));
  parser.body_limit(options_.max_body_bytes);
  auto const start = Clock::now();
  while (!parser.is_done()) {
    allow(options_.stall_timeout);
    auto const [error, size] = co_await http::async_read_some(stream_, buffer_, parser, as_values);
    if (error && is_refusal(error)) co_return Outcome{.refused = refusal(error, options_)};
    if (error || is_too_slow(start, parser.get().body().size())) co_return Outcome{.is_lost = true};
  }
  request.body = std::move(parser.get().body());
  co_return Outcome{};
}

asio::awaitable<Session::Outcome> Session::read_form(Head& head, Request& request) {
  auto const refused = [](Error const& error) { return Outcome{.refused = problem(error, fast_uuid())}; };
  Result<FormReader> reader =
      FormReader::create(request.headers.find("Content-Type").value_or(""), options_.upload_directory);
  if (!reader) co_return refused(reader.error());
  http::request_parser<http::buffer_body> parser(std::move(head));
  parser.body_limit(options_.max_upload_bytes);
  std::vector<char> piece(256U << 10);
  auto const start = Clock::now();
  std::uint64_t received = 0;
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    allow(options_.stall_timeout);
    auto const [error, size] = co_await http::async_read(stream_, buffer_, parser, as_values);
    if (error && error != http::error::need_buffer) {
      if (is_refusal(error)) co_return Outcome{.refused = refusal(error, options_)};
      co_return Outcome{.is_lost = true};
    }
    std::size_t const count = piece.size() - body.size;
    received += count;
    if (Result<void> const fed = reader->feed({piece.data(), count}); !fed) co_return refused(fed.error());
    if (is_too_slow(start, received)) co_return Outcome{.is_lost = true};
  }
  Result<std::vector<FormPart>> parts = reader->finish();
  if (!parts) co_return refused(parts.error());
  request.parts = std::move(*parts);
  co_return Outcome{};
}

bool Session::is_too_slow(Clock::time_point start, std::uint64_t bytes) const {
  auto const elapsed = Clock::now() - start;
  double const seconds = std::chrono::duration<double>(elapsed).count();
  return elapsed > options_.stall_timeout &&
         static_cast<double>(bytes) < seconds * static_cast<double>(options_.min_body_bytes_per_second);
}

/// Returns whether the connection may go on.
asio::awaitable<bool> Session::write(Response response, bool is_head, unsigned version, bool keep_alive) {
  bool const is_bodyless = is_head || response.status == 204 || response.status == 304;
  std::optional<std::uint64_t> size = response.body.size();
  if (response.stream) size = response.stream->size();
  bool const chunked = !is_bodyless && !size && version >= 11;
  if (!is_bodyless && !size && !chunked) keep_alive = false;  // HTTP/1.0: the end of the connection ends the body.

  std::string head;
  head.reserve(512 + (response.body.size() <= small_answer_bytes ? response.body.size() : 0));
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status,
                 std::string_view(http::obsolete_reason(http::int_to_status(response.status))));
  append_field(head, "Date", http_date());
  for (auto const& [name, value] : response.headers) {
    // A line end would let whoever chose the value write header fields of his own.
    if (value.find_first_of("\r\n") == std::string::npos) append_field(head, name, value);
  }
  if (chunked)
    append_field(head, "Transfer-Encoding", "chunked");
  else if (!is_bodyless && size)
    append_field(head, "Content-Length", fmt::format_int(*size).str());
  if (!keep_alive)
    append_field(head, "Connection", "close");
  else if (version < 11)
    append_field(head, "Connection", "keep-alive");
  head += "\r\n";

  if (is_bodyless || !response.stream) {
    std::string_view body = is_bodyless ? std::string_view() : response.body;
    if (body.size() <= small_answer_bytes) head += std::exchange(body, {});
    bool const written = co_await write_all(head, body);
    co_return written && keep_alive;
  }
  if (!co_await write_all(head, {})) co_return false;
  bool const complete = co_await write_pieces(*response.stream, chunked);
  co_return complete && keep_alive;
}

asio::awaitable<bool> Session::write_pieces(BodySource& source, bool chunked) {
  while (true) {
    allow_forever();  // The source takes the time it takes.
    Result<std::string> piece = co_await source.next();
    if (!piece) {
      spdlog::error("an answer was cut off: {}", piece.error().message);
      co_return false;
    }
    if (piece->empty()) break;
    if (chunked) {
      *piece += "\r\n";
      std::string const size = fmt::format("{:x}\r\n", piece->size() - 2);
      if (!co_await write_all(size, *piece)) co_return false;
    } else if (!co_await write_all(*piece, {})) {
      co_return false;
    }
  }
  if (!chunked) co_return true;
  co_return co_await write_all("0\r\n\r\n", {});
}

/// A large body on a slow line takes as long as it takes, if it only moves.
asio::awaitable<bool> Session::write_all(std::string_view first, std::string_view second) {
  while (!first.empty() || !second.empty()) {
    allow(options_.stall_timeout);
    std::array const buffers{asio::const_buffer(first.data(), first.size()),
                             asio::const_buffer(second.data(), second.size())};
    auto const [error, size] = co_await stream_.async_write_some(buffers, as_values);
    if (error) co_return false;
    std::size_t const from_first = std::min(size, first.size());
    first.remove_prefix(from_first);
    second.remove_prefix(size - from_first);
  }
  co_return true;
}

/// Answers and closes so that the peer gets the answer: closing at once while it still sends would reset the
/// connection, and the answer would be lost.
asio::awaitable<void> Session::refuse(Response response) {
  co_await write(std::move(response), false, 11, false);
  beast::error_code ignored;
  if (!stream_.is_encrypted()) stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  auto const end = Clock::now() + options_.linger;
  std::vector<char> discarded(64U << 10);
  while (Clock::now() < end) {
    deadline_ = end;
    auto const [error, size] = co_await stream_.async_read_some(asio::buffer(discarded), as_values);
    if (error) co_return;
  }
}

}  // namespace qhub::hub
