#include "qhub/hub/outbound/address_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace qhub::hub {
namespace {

namespace ip = boost::asio::ip;

bool contains(ip::network_v4 const& network, ip::address_v4 const& address) {
  return (address.to_uint() & network.netmask().to_uint()) == network.network().to_uint();
}

bool contains(ip::network_v6 const& network, ip::address_v6 const& address) {
  auto const wanted = network.address().to_bytes(), given = address.to_bytes();
  for (unsigned bit = 0; bit < network.prefix_length(); ++bit) {
    unsigned const mask = 0x80u >> bit % 8;
    if ((wanted[bit / 8] & mask) != (given[bit / 8] & mask)) return false;
  }
  return true;
}

/// IANA IPv4 Special-Purpose Address Registry, and multicast.
constexpr std::array special_v4{
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
};
/// IANA IPv6 Special-Purpose Address Registry, multicast, and the deprecated site-local and IPv4-compatible addresses.
constexpr std::array special_v6{
    "::/96",     "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20",
    "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",     "ff00::/8",
};

bool is_public_v4(ip::address_v4 const& address) {
  return std::ranges::none_of(special_v4,
                              [&](char const* text) { return contains(ip::make_network_v4(text), address); });
}

/// The IPv4 address at this byte of an IPv6 one.
ip::address_v4 embedded(ip::address_v6 const& address, std::size_t at) {
  auto const bytes = address.to_bytes();
  return ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

}  // namespace

bool is_public(ip::address const& address) {
  if (address.is_v4()) return is_public_v4(address.to_v4());
  ip::address_v6 const v6 = address.to_v6();
  if (contains(ip::make_network_v6("::ffff:0:0/96"), v6)) return is_public_v4(embedded(v6, 12));
  if (contains(ip::make_network_v6("64:ff9b::/96"), v6)) return is_public_v4(embedded(v6, 12));
  if (contains(ip::make_network_v6("64:ff9b:1::/48"), v6)) return false;
  if (contains(ip::make_network_v6("2002::/16"), v6)) return is_public_v4(embedded(v6, 2));
  return std::ranges::none_of(special_v6, [&](char const* text) { return contains(ip::make_network_v6(text), v6); });
}

Result<void> AddressPolicy::allow(std::string_view network) {
  boost::system::error_code error_v4, error_v6;
  auto const v4 = ip::make_network_v4(std::string(network), error_v4);
  auto const v6 = ip::make_network_v6(std::string(network), error_v6);
  if (!error_v4)
    allowed_v4_.push_back(v4.canonical());
  else if (!error_v6)
    allowed_v6_.push_back(v6.canonical());
  else
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("'{}' is no network such as 10.1.0.0/16 or fd00::/8", network),
                 .details = {}};
  return {};
}

bool AddressPolicy::allows(ip::address const& address) const {
  if (is_public(address)) return true;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return allows(ip::make_address_v4(ip::v4_mapped, address.to_v6()));
  if (address.is_v4())
    return std::ranges::any_of(allowed_v4_, [&](auto const& network) { return contains(network, address.to_v4()); });
  return std::ranges::any_of(allowed_v6_, [&](auto const& network) { return contains(network, address.to_v6()); });
}

}  // namespace qhub::hub
