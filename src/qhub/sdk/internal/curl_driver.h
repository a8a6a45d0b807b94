#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "qhub/sdk/internal/curl_transfer.h"

namespace qhub::sdk {

class CurlDriver;

/// A transfer that a CurlDriver runs. While the driver works on it, only the driver's strand touches it; between the
/// completion of one progress() and the call of the next, the awaiting coroutine may read `answer`, `failure` and
/// `piece`.
class AsyncTransfer : public CurlTransfer {
 public:
  std::string piece;                   ///< The next bytes of a streamed body.
  bool is_over = false;  ///< `piece` is the last one: `answer` or `failure` tells how it ended.
  std::optional<HttpResponse> answer;  ///< Once the transfer is over.
  std::exception_ptr failure;          ///< Likewise.
  HttpResponse const& head() const { return response_; }

 private:
  friend class CurlDriver;

  std::size_t take(std::string_view bytes) override;

  CurlDriver* driver_ = nullptr;
  std::string buffer_;
  bool paused_ = false;
  std::function<void()> waiter_;
};

/// Runs libcurl transfers on an execution context, by its descriptors and timers; one per context, with one pool of
/// connections. All of its work happens on a strand of that context.
class CurlDriver : public boost::asio::execution_context::service {
 public:
  using key_type = CurlDriver;
  static boost::asio::execution_context::id id;

  explicit CurlDriver(boost::asio::execution_context& context);
  ~CurlDriver() override;

  /// The driver of the executor's context.
  static CurlDriver& of(boost::asio::any_io_executor const& executor);

  /// Begins a prepared transfer, or queues it.
  void start(std::shared_ptr<AsyncTransfer> transfer);
  /// Waits until there is a piece, an answer or a failure. Cancelling the coroutine ends the transfer.
  boost::asio::awaitable<void> progress(std::shared_ptr<AsyncTransfer> transfer);
  /// Ends a transfer that is not over.
  void abandon(std::shared_ptr<AsyncTransfer> transfer, std::exception_ptr why);

 private:
  friend class AsyncTransfer;
  struct Socket;
  using Strand = boost::asio::strand<boost::asio::any_io_executor>;

  void shutdown() override;
  void add(std::shared_ptr<AsyncTransfer> transfer);
  void complete(AsyncTransfer& transfer, CURLcode result);
  void wake(AsyncTransfer& transfer);
  void wake_fresh();
  void remove(AsyncTransfer& transfer);
  void act(curl_socket_t socket, int events);
  void on_socket(CURL* user, curl_socket_t descriptor, int wanted);
  void on_timer(long delay_ms);
  void wait(std::shared_ptr<Socket> const& socket);
  void watch();

  std::once_flag ready_;
  std::optional<Strand> strand_;
  std::optional<boost::asio::steady_timer> timer_;
  std::optional<boost::asio::steady_timer> watch_;
  bool watching_ = false;
  bool due_ = false;     ///< libcurl wants to be called at once.
  bool acting_ = false;  ///< It is being called.
  std::atomic<bool> over_ = false;
  CURLM* multi_;
  std::size_t most_;  ///< Transfers at once.
  std::map<CURL*, std::shared_ptr<AsyncTransfer>> running_;
  std::deque<std::shared_ptr<AsyncTransfer>> queue_;
  std::vector<AsyncTransfer*> fresh_;  ///< Running ones with a piece that nobody has been told of.
  std::map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
};

}  // namespace qhub::sdk
