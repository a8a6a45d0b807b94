#include "qhub/sdk/internal/curl_driver.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <new>

namespace qhub::sdk {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t most_buffered = 256U << 10;                // bytes of a stream that nobody has taken yet
constexpr std::chrono::milliseconds between_looks{50};  // at transfers for which nothing happens any more

std::size_t most_at_once() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  return std::clamp<std::size_t>(files.rlim_cur / 2, 16, 4096);
}

}  // namespace

asio::execution_context::id CurlDriver::id;

/// What libcurl wants to know of one of its descriptors.
struct CurlDriver::Socket {
  Socket(Strand const& strand, curl_socket_t number) : descriptor(strand, number) {}
  ~Socket() { descriptor.release(); }  // libcurl closes it

  asio::posix::stream_descriptor descriptor;
  int wanted = 0;
  CURL* user = nullptr;  ///< A transfer it is for; of HTTP/2's several, the last that asked.
  bool reading = false, writing = false;  ///< Waits that are under way.
};

std::size_t AsyncTransfer::take(std::string_view bytes) {
  if (!buffer_.empty() && buffer_.size() + bytes.size() > most_buffered) {
    paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (buffer_.empty()) driver_->fresh_.push_back(this);
  buffer_ += bytes;
  return bytes.size();
}

CurlDriver::CurlDriver(asio::execution_context& context)
    : asio::execution_context::service(context), multi_(nullptr), most_(most_at_once()) {
  start_curl();
  multi_ = curl_multi_init();
  if (!multi_) throw std::bad_alloc();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION,
                    +[](CURL* user, curl_socket_t descriptor, int wanted, void* self, void*) {
                      static_cast<CurlDriver*>(self)->on_socket(user, descriptor, wanted);
                      return 0;
                    });
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, +[](CURLM*, long delay_ms, void* self) {
    static_cast<CurlDriver*>(self)->on_timer(delay_ms);
    return 0;
  });
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(most_));
}

CurlDriver::~CurlDriver() {
  if (multi_) curl_multi_cleanup(multi_);
}

CurlDriver& CurlDriver::of(asio::any_io_executor const& executor) {
  auto& driver = asio::use_service<CurlDriver>(asio::query(executor, asio::execution::context));
  std::call_once(driver.ready_, [&] {
    // What the driver keeps must not keep the context running.
    driver.strand_.emplace(asio::make_strand(asio::any_io_executor(
        asio::prefer(executor, asio::execution::outstanding_work.untracked))));
    driver.timer_.emplace(*driver.strand_);
    driver.watch_.emplace(*driver.strand_);
  });
  return driver;
}

void CurlDriver::shutdown() {
  over_ = true;
  std::map<CURL*, std::shared_ptr<AsyncTransfer>> running;
  running.swap(running_);
  sockets_.clear();
  for (auto const& [handle, transfer] : running) curl_multi_remove_handle(multi_, handle);
  curl_multi_cleanup(multi_);
  multi_ = nullptr;
  timer_.reset();
  watch_.reset();
  strand_.reset();
  // The waiting coroutines go with the functions that would wake them.
  std::deque<std::shared_ptr<AsyncTransfer>> queue;
  queue.swap(queue_);
  for (auto const& [handle, transfer] : running) std::exchange(transfer->waiter_, nullptr);
  for (auto const& transfer : queue) std::exchange(transfer->waiter_, nullptr);
}

void CurlDriver::start(std::shared_ptr<AsyncTransfer> transfer) {
  asio::dispatch(*strand_, [this, transfer = std::move(transfer)]() mutable {
    if (running_.size() < most_)
      add(std::move(transfer));
    else
      queue_.push_back(std::move(transfer));
  });
}

void CurlDriver::add(std::shared_ptr<AsyncTransfer> transfer) {
  CURL* const handle = transfer->handle();
  transfer->driver_ = this;
  running_.emplace(handle, std::move(transfer));
  curl_multi_add_handle(multi_, handle);
  if (due_ && !acting_) act(CURL_SOCKET_TIMEOUT, 0);
  watch();
}

asio::awaitable<void> CurlDriver::progress(std::shared_ptr<AsyncTransfer> transfer) {
  co_await asio::async_initiate<asio::use_awaitable_t<> const, void()>(
      // No more than references: GCC 12 destroys what a lambda in a co_await captures by value once too often.
      [this, &transfer](auto handler) {
        auto const kept = std::make_shared<decltype(handler)>(std::move(handler));
        auto const executor =
            asio::prefer(asio::get_associated_executor(*kept), asio::execution::outstanding_work.tracked);
        if (auto slot = asio::get_associated_cancellation_slot(*kept); slot.is_connected())
          slot.assign([this, weak = std::weak_ptr(transfer)](asio::cancellation_type) {
            if (auto const alive = weak.lock())
              abandon(alive, std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted)));
          });
        asio::dispatch(*strand_, [this, transfer, kept, executor] {
          transfer->waiter_ = [kept, executor] { asio::post(executor, [kept] { std::move (*kept)(); }); };
          if (transfer->answer || transfer->failure || !transfer->buffer_.empty()) return wake(*transfer);
          if (!std::exchange(transfer->paused_, false)) return;
          transfer->touch();
          curl_easy_pause(transfer->handle(), CURLPAUSE_CONT);
          wake_fresh();
          if (due_) act(CURL_SOCKET_TIMEOUT, 0);
        });
      },
      asio::use_awaitable);
}

