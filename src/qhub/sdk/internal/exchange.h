#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "qhub/api/request_codec.h"
#include "qhub/sdk/errors.h"
#include "qhub/sdk/internal/endpoint.h"
#include "qhub/sdk/internal/retry_plan.h"

namespace qhub::sdk {

/// A call from its first request to its answer: what to send next, whether to follow a redirect, whether to repeat and
/// when. It holds no socket, clock or thread; the blocking and the awaitable client are thin loops around it:
///
///     while (true) {
///       if (exchange.needs_token()) exchange.use_token(...);
///       pause = exchange.after(transport.send(exchange.request(), exchange.sink())), or after_failure(...);
///       if (!pause) return exchange.take_answer();
///       sleep(*pause);
///     }
class Exchange : private BodySink {
 public:
  /// When something happened, by the clocks and the random source of the caller.
  struct Moment {
    std::chrono::system_clock::time_point date;
    std::chrono::steady_clock::time_point time;
    double jitter;  ///< Uniform in [0, 1).

    static Moment now();
  };

  /// \param endpoint  must outlive the exchange; so must `operation` and `sink`.
  /// \param sink      gets the body of a success answer; null: the answer keeps it.
  Exchange(Endpoint const& endpoint, api::Operation const& operation, api::WireRequest wire, RequestOptions options,
           BodySink* sink, Moment const& start);

  /// Whether the next request is one that carries the token.
  bool needs_token() const { return !redirected_; }
  void use_token(std::string_view token);

  /// The next request. Changed by the functions below only.
  HttpRequest const& request();
  BodySink* sink() { return sink_ ? this : nullptr; }

  /// After an answer: the pause before the next request, or nothing if it is the one to return.
  /// \throws ApiError, ConnectionError (endless redirects), TimeoutError
  std::optional<std::chrono::milliseconds> after(HttpResponse response, Moment const& now);
  /// After `failure`, which is thrown again if the call is over.
  std::chrono::milliseconds after_failure(ConnectionError const& failure, Moment const& now);

  HttpResponse take_answer() { return std::move(answer_); }

 private:
  void begin(int status, Headers const& headers) override;
  void write(std::string_view piece) override;
  std::chrono::milliseconds pause(std::chrono::milliseconds wanted, Moment const& now, std::string_view reason);
  bool repeatable() const { return !sink_began_; }
  void log(LogLevel level, std::string_view line) const { endpoint_.options.logging.sink(level, line); }

  Endpoint const& endpoint_;
  RequestOptions const options_;
  std::string const call_;  ///< For messages: "POST /jobs".
  HttpRequest first_;
  std::optional<HttpRequest> redirected_;
  int hops_ = 0;
  RetryPlan plan_;
  BodySink* sink_;
  bool sink_began_ = false;
  std::chrono::steady_clock::time_point sent_;
  HttpResponse answer_;
};

}  // namespace qhub::sdk
