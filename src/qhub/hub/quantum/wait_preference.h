#pragma once

#include <chrono>

#include "qhub/hub/http/message.h"

namespace qhub::hub {

/// How long the caller is willing to wait for a better answer: `Prefer: wait=SECONDS` (RFC 7240), at most a minute; 0
/// without one. What is not understood is ignored, as the RFC asks.
[[nodiscard]] std::chrono::seconds wait_preference(Headers const& headers);

}  // namespace qhub::hub
