#include "qhub/sdk/internal/async_sleep.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "qhub/sdk/errors.h"

namespace qhub::sdk {

namespace asio = boost::asio;

asio::awaitable<void> async_sleep(std::chrono::milliseconds delay, std::stop_token stop) {
  auto const executor = co_await asio::this_coro::executor;
  auto const timer = std::make_shared<asio::steady_timer>(executor, delay);
  // A timer is not thread-safe, and who stops may be another thread.
  std::stop_callback const wake(stop, [timer, executor] { asio::post(executor, [timer] { timer->cancel(); }); });
  boost::system::error_code status;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, status));
  if (stop.stop_requested()) throw CancelledError("the call was stopped while it waited");
  if (status) throw boost::system::system_error(status);
}

}  // namespace qhub::sdk
