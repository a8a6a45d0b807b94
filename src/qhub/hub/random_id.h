#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace qhub::hub {

/// A random UUID (RFC 4122 version 4, 122 random bits): nobody guesses the id of an object of somebody else.
[[nodiscard]] std::string random_uuid();

/// A UUID of the same form for what need not be secret, such as the ids of requests: no two are alike, but who has seen
/// many may guess others. Twenty times as fast.
[[nodiscard]] std::string fast_uuid();

/// `bytes` random bytes of the operating system's cryptographic generator in base64url without padding.
[[nodiscard]] std::string random_text(std::size_t bytes);

}  // namespace qhub::hub
