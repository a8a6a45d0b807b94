#pragma once

#include <string>

#include "qhub/api/json.h"

namespace qhub::cli {

/// A circuit file as the input of a job: a file named *.json as its JSON, any other as one string, its text.
/// \throws UsageError if it cannot be read or is no JSON.
[[nodiscard]] Json read_input_file(std::string const& path);

}  // namespace qhub::cli
