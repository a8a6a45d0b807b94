#pragma once

#include <optional>
#include <string>

#include "qhub/api/codec.h"
#include "qhub/hub/http/problem.h"
#include "qhub/hub/http/router.h"

/// What the generated routes are made of: reading a request's parts into its type, writing a handler's result.
namespace qhub::hub {

/// The operation's own path parameter of that index; those of the mount prefix come before it.
std::string path_parameter(Call const& call, std::size_t index);

/// Query, body and file of the request as `fields` describes them. Errors name each field at fault.
Result<void> read_request(Call& call, api::Object const& fields, void* request);

template <class Request>
Result<void> read_request(Call& call, Request& request) {
  return read_request(call, api::describe<Request>(), &request);
}

/// A handler's result as a response: 200 with JSON, or 201 and Location for what it made, 204 for nothing, or the problem
/// document of its error.
template <class T>
Response to_response(Call const& call, Result<T> const& result) {
  if (!result) return problem(result.error(), call.request_id);
  Response response = json_response(call.location.empty() ? 200 : 201, api::encode(*result));
  if (!call.location.empty()) response.headers.set("Location", call.location);
  return response;
}
template <class T>
Response to_response(Call const& call, Result<std::optional<T>> const& result) {
  if (!result) return problem(result.error(), call.request_id);
  return *result ? json_response(200, api::encode(**result)) : empty_response();
}
inline Response to_response(Call const& call, Result<void> const& result) {
  return result ? empty_response() : problem(result.error(), call.request_id);
}
inline Response to_response(Call const& call, Result<Response> result) {
  return result ? *std::move(result) : problem(result.error(), call.request_id);
}

/// Waits for the handler's work. One coroutine per type of result, so that the routes need none of their own.
template <class T>
asio::awaitable<Response> answer(Call const& call, asio::awaitable<Result<T>> work) {
  co_return to_response(call, co_await std::move(work));
}

/// The answer to a request that no handler gets to see.
asio::awaitable<Response> refuse(Call const& call, Error error);

}  // namespace qhub::hub
