#include "qhub/sdk/curl_transport.h"

#include <exception>
#include <mutex>
#include <new>
#include <vector>

#include "qhub/sdk/errors.h"
#include "qhub/sdk/internal/curl_transfer.h"

namespace qhub::sdk {
namespace {

/// One transfer at a time, with the connections it keeps open.
class Channel : private CurlTransfer {
 public:
  Channel() : multi_(curl_multi_init()) {
    if (!multi_) throw std::bad_alloc();
  }
  ~Channel() override { curl_multi_cleanup(multi_); }

  HttpResponse send(HttpRequest const& request, BodySink* sink) {
    sink_ = sink;
    sink_began_ = false;
    sink_failure_ = nullptr;
    prepare(request, sink != nullptr, /*copy_body=*/false);
    CURLcode const result = perform(request.stop);
    if (sink_failure_) std::rethrow_exception(sink_failure_);
    HttpResponse response = finish(result);
    if (sink_ && !sink_began_ && response.status >= 200 && response.status < 300)
      sink_->begin(response.status, response.headers);  // an empty body
    return response;
  }

 private:
  /// Runs the transfer, with the timeout between bytes that the easy interface lacks.
  CURLcode perform(std::stop_token const& stop) {
    struct Added {
      CURLM* multi;
      CURL* easy;
      ~Added() { curl_multi_remove_handle(multi, easy); }
    } const added{multi_, handle()};
    curl_multi_add_handle(multi_, handle());
    std::stop_callback const wake(stop, [this] { curl_multi_wakeup(multi_); });
    for (;;) {
      int running = 0;
      if (curl_multi_perform(multi_, &running) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
      int queued = 0;
      while (CURLMsg const* message = curl_multi_info_read(multi_, &queued))
        if (message->msg == CURLMSG_DONE) return message->data.result;
      if (stop.stop_requested()) throw CancelledError("the call was stopped");
      auto const left = patience();
      if (left.count() <= 0) return CURLE_OPERATION_TIMEDOUT;
      int ready = 0;
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>(left.count()), &ready);
      if (ready > 0) touch();
    }
  }

  std::size_t take(std::string_view piece) override {
    try {
      if (!sink_began_) sink_->begin(response_.status, response_.headers);
      sink_began_ = true;
      sink_->write(piece);
      return piece.size();
    } catch (...) {  // must not cross libcurl's C frames
      sink_failure_ = std::current_exception();
      return CURL_WRITEFUNC_ERROR;
    }
  }

  CURLM* multi_;
  BodySink* sink_ = nullptr;
  bool sink_began_ = false;
  std::exception_ptr sink_failure_;
};

class CurlTransport : public Transport {
 public:
  CurlTransport() { start_curl(); }

  HttpResponse send(HttpRequest const& request, BodySink* sink) override {
    struct Lease {  // gives the channel back, however the transfer ends
      CurlTransport& transport;
      std::unique_ptr<Channel> channel;
      ~Lease() { transport.put_back(std::move(channel)); }
    } const lease{*this, take()};
    return lease.channel->send(request, sink);
  }

 private:
  std::unique_ptr<Channel> take() {
    {
      std::scoped_lock const lock(mutex_);
      if (!idle_.empty()) {  // the one used last has the freshest connection
        std::unique_ptr<Channel> channel = std::move(idle_.back());
        idle_.pop_back();
        return channel;
      }
    }
    return std::make_unique<Channel>();
  }
  void put_back(std::unique_ptr<Channel> channel) {
    std::scoped_lock const lock(mutex_);
    idle_.push_back(std::move(channel));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Channel>> idle_;
};

}  // namespace

std::shared_ptr<Transport> make_curl_transport() {
  return std::make_shared<CurlTransport>();
}

}  // namespace qhub::sdk
