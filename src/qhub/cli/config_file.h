#pragma once

#include <string>

#include "qhub/api/json.h"

namespace qhub::cli {

/// The configuration file shared with the official CLI; an empty object if there is none.
/// \throws std::runtime_error if it is there but is no JSON object, so that nothing in it is lost.
JsonObject read_config_file();

/// Replaces the file in one step, readable by its owner alone. Keys that this program does not know stay in `config`.
void write_config_file(JsonObject const& config);

/// Base URL of an API ("quantum", "platform", "user") as the file's `endpoint` says, or empty: `quantumBasePath` and
/// `userBasePath`, else the sibling of a `basePath` that ends in /qc-catalog.
std::string configured_base_url(std::string_view api);

}  // namespace qhub::cli
