#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <stop_token>

namespace qhub::sdk {

/// Waits on the coroutine's executor.
/// \throws CancelledError if `stop` was asked to stop before the end.
boost::asio::awaitable<void> async_sleep(std::chrono::milliseconds delay, std::stop_token stop);

}  // namespace qhub::sdk
