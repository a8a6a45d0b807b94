#include "qhub/hub/auth/accounts.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <fstream>
#include <functional>

#include "qhub/hub/auth/members.h"
#include "qhub/hub/auth/token.h"
#include "qhub/hub/auth/user_commands.h"
#include "qhub/hub/internal/test_support.h"
#include "qhub/hub/store/clock.h"

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
  std::string const token = *accounts.create_user({.email = "ada@example.org", .name = "Ada Lovelace"});
  EXPECT_EQ(authenticate(accounts, "x-auth-token", token)->name, "Ada Lovelace");
  EXPECT_EQ(authenticate(accounts, "X-Auth-Token", token + "x").error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(authenticate(accounts, "X-Auth-Token", "").error().kind, ErrorKind::unauthenticated);
  EXPECT_TRUE(authenticate(accounts, "Accept", "*/*")->anonymous());
}

Result<Principal> authenticate_for(Accounts& accounts, std::string const& token, std::string const& organization) {
  Headers headers;
  headers.add("X-Auth-Token", token);
  headers.add("X-OrganizationId", organization);
  return await(accounts.authenticate(headers));
}

class AccountsTest : public testing::Test {
 protected:
  void write(std::function<void(Connection&)> const& work) {
    auto const done = store->write_and_wait([&](Connection& connection) -> Result<void> {
      work(connection);
      return {};
    });
    ASSERT_TRUE(done);
    accounts.forget();
  }

  TemporaryDirectory const directory;
  std::unique_ptr<Store> const store = *Store::open(directory.path());
  Accounts accounts{*store};
  std::string const token = *accounts.create_user({.email = "ada@example.org", .name = "Ada Lovelace"});
  std::string const user = authenticate(accounts, "X-Auth-Token", token)->user_id;
};

TEST_F(AccountsTest, MembersActForTheirOrganizationInTheirRoleAndNobodyElseDoes) {
  write([&](Connection& connection) {
    connection.execute(
        "INSERT INTO organizations (id, name, display_name, billing_email, account_type, created_at) "
        "VALUES ('org', 'org', 'Org', 'a@b', 'STANDARD', 0)");
    put_member(connection, {.invitation_id = "i",
                            .organization_id = "org",
                            .user_id = user,
                            .role = Role::maintainer,
                            .status = "PENDING",
                            .inviter_id = user});
  });
  EXPECT_EQ(authenticate_for(accounts, token, "org").error().kind, ErrorKind::forbidden) << "only invited";
  write([&](Connection& connection) {
    auto member = *find_invitation(connection, "i");
    member.status = "ACCEPTED";
    put_member(connection, member);
  });
  auto const principal = authenticate_for(accounts, token, "org");
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->tenant_id, "org");
  EXPECT_EQ(principal->tenant_kind, TenantKind::organization);
  EXPECT_EQ(principal->role, Role::maintainer);
  EXPECT_EQ(principal->account_type, "STANDARD");
  EXPECT_EQ(authenticate(accounts, "X-Auth-Token", token)->tenant_id, user) << "without the header for oneself";
  EXPECT_EQ(authenticate_for(accounts, token, "other").error().kind, ErrorKind::forbidden);
}

TEST_F(AccountsTest, ExpiredTokensAndThoseOfDisabledUsersAreRefused) {
  write([&](Connection& connection) {
    insert_token(connection,
                 {.id = "t", .kind = "PERSONAL", .user_id = user, .name = "old", .expires_at = now_us() - 1},
                 "qhub_old");
  });
  EXPECT_EQ(authenticate(accounts, "X-Auth-Token", "qhub_old").error().kind, ErrorKind::unauthenticated);
  EXPECT_TRUE(authenticate(accounts, "X-Auth-Token", token));
  write([&](Connection& connection) { disable_user(connection, user, now_us()); });
  EXPECT_EQ(authenticate(accounts, "X-Auth-Token", token).error().kind, ErrorKind::unauthenticated);
}

TEST_F(AccountsTest, ATokenOfAnExecutionActsForItsTenantOnly) {
  write([&](Connection& connection) {
    insert_token(connection,
                 {.id = "t", .kind = "EXECUTION", .user_id = user, .name = "x", .service_execution_id = "execution"},
                 "qhub_execution");
  });
  auto const principal = authenticate(accounts, "X-Auth-Token", "qhub_execution");
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->service_execution_id, "execution");
  EXPECT_EQ(principal->tenant_id, user);
  EXPECT_EQ(authenticate_for(accounts, "qhub_execution", "org").error().kind, ErrorKind::forbidden);
}

TEST_F(AccountsTest, GitSendsTheTokenAsAPassword) {
  std::string const credentials = "qhub:" + token;
  std::string encoded(credentials.size() * 2, '\0');
  encoded.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                                          reinterpret_cast<unsigned char const*>(credentials.data()),
                                                          static_cast<int>(credentials.size()))));
  EXPECT_EQ(authenticate(accounts, "Authorization", "Basic " + encoded)->user_id, user);
  // Other credentials are not for us: an application's at /token come this way, too.
  EXPECT_TRUE(authenticate(accounts, "Authorization", "Basic ?")->anonymous());
}

TEST_F(AccountsTest, AnOperatorAddsListsAndDisablesUsersWhileTheHubRuns) {
  Result<std::string> const added = add_user(directory.path(), {.email = "Bob@Example.org", .name = "Bob"});
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(authenticate(accounts, "X-Auth-Token", *added)->name, "Bob");
  EXPECT_EQ(add_user(directory.path(), {.email = "bob@example.org", .name = "B"}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(add_user(directory.path(), {.email = "bob", .name = "B"}).error().kind, ErrorKind::invalid_argument);
  EXPECT_EQ(all_users(directory.path())->size(), 2u);
  ASSERT_TRUE(disable_user(directory.path(), std::string("bob@example.org")));
  EXPECT_EQ(disable_user(directory.path(), std::string("eve@example.org")).error().kind, ErrorKind::not_found);
  accounts.forget();
  EXPECT_FALSE(authenticate(accounts, "X-Auth-Token", *added));
}

}  // namespace
}  // namespace qhub::hub
