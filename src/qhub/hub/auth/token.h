#pragma once

#include <string>
#include <string_view>

namespace qhub::hub {

/// A new token: "qhub_" and 256 random bits in base64url. The prefix lets scanners find leaked ones.
[[nodiscard]] std::string new_token();

/// SHA-256 of any text, 32 bytes; of a token this is what is stored.
[[nodiscard]] std::string sha256(std::string_view text);

}  // namespace qhub::hub
