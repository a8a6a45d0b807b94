#pragma once

#include <string>
#include <string_view>

#include "qhub/api/json.h"

namespace qhub::cli {

/// The configuration file shared with the official CLI; an empty object if there is none.
/// \throws std::runtime_error if it is there but is no JSON object, so that nothing in it is lost.
JsonObject read_config_file();

/// Replaces the file in one step, readable by its owner alone. Keys that this program does not know stay in `config`.
void write_config_file(JsonObject const& config);

/// The vendor's hub, where nothing else is configured.
inline constexpr std::string_view vendor_hub = "https://api.hub.kipu-quantum.com";

/// An address as it is compared and kept: without slashes at its end.
std::string hub_address(std::string_view url);

/// The hub that the file's `endpoint` names: its `basePath` without /qc-catalog; else the vendor's.
std::string current_hub(JsonObject const& config);

/// What the file keeps for a hub, `auth`, `endpoint` and `context`: at the top for the current one, else in `hubs`.
/// Empty if it does not know the hub.
JsonObject login_at(JsonObject const& config, std::string_view hub);

/// Makes a hub the current one: the former one's `auth`, `endpoint` and `context` move to `hubs`, the new one's come
/// from there.
void switch_hub(JsonObject& config, std::string_view hub);

/// Base URL of an API ("quantum", "platform", "user") as an `endpoint` says, or empty: `quantumBasePath` and
/// `userBasePath`, else the sibling of a `basePath` that ends in /qc-catalog.
std::string endpoint_base_url(JsonObject const& login, std::string_view api);

/// The text at a path of members, or empty.
std::string text_at(JsonObject const& object, std::string_view path);

}  // namespace qhub::cli
