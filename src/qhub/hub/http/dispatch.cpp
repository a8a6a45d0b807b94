#include "qhub/hub/http/dispatch.h"

#include <fmt/format.h>

#include <openssl/evp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "qhub/api/request_codec.h"
#include "qhub/hub/http/form.h"

namespace qhub::hub {

std::string path_parameter(Call const& call, std::size_t index) {
  std::size_t const from_prefix = call.request.path_parameters.size() - call.operation.path_parameters.size();
  return call.request.path_parameters[from_prefix + index];
}

asio::awaitable<Response> refuse(Call const& call, Error error) {
  co_return problem(error, call.request_id);
}

namespace {

/// The official clients send the image of an organization as JSON: `{"file": "<base64>"}`.
Result<File> json_file(Request const& request, std::string_view name) {
  Result<Json> const body = api::parse(request.body);
  Json const* const text = body && body->is_object() ? body->get_object().if_contains(name) : nullptr;
  if (text && text->is_string()) {
    auto const& encoded = text->get_string();
    std::string content(encoded.size() / 4 * 3, '\0');
    int const size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(content.data()),
                                     reinterpret_cast<unsigned char const*>(encoded.data()),
                                     static_cast<int>(encoded.size()));
    // The length counts what padding stands for.
    std::size_t const padding = encoded.ends_with("==") ? 2 : encoded.ends_with('=') ? 1 : 0;
    if (size >= 0 && static_cast<std::size_t>(size) >= padding) {
      content.resize(static_cast<std::size_t>(size) - padding);
      return File{.content = std::move(content), .filename = std::string(name)};
    }
  }
  return Error{ErrorKind::invalid_argument,
               fmt::format("the JSON body has no member '{}' in base64", name),
               {{std::string(name), "is required: the content in base64, or a part of a multipart/form-data body"}}};
}

/// The part of a form that a request asks for by name.
Result<File> form_file(Request& request, std::string_view name) {
  if (request.parts.empty() && request.headers.find("Content-Type").value_or("").starts_with("application/json"))
    return json_file(request, name);
  if (request.parts.empty()) {  // The request came without a socket.
    Result<FormReader> reader =
        FormReader::create(request.headers.find("Content-Type").value_or(""), std::filesystem::temp_directory_path());
    if (!reader) return std::move(reader).error();
    if (Result<void> const fed = reader->feed(request.body); !fed) return fed.error();
    Result<std::vector<FormPart>> parts = reader->finish();
    if (!parts) return std::move(parts).error();
    request.parts = *std::move(parts);
  }
  auto const part = std::ranges::find(request.parts, name, &FormPart::name);
  if (part != request.parts.end()) return part->file;
  return Error{ErrorKind::invalid_argument,
               fmt::format("the body, multipart/form-data, has no part '{}'", name),
               {{std::string(name), "is required, as the part of this name in a multipart/form-data body"}}};
}

/// The official client 1.15.0 sends page, size and sort as members of one parameter: `pageable[page]=2`.
void unpack_pageable(NameValues& query) {
  static constexpr std::string_view prefix = "pageable[";
  for (auto& [name, value] : query)
    if (name.starts_with(prefix) && name.ends_with(']'))
      name = name.substr(prefix.size(), name.size() - prefix.size() - 1);
}

}  // namespace

Result<void> read_request(Call& call, api::Object const& fields, void* request) {
  unpack_pageable(call.request.query);
  std::optional<File> file;
  auto const place = [](api::Field const& field) { return field.place; };
  if (auto const field = std::ranges::find(fields.fields, api::FieldPlace::file, place); field != fields.fields.end()) {
    Result<File> part = form_file(call.request, field->name);
    if (!part) return std::move(part).error();
    file = *std::move(part);
  }
  return api::decode_request(call.operation, fields, request, call.request.query, call.request.body, std::move(file));
}

}  // namespace qhub::hub
