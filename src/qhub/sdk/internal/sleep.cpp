#include "qhub/sdk/internal/sleep.h"

#include <condition_variable>
#include <mutex>

#include "qhub/sdk/errors.h"

namespace qhub::sdk {

void sleep(std::chrono::milliseconds delay, std::stop_token const& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, delay, [] { return false; });
  if (stop.stop_requested()) throw CancelledError("the call was stopped while it waited");
}

}  // namespace qhub::sdk
