#include "qhub/hub/auth/accounts.h"

#include <gtest/gtest.h>

#include <fstream>

#include "qhub/hub/auth/token.h"
#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

Result<Principal> authenticate(Accounts& accounts, std::string const& name, std::string const& value) {
  Headers headers;
  headers.add(name, value);
  return await(accounts.authenticate(headers));
}

TEST(Token, IsRandomAndTagged) {
  std::string const token = new_token();
  EXPECT_TRUE(token.starts_with("qhub_"));
  EXPECT_EQ(token.size(), 5u + 43u);  // 256 bits at 6 per character
  EXPECT_NE(token, new_token());
}

TEST(Token, HashIsSha256) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(sha256("abc").substr(0, 4), "\xba\x78\x16\xbf");
  EXPECT_EQ(sha256("abc").size(), 32u);
}

TEST(Accounts, TheOwnerIsMadeOnceAndOnlyTheFileHoldsTheToken) {
  TemporaryDirectory const directory;
  auto const token_file = directory.path() / "owner-token";
  std::string token;
  {
    auto const store = *Store::open(directory.path());
    Accounts accounts(*store);
    ASSERT_TRUE(*accounts.create_owner(token_file));
    std::ifstream(token_file) >> token;
    EXPECT_EQ(std::filesystem::status(token_file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  auto const store = *Store::open(directory.path());
  Accounts accounts(*store);
  EXPECT_FALSE(*accounts.create_owner(token_file));
  auto const owner = authenticate(accounts, "X-Auth-Token", token);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->name, "owner");
  EXPECT_EQ(authenticate(accounts, "Authorization", "Bearer " + token)->user_id, owner->user_id);
  for (auto const& entry : std::filesystem::directory_iterator(directory.path()))
    if (entry.path() != token_file) {
      std::ifstream file(entry.path());
      std::string const content((std::istreambuf_iterator<char>(file)), {});
      EXPECT_EQ(content.find(token), std::string::npos) << entry.path();
    }
}

TEST(Accounts, UnknownTokensAreRefusedAndNoneIsAnonymous) {
  TemporaryDirectory const directory;
  auto const store = *Store::open(directory.path());
  Accounts accounts(*store);
  std::string const token = *accounts.create_user("ada");
  EXPECT_EQ(authenticate(accounts, "x-auth-token", token)->name, "ada");
  EXPECT_EQ(authenticate(accounts, "X-Auth-Token", token + "x").error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(authenticate(accounts, "X-Auth-Token", "").error().kind, ErrorKind::unauthenticated);
  EXPECT_TRUE(authenticate(accounts, "Accept", "*/*")->anonymous());
}

}  // namespace
}  // namespace qhub::hub
