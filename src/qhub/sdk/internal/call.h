#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>

#include "qhub/api/codec.h"
#include "qhub/sdk/internal/connection.h"
#include "qhub/sdk/errors.h"

/// What every generated client method is made of.
namespace qhub::sdk {

/// The JSON of a success answer as `codec` reads it.
/// \throws ParsingError
void read_answer(api::Operation const& operation, HttpResponse response, api::Codec const& codec, bool is_page,
                 void* answer);

template <class T>
concept AnyPage = requires(T page) {
  page.content;
};

/// What a method returns: a value, its header fields, nothing, or one of these with what HTTP says of it.
template <class Answer>
struct ReadAnswer {
  static Answer read(api::Operation const& operation, HttpResponse response) {
    if constexpr (std::same_as<Answer, Headers>) {
      return std::move(response.headers);
    } else if constexpr (!std::is_void_v<Answer>) {
      Answer answer{};
      if (operation.answer == api::AnswerKind::optional_json && response.body.empty()) return answer;
      read_answer(operation, std::move(response), api::codec<Answer>, AnyPage<Answer>, &answer);
      return answer;
    }
  }
};
template <class Data>
struct ReadAnswer<RawResponse<Data>> {
  static RawResponse<Data> read(api::Operation const& operation, HttpResponse response) {
    RawResponse<Data> raw{.status_code = response.status, .headers = response.headers};
    if constexpr (!std::is_void_v<Data>) raw.data = ReadAnswer<Data>::read(operation, std::move(response));
    return raw;
  }
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
  return ReadAnswer<Answer>::read(operation, connection.exchange(operation, encode(operation, path, request), options));
}

/// A call whose answer is bytes, for a function.
HttpResponse stream(Connection const& connection, api::Operation const& operation, api::WireRequest request,
                    ByteSink const& sink, RequestOptions const& options);
/// A call whose answer is bytes, for a file.
HttpResponse stream(Connection const& connection, api::Operation const& operation, api::WireRequest request,
                    ToFile const& file, RequestOptions const& options);

template <class Answer, class Request, class Sink>
Answer call(Connection const& connection, api::Operation const& operation, std::initializer_list<std::string_view> path,
            Request request, Sink const& sink, RequestOptions const& options) {
  return ReadAnswer<Answer>::read(operation,
                                  stream(connection, operation, encode(operation, path, request), sink, options));
}

/// \throws std::invalid_argument if `path` is none below the base URL.
api::WireRequest fetch_request(std::string_view path, std::optional<std::string> body);
/// Any request below the base URL.
HttpResponse fetch(Connection const& connection, std::string_view method, std::string_view path,
                   std::optional<std::string> body, RequestOptions const& options);

}  // namespace qhub::sdk
