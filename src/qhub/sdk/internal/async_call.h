#pragma once

#include <boost/asio/awaitable.hpp>

#include "qhub/sdk/internal/async_connection.h"
#include "qhub/sdk/internal/call.h"

/// What every generated method of an asynchronous client is made of. Requests are encoded at once, so that arguments
/// need not outlive the call that returns the awaitable.
namespace qhub::sdk {

using boost::asio::awaitable;

template <class Answer>
awaitable<Answer> read_when_there(api::Operation const& operation, awaitable<HttpResponse> exchange) {
  co_return ReadAnswer<Answer>::read(operation, co_await std::move(exchange));
}

template <class Answer, class Request>
awaitable<Answer> async_call(std::shared_ptr<AsyncConnection const> connection, api::Operation const& operation,
                             std::initializer_list<std::string_view> path, Request request,
                             RequestOptions const& options) {
  return read_when_there<Answer>(
      operation,
      AsyncConnection::exchange(std::move(connection), operation, encode(operation, path, request), options));
}

/// A call whose answer is bytes, for a function.
awaitable<HttpResponse> async_stream(std::shared_ptr<AsyncConnection const> connection, api::Operation const& operation,
                                     api::WireRequest request, ByteSink sink, RequestOptions options);
/// A call whose answer is bytes, for a file.
awaitable<HttpResponse> async_stream(std::shared_ptr<AsyncConnection const> connection, api::Operation const& operation,
                                     api::WireRequest request, ToFile file, RequestOptions options);

template <class Answer, class Request, class Sink>
awaitable<Answer> async_call(std::shared_ptr<AsyncConnection const> connection, api::Operation const& operation,
                             std::initializer_list<std::string_view> path, Request request, Sink sink,
                             RequestOptions const& options) {
  return read_when_there<Answer>(operation, async_stream(std::move(connection), operation,
                                                         encode(operation, path, request), std::move(sink), options));
}

/// Any request below the base URL.
awaitable<HttpResponse> async_fetch(std::shared_ptr<AsyncConnection const> connection, std::string method,
                                    std::string path, std::optional<std::string> body, RequestOptions options);

}  // namespace qhub::sdk
