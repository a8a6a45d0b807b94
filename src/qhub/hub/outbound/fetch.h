#pragma once

#include <chrono>
#include <string>

#include "qhub/base/result.h"
#include "qhub/hub/http/message.h"
#include "qhub/hub/outbound/address_policy.h"

namespace qhub::hub {

/// A request that the hub sends to an address which a user gave.
struct OutboundRequest {
  std::string method = "GET";
  std::string url;  ///< http:// or https://
  NameValues headers = {};
  std::string body = {};
  std::chrono::milliseconds timeout{10'000};  ///< For all of it, redirects included.
  std::size_t max_bytes = 16u << 20;          ///< Of the answer's body.
  bool follow_redirects = true;  ///< Otherwise they are answers. The headers go wherever a redirect leads.
};

/// Sends it and waits for the answer, following at most five redirects; not for a thread that serves others. Every
/// connection, also one that a redirect asks for, is checked against the policy by the address that DNS gave for it.
/// Errors: invalid_argument for a URL that is none or an address that the policy refuses; too_large; timeout;
/// unavailable if there is no connection.
[[nodiscard]] Result<Response> fetch(OutboundRequest const& request, AddressPolicy const& policy);

}  // namespace qhub::hub
