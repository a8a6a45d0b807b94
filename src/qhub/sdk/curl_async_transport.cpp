#include "qhub/sdk/curl_async_transport.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "qhub/sdk/errors.h"
#include "qhub/sdk/internal/curl_driver.h"

namespace qhub {

namespace asio = boost::asio;

namespace sdk {
namespace {

class CurlAsyncTransport : public AsyncTransport {
 public:
  asio::awaitable<HttpResponse> send(HttpRequest const& request, BodySink* sink) override {
    CurlDriver& driver = CurlDriver::of(co_await asio::this_coro::executor);
    auto const transfer = std::make_shared<AsyncTransfer>();
    transfer->prepare(request, sink != nullptr, /*copy_body=*/true);
    driver.start(transfer);
    struct Guard {  // a transfer that nobody waits for any more ends
      CurlDriver& driver;
      std::shared_ptr<AsyncTransfer> const& transfer;
      bool over = false;
      ~Guard() {
        if (!over) driver.abandon(transfer, nullptr);
      }
    } guard{driver, transfer};
    std::stop_callback const stop(request.stop, [&driver, weak = std::weak_ptr(transfer)] {
      if (auto const alive = weak.lock())
        driver.abandon(alive, std::make_exception_ptr(CancelledError("the call was stopped")));
    });
    for (bool began = false;;) {
      co_await driver.progress(transfer);
      // Between waking this coroutine and its going on, more may have come, and the end with it: that is another piece.
      guard.over = transfer->is_over;
      if (transfer->is_over && transfer->failure) std::rethrow_exception(transfer->failure);
      HttpResponse const& head = transfer->is_over ? *transfer->answer : transfer->head();
      bool const success = head.status >= 200 && head.status < 300;
      if (sink && success && !std::exchange(began, true)) sink->begin(head.status, head.headers);
      if (!transfer->piece.empty()) sink->write(transfer->piece);
      if (transfer->is_over) co_return *std::move(transfer->answer);
    }
  }
};

/// Runs a blocking transport that does not block.
class InlineTransport : public AsyncTransport {
 public:
  explicit InlineTransport(std::shared_ptr<Transport> transport) : transport_(std::move(transport)) {}

  asio::awaitable<HttpResponse> send(HttpRequest const& request, BodySink* sink) override {
    co_return transport_->send(request, sink);
  }

 private:
  std::shared_ptr<Transport> transport_;
};

}  // namespace

std::shared_ptr<AsyncTransport> make_curl_async_transport() {
  return std::make_shared<CurlAsyncTransport>();
}

}  // namespace sdk

std::shared_ptr<AsyncTransport> make_async(std::shared_ptr<Transport> transport) {
  return std::make_shared<sdk::InlineTransport>(std::move(transport));
}

}  // namespace qhub
