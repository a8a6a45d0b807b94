#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"

namespace qhub::hub {

/// Which addresses the hub may connect to on behalf of a user: the public Internet, and what its operator allows.
/// Without this a user could have the hub read what only the hub's machine and its neighbours can reach.
class AddressPolicy {
 public:
  /// Allows a network besides, such as 10.1.0.0/16, fd00::/8 or 127.0.0.1/32. Errors: invalid_argument.
  [[nodiscard]] Result<void> allow(std::string_view network);

  [[nodiscard]] bool allows(boost::asio::ip::address const& address) const;

 private:
  std::vector<boost::asio::ip::network_v4> allowed_v4_;
  std::vector<boost::asio::ip::network_v6> allowed_v6_;
};

/// Whether the address is one of the public Internet: none of the special-purpose ones in the registries of RFC 6890
/// (loopback, private, link-local, shared, documentation, benchmarking, multicast, reserved), and no IPv6 address that
/// stands for such an IPv4 address (mapped, NAT64, 6to4).
[[nodiscard]] bool is_public(boost::asio::ip::address const& address);

}  // namespace qhub::hub
