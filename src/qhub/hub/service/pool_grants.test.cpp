#include "qhub/hub/service/pool_grants.h"

#include <gtest/gtest.h>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

TEST(PoolGrants, HoldUntilTheyExpireAndOnlyUnchanged) {
  TemporaryDirectory const directory;
  Vault const vault = *Vault::open(directory.path() / "secret-key");
  PoolGrant const grant{.pool_id = "pool", .application_id = "app", .permission = "VIEW", .expires_at = 1000};
  std::string token;
  {
    auto const store = *Store::open(directory.path());
    token = PoolGrants(*store, vault).sign(grant);
  }
  auto const store = *Store::open(directory.path());
  PoolGrants const grants(*store, vault);  // the key outlives the hub
  auto const verified = grants.verify(token, 999);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->pool_id, "pool");
  EXPECT_EQ(verified->application_id, "app");
  EXPECT_EQ(verified->permission, "VIEW");
  EXPECT_EQ(grants.verify(token, 1000).error().kind, ErrorKind::forbidden);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (i + 1 < token.size()) {  // The last character holds bits that no byte needs.
      EXPECT_FALSE(grants.verify(changed, 0)) << i;
    }
  }
  for (char const* const nonsense : {"", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30."})
    EXPECT_FALSE(grants.verify(nonsense, 0)) << nonsense;
}

}  // namespace
}  // namespace qhub::hub
