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

namespace qhub {

namespace sdk {
class Connection;
}

/// A token, or a function that gives one. The function is called for every request and every repetition of one, by the
/// thread that makes the call, so a token may be rotated at any time.
class TokenSource {
 public:
  TokenSource() = default;
  TokenSource(std::string token) : token_(std::move(token)) {}
  TokenSource(std::string_view token) : token_(token) {}
  TokenSource(char const* token) : token_(token) {}
  template <std::invocable Function>
  TokenSource(Function function) : function_(std::move(function)) {}

  bool empty() const { return token_.empty() && !function_; }
  std::string get() const { return function_ ? function_() : token_; }

 private:
  std::string token_;
  std::function<std::string()> function_;
};

/// What is common to all clients.
struct CommonOptions {
  /// Sent with every request; may replace the SDK's own but not those of the organization and the token.
  Headers headers = {};
  /// Longest wait for the connection, and then for each next byte; there is no limit on a call as a whole.
  std::chrono::milliseconds timeout{60'000};
  /// How often a failed attempt is repeated: on 408, 409, 429 and 5xx, and when no answer came.
  int max_retries = 2;
  /// Whether POST and PATCH are repeated too. Each carries an `Idempotency-Key`, by which a qhubd recognises the
  /// repetition; a server that does not may carry it out twice.
  bool retry_unsafe = true;
  /// At most 20 redirects; token and organization stay behind when the origin changes.
  bool follow_redirects = true;
  /// How requests travel; libcurl unless set.
  std::shared_ptr<Transport> transport = nullptr;
};

/// How to reach the quantum, platform or user API.
struct ClientOptions {
  TokenSource api_key = {};          ///< Personal access token or service execution token; sent as X-Auth-Token.
  std::string organization_id = {};  ///< Sent as X-OrganizationId; empty: the caller's own account.
  std::string base_url = {};         ///< Empty: the vendor's.
  CommonOptions common = {};
};

/// How to reach one service behind the gateway.
struct ServiceClientOptions {
  TokenSource token = {};     ///< Sent as Authorization: Bearer.
  std::string base_url = {};  ///< `https://gateway.hub.kipu-quantum.com/<context>/<service>/<version>` filled in.
  CommonOptions common = {};
};

/// What differs for a single call.
struct RequestOptions {
  std::optional<std::chrono::milliseconds> timeout = {};
  std::optional<int> max_retries = {};
  Headers headers = {};                                         ///< Replace any other header.
  std::vector<std::pair<std::string, std::string>> query = {};  ///< Replace or join the operation's parameters.
  JsonObject body = {};                                         ///< Replace or join the body's top-level members.
};

}  // namespace qhub