void CurlDriver::wake(AsyncTransfer& transfer) {
  auto const waiter = std::exchange(transfer.waiter_, nullptr);
  if (!waiter) return;
  transfer.piece = std::exchange(transfer.buffer_, {});
  transfer.is_over = transfer.answer || transfer.failure;
  waiter();
}

void CurlDriver::wake_fresh() {
  for (AsyncTransfer* const transfer : std::exchange(fresh_, {})) wake(*transfer);
}

void CurlDriver::remove(AsyncTransfer& transfer) {
  std::erase(fresh_, &transfer);
  auto const entry = running_.find(transfer.handle());
  if (entry == running_.end()) {
    std::erase_if(queue_, [&](auto const& queued) { return queued.get() == &transfer; });
    return;
  }
  std::shared_ptr<AsyncTransfer> const kept = entry->second;
  running_.erase(entry);
  curl_multi_remove_handle(multi_, transfer.handle());
  while (!queue_.empty() && running_.size() < most_) {
    std::shared_ptr<AsyncTransfer> next = std::move(queue_.front());
    queue_.pop_front();
    add(std::move(next));
  }
}

void CurlDriver::abandon(std::shared_ptr<AsyncTransfer> transfer, std::exception_ptr why) {
  if (over_) return;
  asio::dispatch(*strand_, [this, transfer = std::move(transfer), why = std::move(why)] {
    if (transfer->answer || transfer->failure) return;
    transfer->failure = why;
    remove(*transfer);
    wake(*transfer);
    if (due_ && !acting_) act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlDriver::complete(AsyncTransfer& transfer, CURLcode result) {
  try {
    transfer.answer = transfer.finish(result);
  } catch (...) {
    transfer.failure = std::current_exception();
  }
  remove(transfer);
  wake(transfer);
}

void CurlDriver::act(curl_socket_t socket, int events) {
  if (over_) return;
  acting_ = true;
  do {
    due_ = false;
    int running = 0;
    curl_multi_socket_action(multi_, socket, events, &running);
    socket = CURL_SOCKET_TIMEOUT;
    events = 0;
    wake_fresh();
    int queued = 0;
    while (CURLMsg const* message = curl_multi_info_read(multi_, &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURLcode const result = message->data.result;
      auto const entry = running_.find(message->easy_handle);
      if (entry == running_.end()) continue;
      std::shared_ptr<AsyncTransfer> const transfer = entry->second;
      complete(*transfer, result);
    }
  } while (due_);
  acting_ = false;
}

void CurlDriver::on_socket(CURL* user, curl_socket_t descriptor, int wanted) {
  if (over_) return;
  if (wanted == CURL_POLL_REMOVE) {
    if (auto const entry = sockets_.find(descriptor); entry != sockets_.end()) {
      entry->second->wanted = 0;
      entry->second->descriptor.release();
      sockets_.erase(entry);
    }
    return;
  }
  auto& socket = sockets_[descriptor];
  if (!socket) socket = std::make_shared<Socket>(*strand_, descriptor);
  socket->wanted = wanted;
  socket->user = user;
  wait(socket);
}

void CurlDriver::wait(std::shared_ptr<Socket> const& socket) {
  auto const listen = [&](int direction, bool& under_way, asio::posix::descriptor_base::wait_type type, int event) {
    if ((socket->wanted & direction) == 0 || under_way) return;
    under_way = true;
    socket->descriptor.async_wait(type, [this, socket, &under_way, event](error_code status) {
      under_way = false;
      if (socket->wanted == 0) return;
      if (auto const entry = running_.find(socket->user); entry != running_.end()) entry->second->touch();
      act(socket->descriptor.native_handle(), status ? CURL_CSELECT_ERR : event);
      if (socket->wanted != 0) wait(socket);
    });
  };
  listen(CURL_POLL_IN, socket->reading, asio::posix::descriptor_base::wait_read, CURL_CSELECT_IN);
  listen(CURL_POLL_OUT, socket->writing, asio::posix::descriptor_base::wait_write, CURL_CSELECT_OUT);
}

void CurlDriver::on_timer(long delay_ms) {
  if (over_) return;
  due_ = delay_ms == 0;
  timer_->cancel();
  if (delay_ms <= 0) return;
  timer_->expires_after(std::chrono::milliseconds(delay_ms));
  timer_->async_wait([this](error_code status) {
    if (!status) act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlDriver::watch() {
  if (watching_ || running_.empty()) return;
  watching_ = true;
  watch_->expires_after(between_looks);
  watch_->async_wait([this](error_code status) {
    watching_ = false;
    if (status) return;
    std::vector<std::shared_ptr<AsyncTransfer>> stalled;
    for (auto const& [handle, transfer] : running_)
      if (!transfer->paused_ && transfer->patience().count() <= 0) stalled.push_back(transfer);
    for (auto const& transfer : stalled) complete(*transfer, CURLE_OPERATION_TIMEDOUT);
    if (due_) act(CURL_SOCKET_TIMEOUT, 0);
    watch();
  });
}

}  // namespace qhub::sdk
