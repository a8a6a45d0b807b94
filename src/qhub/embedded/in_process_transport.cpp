#include "qhub/embedded/in_process_transport.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

#include "qhub/sdk/errors.h"

namespace qhub {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds between_looks{20};  // at deadline and stop token, while a handler waits

std::string content_of(File const& file) {
  if (file.path.empty()) return file.content;
  std::ifstream stream(file.path, std::ios::binary);
  if (!stream) throw std::invalid_argument(fmt::format("cannot read {}", file.path));
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// RFC 7578.
void put_form(File const& file, hub::Request& request) {
  std::random_device random;
  std::string const boundary = fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
  std::string filename;
  for (char const c : file.filename) filename += c == '"' ? "%22" : std::string(1, c);
  request.body = fmt::format(
      "--{0}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{1}\"\r\nContent-Type: {2}\r\n\r\n{3}\r\n"
      "--{0}--\r\n",
      boundary, filename, file.content_type.empty() ? "application/octet-stream" : file.content_type, content_of(file));
  request.headers.set("Content-Type", "multipart/form-data; boundary=" + boundary);
}

hub::Request to_hub(HttpRequest const& request) {
  std::size_t const scheme = request.url.find("://");
  std::size_t const path = scheme == std::string::npos ? 0 : request.url.find('/', scheme + 3);
  hub::Request inside;
  inside.method = request.method;
  inside.target = path == std::string::npos ? "/" : request.url.substr(path);
  for (auto const& [name, value] : request.headers) inside.headers.add(name, value);
  if (request.body) inside.body = *request.body;
  if (request.file) put_form(*request.file, inside);
  return inside;
}

asio::awaitable<HttpResponse> serve(hub::Router& router, HttpRequest const& request, BodySink* sink) {
  hub::Response answer = co_await router.serve(to_hub(request));
  HttpResponse response{.status = static_cast<int>(answer.status), .headers = {}, .body = {}};
  for (auto const& [name, value] : answer.headers) response.headers.add(name, value);
  bool const stream = sink && response.status >= 200 && response.status < 300;
  if (stream) sink->begin(response.status, response.headers);
  auto const take = [&](std::string&& piece) {
    if (stream)
      sink->write(piece);
    else
      response.body += piece;
  };
  take(std::move(answer.body));
  while (answer.stream) {
    Result<std::string> piece = co_await answer.stream->next();
    if (!piece) throw ConnectionError(fmt::format("{} {}: {}", request.method, request.url, piece.error().message));
    if (piece->empty()) break;
    take(*std::move(piece));
  }
  co_return response;
}

class InProcessTransport : public Transport {
 public:
  explicit InProcessTransport(hub::Router& router) : router_(router) {}

  HttpResponse send(HttpRequest const& request, BodySink* sink) override {
    asio::io_context context;
    std::future<HttpResponse> answer = asio::co_spawn(context, serve(router_, request, sink), asio::use_future);
    while (!context.stopped()) {
      context.run_for(between_looks);
      if (context.stopped()) break;
      if (request.stop.stop_requested()) throw CancelledError("the call was stopped");
      if (request.deadline && std::chrono::steady_clock::now() >= *request.deadline)
        throw TimeoutError(fmt::format("{}: the deadline passed", request.method));
    }
    return answer.get();
  }

 private:
  hub::Router& router_;
};

class AsyncInProcessTransport : public AsyncTransport {
 public:
  explicit AsyncInProcessTransport(hub::Router& router) : router_(router) {}

  asio::awaitable<HttpResponse> send(HttpRequest const& request, BodySink* sink) override {
    return serve(router_, request, sink);
  }

 private:
  hub::Router& router_;
};

}  // namespace

std::shared_ptr<Transport> make_in_process_transport(hub::Router& router) {
  return std::make_shared<InProcessTransport>(router);
}

std::shared_ptr<AsyncTransport> make_async_in_process_transport(hub::Router& router) {
  return std::make_shared<AsyncInProcessTransport>(router);
}

}  // namespace qhub
