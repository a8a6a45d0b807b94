#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace qhub::api {

/// How an operation's request body travels.
enum class BodyKind : std::uint8_t {
  none,       ///< No body and no Content-Type.
  json,       ///< application/json.
  multipart,  ///< multipart/form-data with one part named `file`.
};

/// What a success answer carries.
enum class AnswerKind : std::uint8_t {
  none,           ///< Nothing; a body is ignored.
  json,           ///< A JSON document.
  optional_json,  ///< A JSON document, or 204 when there is none.
  headers,        ///< Nothing but its header fields.
  bytes,          ///< An octet stream, handed on in pieces as it arrives.
};

/// The facts of one operation, as the contract in api/ states them. The SDK sends by it, the hub routes by it, the CLI
/// lists it. Values live in generated code for the whole run of the program.
struct Operation {
  std::string_view id;       ///< `<api>.<namespace>.<method>`, e.g. "quantum.jobs.create_job".
  std::string_view method;   ///< "GET", "POST", "PUT", "PATCH", "DELETE" or "HEAD".
  std::string_view path;     ///< Template below the API's base, e.g. "/jobs/{id}"; "" is the base itself.
  std::string_view summary;  ///< One line for people.
  std::span<std::string_view const> path_parameters = {};   ///< Names in `path`, in order.
  std::span<std::string_view const> query_parameters = {};  ///< Wire names.
  BodyKind body = BodyKind::none;
  AnswerKind answer = AnswerKind::json;
  bool body_required = false;
  bool multi_segment = false;       ///< The last path parameter is a file path: its `/` separate segments.
  bool anonymous = false;           ///< May be called without a token.
  bool deprecated = false;          ///< Only older clients call it.
  std::string_view legacy_id = {};  ///< The id in the official SDK 1.15.0 where it differs.
};

/// All operations of one API, in the contract's order.
struct OperationTable {
  std::string_view api;               ///< "quantum", "platform", "service" or "user".
  std::string_view default_base_url;  ///< Where the vendor serves it.
  std::span<Operation const> operations;
};

}  // namespace qhub::api
