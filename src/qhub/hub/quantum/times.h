#pragma once

#include <cstdint>
#include <string>

namespace qhub::hub {

/// Microseconds since 1970 as "YYYY-MM-DD HH:MM:SS", UTC, which the official clients expect.
[[nodiscard]] std::string time_text(std::int64_t microseconds);

}  // namespace qhub::hub
