#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "qhub/api/json.h"
#include "qhub/sdk/http.h"
#include "qhub/sdk/logging.h"

namespace qhub {

class AsyncTransport;

/// A token, or a function that gives one. The function is called for every request and every repetition of one, by the
/// thread that makes the call, so a token may be rotated at any time.
class TokenSource {
 public:
  /// No token.
  TokenSource() = default;
  /// This token.
  TokenSource(std::string token) : token_(std::move(token)) {}
  /// This token.
  TokenSource(std::string_view token) : token_(token) {}
  /// This token.
  TokenSource(char const* token) : token_(token) {}
  /// What the function returns when it is asked.
  template <std::invocable Function>
  TokenSource(Function function) : function_(std::move(function)) {}

  /// Whether there is neither a token nor a function.
  bool empty() const { return token_.empty() && !function_; }
  /// The token to send now.
  std::string get() const { return function_ ? function_() : token_; }

 private:
  std::string token_;
  std::function<std::string()> function_;
};

/// How to reach an API, for every client.
struct ClientOptions {
  /// Of the quantum, platform and user clients: personal access token or service execution token, or a function that
  /// returns one. Sent as X-Auth-Token.
  TokenSource api_key = {};
  /// Of the service client: the token for the service, or a function. Sent as Authorization: Bearer.
  TokenSource token = {};
  /// Sent as X-OrganizationId, but by the service client; empty: the caller's own account.
  std::string organization_id = {};
  /// Wins over `environment`. The service client's is
  /// `https://gateway.hub.kipu-quantum.com/<context>/<service>/<version>` filled in.
  std::string base_url = {};
  /// One of the constants of Hub…ClientEnvironment; empty: its DEFAULT.
  std::string environment = {};
  /// Sent with every request; may replace the SDK's own but not those of the organization and the token.
  Headers headers = {};
  /// Longest wait for the connection, and then for each next byte.
  std::chrono::milliseconds timeout{60'000};
  /// Longest time for a call as a whole, with its repetitions and their pauses; unset: no limit.
  std::optional<std::chrono::milliseconds> deadline = {};
  /// How often a failed attempt is repeated: on 408, 409, 429 and 5xx, and when no answer came.
  int max_retries = 2;
  /// Whether POST and PATCH are repeated too. Each carries an `Idempotency-Key`, by which a qhubd recognises the
  /// repetition; a server that does not may carry it out twice.
  bool retry_unsafe = true;
  /// At most 20 redirects; token and organization stay behind when the origin changes.
  bool follow_redirects = true;
  /// How requests of the blocking clients travel; libcurl unless set.
  std::shared_ptr<Transport> transport = nullptr;
  /// How requests of the asynchronous clients travel; libcurl unless set.
  std::shared_ptr<AsyncTransport> async_transport = nullptr;
  /// Where to tell about calls, and how much.
  Logging logging = {};
};

/// What differs for a single call.
struct RequestOptions {
  std::optional<std::chrono::milliseconds> timeout = {};        ///< Instead of ClientOptions::timeout.
  std::optional<std::chrono::milliseconds> deadline = {};       ///< Instead of ClientOptions::deadline.
  std::optional<int> max_retries = {};                          ///< Instead of ClientOptions::max_retries.
  Headers headers = {};                                         ///< Replace any other header.
  std::vector<std::pair<std::string, std::string>> query = {};  ///< Replace or join the operation's parameters.
  JsonObject body = {};                                         ///< Replace or join the body's top-level members.
  std::stop_token stop = {};  ///< Ends the call early, with CancelledError, wherever it is.
};

/// An answer with what HTTP says of it, from a client's `with_raw_response()`.
template <class T>
struct RawResponse {
  T data = {};          ///< What the plain method returns.
  int status_code = 0;  ///< 200, 201 or 204, for instance.
  Headers headers = {};  ///< As they came.
};
/// An answer without content.
template <>
struct RawResponse<void> {
  int status_code = 0;   ///< 200 or 204, for instance.
  Headers headers = {};  ///< As they came.
};

}  // namespace qhub
