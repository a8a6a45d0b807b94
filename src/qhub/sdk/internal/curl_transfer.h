#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string_view>

#include "qhub/sdk/http.h"

namespace qhub::sdk {

/// One request as a libcurl transfer: what the blocking and the asynchronous transport have in common.
class CurlTransfer {
 public:
  using Clock = std::chrono::steady_clock;

  CurlTransfer();
  virtual ~CurlTransfer();
  CurlTransfer(CurlTransfer const&) = delete;
  CurlTransfer& operator=(CurlTransfer const&) = delete;

  CURL* handle() const { return easy_; }

  /// Makes the handle ready for the request, whatever it did before.
  /// \param streaming  whether a success answer's body goes to take() instead of the response.
  /// \param copy_body  whether `request` may go before the transfer ends.
  void prepare(HttpRequest const& request, bool streaming, bool copy_body);

  /// How much longer no byte may move; zero or less: that was too long.
  std::chrono::milliseconds patience() const;

  /// Bytes moved, or may from now on: begins anew to wait for the next one.
  void touch() { last_progress_ = Clock::now(); }

  /// The answer, or the exception that the transfer's result is.
  HttpResponse finish(CURLcode result);

 protected:
  /// The next piece of a success answer's body. \return its size, or a CURL_WRITEFUNC_ value.
  virtual std::size_t take(std::string_view piece) = 0;
  /// Status and headers, complete when the first piece comes.
  HttpResponse response_;

 private:
  static constexpr std::size_t longest_body_bytes = std::size_t{256} << 20;
  template <class Value>
  void set(CURLoption option, Value value);
  void set_headers(HttpRequest const& request);
  /// For messages: "GET http://..." as it was sent.
  std::string call() const;
  std::size_t body(std::string_view piece);
  void header(std::string_view line);

  struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  struct FormDeleter {
    void operator()(curl_mime* form) const { curl_mime_free(form); }
  };
  std::unique_ptr<curl_mime, FormDeleter> multipart(File const& file);

  CURL* easy_;
  Headers sent_;  ///< Those that `header_lines_` is made of.
  bool sent_body_ = false;
  std::unique_ptr<curl_slist, ListDeleter> header_lines_;
  std::unique_ptr<curl_mime, FormDeleter> form_;
  std::chrono::milliseconds timeout_{0};
  bool has_deadline_ = false;
  bool streaming_ = false;
  bool body_began_ = false;
  bool too_large_ = false;
  bool head_complete_ = false;
  Clock::time_point last_progress_;
};

/// Starts libcurl, once per process.
void start_curl();

}  // namespace qhub::sdk
