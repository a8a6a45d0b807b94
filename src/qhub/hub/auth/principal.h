#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "qhub/base/result.h"
#include "qhub/hub/http/message.h"

namespace qhub::hub {

/// On whose behalf a request runs.
struct Principal {
  std::string user_id;    ///< Empty: nobody gave a token.
  std::string tenant_id;  ///< Owns what the request creates; sees only its own.
  std::string name;       ///< For people.

  [[nodiscard]] bool anonymous() const { return user_id.empty(); }
};

/// Who sent these headers?
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Anonymous if there is no token at all; unauthenticated if there is one that nobody knows.
  virtual asio::awaitable<Result<Principal>> authenticate(Headers const& headers) = 0;
};

}  // namespace qhub::hub
