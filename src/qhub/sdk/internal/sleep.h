#pragma once

#include <chrono>
#include <stop_token>

namespace qhub::sdk {

/// Blocks the thread.
/// \throws CancelledError if `stop` was asked to stop before the end.
void sleep(std::chrono::milliseconds delay, std::stop_token const& stop);

}  // namespace qhub::sdk
