#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>

#include "qhub/api/codec.h"
#include "qhub/sdk/connection.h"
#include "qhub/sdk/errors.h"

/// What every generated client method is made of.
namespace qhub::sdk {

/// The JSON of a success answer as `codec` reads it.
/// \throws ParsingError
void read_answer(api::Operation const& operation, HttpResponse response, api::Codec const& codec, bool is_page,
                 void* answer);

template <class T>
concept Page = requires(T page) {
  page.content;
};

template <class Request>
api::WireRequest encode(api::Operation const& operation, std::initializer_list<std::string_view> path,
                        Request const* request) {
  return api::encode_request(operation, {path.begin(), path.size()}, &api::describe<Request>(), request);
}
inline api::WireRequest encode(api::Operation const& operation, std::initializer_list<std::string_view> path,
                               std::nullptr_t) {
  return api::encode_request(operation, {path.begin(), path.size()}, nullptr, nullptr);
}

template <class Answer, class Request>
Answer call(Connection const& connection, api::Operation const& operation, std::initializer_list<std::string_view> path,
            Request request, RequestOptions const& options) {
  HttpResponse response = connection.exchange(operation, encode(operation, path, request), options);
  if constexpr (std::same_as<Answer, Headers>) {
    return std::move(response.headers);
  } else if constexpr (!std::is_void_v<Answer>) {
    Answer answer{};
    if (operation.answer == api::AnswerKind::optional_json && response.body.empty()) return answer;
    read_answer(operation, std::move(response), api::codec<Answer>, Page<Answer>, &answer);
    return answer;
  }
}

/// A call whose answer is bytes.
template <class Answer, class Request>
requires std::is_void_v<Answer>
void call(Connection const& connection, api::Operation const& operation, std::initializer_list<std::string_view> path,
          Request request, ByteSink const& sink, RequestOptions const& options) {
  connection.exchange(operation, encode(operation, path, request), options, &sink);
}

}  // namespace qhub::sdk
