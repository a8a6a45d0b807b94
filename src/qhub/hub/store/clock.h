#pragma once

#include <chrono>
#include <cstdint>

namespace qhub::hub {

/// Now as the database keeps times: microseconds since 1970, UTC.
[[nodiscard]] inline std::int64_t now_us() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace qhub::hub
