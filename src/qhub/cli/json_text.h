#pragma once

#include <string>
#include <string_view>

#include "qhub/api/json.h"

/// JSON for people. No text holds characters that steer a terminal.
namespace qhub::cli {

/// On one line.
[[nodiscard]] std::string compact(Json const& json);

/// Two blanks per level; arrays of plain values stay on one line.
[[nodiscard]] std::string indented(Json const& json);

/// The same document as YAML 1.2.
[[nodiscard]] std::string yaml(Json const& json);

/// The member at a path like "configuration.qubit_count"; null if there is none.
[[nodiscard]] Json const* member_at(Json const& json, std::string_view path);
[[nodiscard]] Json const* member_at(JsonObject const& object, std::string_view path);

/// A value in a cell of a table: texts as they are, lists of plain values separated by commas, null empty.
[[nodiscard]] std::string cell_text(Json const& json);

}  // namespace qhub::cli
