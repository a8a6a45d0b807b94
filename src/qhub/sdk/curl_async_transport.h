#pragma once

#include <memory>

#include "qhub/sdk/async_transport.h"

namespace qhub::sdk {

/// The asynchronous transport over libcurl. It has no thread of its own: transfers run on the execution context of the
/// coroutine that awaits them, one connection pool per context, at most half as many at once as the process may have
/// files open; others queue.
std::shared_ptr<AsyncTransport> make_curl_async_transport();

}  // namespace qhub::sdk
