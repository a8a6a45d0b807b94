#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qhub/api/codec.h"
#include "qhub/api/operation.h"

namespace qhub::api {

/// Names and values in the order they were given; a name may repeat.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// A call as it goes over the wire, but for base URL and headers.
struct WireRequest {
  std::string path;                 ///< Percent-encoded, beginning with "/", or "" for the base itself.
  Parameters query = {};            ///< Not yet percent-encoded.
  std::optional<std::string> body;  ///< JSON text.
  std::optional<File> file;
};

/// Percent-encodes all but RFC 3986's unreserved characters.
std::string percent_encode(std::string_view text);
/// Decodes %XX; a `%` that begins no such group stands for itself.
std::string percent_decode(std::string_view text);
/// `a=1&b=x%20y`, without a question mark.
std::string encode_query(Parameters const& query);
Parameters decode_query(std::string_view text);
/// The template with each `{name}` replaced, in order, by a percent-encoded value; in the last value of a
/// `multi_segment` operation `/` stays a separator.
std::string expand_path(Operation const& operation, std::span<std::string_view const> values);

/// Query parameters as lists, booleans, numbers, times and nested maps have them: a list repeats its key, a nested
/// member is `key[member]`, null is left out.
void append_query(std::string const& name, Json const& value, Parameters& query);

/// \param request  the operation's request struct, described by `fields`; null if the operation has none.
WireRequest encode_request(Operation const& operation, std::span<std::string_view const> path_values,
                           Object const* fields, void const* request);

/// The reverse, for a server. Errors: invalid_argument with one detail per parameter or body field at fault.
Result<void> decode_request(Operation const& operation, Object const& fields, void* request, Parameters const& query,
                            std::string_view body, std::optional<File> file);

}  // namespace qhub::api
