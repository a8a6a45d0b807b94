#pragma once

#include <string>
#include <string_view>

/// What must not get into logs, messages and recordings.
namespace qhub::sdk {

/// Whether the value of a header field of this name is a secret.
bool is_secret_header(std::string_view name);

/// The URL without user information, query and fragment.
std::string without_secrets(std::string_view url);

/// What stands for a secret.
inline constexpr std::string_view redacted = "[REDACTED]";

}  // namespace qhub::sdk
