#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/http/message.h"

namespace qhub::hub {

/// Replaces %XX by the byte it stands for; nothing if a '%' is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// A request target in origin form, taken apart.
struct Target {
  std::vector<std::string> segments;  ///< Decoded; "/a//b/" is "a", "", "b", "" and "/" is "".
  NameValues query;                   ///< Decoded; `+` is a space, a name without `=` has an empty value.
};

/// Reads "/path?query" (RFC 3986; a fragment is not part of it). Errors: invalid_argument for a bad escape, a target
/// that does not start with '/', a zero byte, and a segment "." or ".." in any spelling.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

}  // namespace qhub::hub
