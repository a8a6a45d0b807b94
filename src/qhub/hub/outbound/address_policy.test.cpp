#include "qhub/hub/outbound/address_policy.h"

#include <gtest/gtest.h>

namespace qhub::hub {
namespace {

boost::asio::ip::address address(char const* text) {
  return boost::asio::ip::make_address(text);
}

TEST(AddressPolicy, OnlyTheInternetIsPublic) {
  struct Row {
    char const* address;
    bool is_public;
  };
  constexpr Row rows[] = {
      {"8.8.8.8", true},
      {"151.101.1.69", true},
      {"172.15.255.255", true},
      {"172.32.0.1", true},
      {"2606:4700::1111", true},
      {"64:ff9b::808:808", true},
      {"2002:808:808::1", true},
      {"::ffff:8.8.8.8", true},
      {"127.0.0.1", false},
      {"127.255.255.254", false},
      {"0.0.0.0", false},
      {"10.0.0.1", false},
      {"172.16.0.1", false},
      {"172.31.255.255", false},
      {"192.168.1.1", false},
      {"169.254.169.254", false},
      {"100.64.0.1", false},
      {"192.0.2.1", false},
      {"198.18.0.1", false},
      {"224.0.0.1", false},
      {"255.255.255.255", false},
      {"::", false},
      {"::1", false},
      {"fe80::1", false},
      {"fc00::1", false},
      {"fd12:3456::1", false},
      {"ff02::1", false},
      {"2001:db8::1", false},
      {"::ffff:127.0.0.1", false},
      {"::ffff:10.0.0.1", false},
      {"64:ff9b::7f00:1", false},
      {"2002:7f00:1::1", false},
      {"2001::1", false},
      {"::127.0.0.1", false},
      {"fec0::1", false},
      {"2002:a00:1::", false},
  };
  for (Row const& row : rows) {
    EXPECT_EQ(is_public(address(row.address)), row.is_public) << row.address;
    EXPECT_EQ(AddressPolicy().allows(address(row.address)), row.is_public) << row.address;
  }
}

TEST(AddressPolicy, TheOperatorAllowsNetworks) {
  AddressPolicy policy;
  ASSERT_TRUE(policy.allow("10.1.2.3/16"));
  ASSERT_TRUE(policy.allow("fd00::/8"));
  EXPECT_TRUE(policy.allows(address("10.1.255.1")));
  EXPECT_TRUE(policy.allows(address("::ffff:10.1.255.1")));
  EXPECT_FALSE(policy.allows(address("10.2.0.1")));
  EXPECT_TRUE(policy.allows(address("fdff::1")));
  EXPECT_FALSE(policy.allows(address("fe80::1")));
  for (char const* wrong : {"", "10.0.0.0", "10.0.0.0/33", "example.org/8", "::/129"})
    EXPECT_FALSE(policy.allow(wrong)) << wrong;
}

}  // namespace
}  // namespace qhub::hub
