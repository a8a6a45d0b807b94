#include "qhub/hub/auth/vault.h"

#include <gtest/gtest.h>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

TEST(Vault, OpensWhatItSealedForTheSameContextOnly) {
  TemporaryDirectory const directory;
  Vault const vault = *Vault::open(directory.path() / "key");
  for (std::string const text : {"", "x", "a secret of vendors", "four"}) {
    std::string const sealed = vault.seal(text, "IBM of ada");
    EXPECT_NE(sealed, vault.seal(text, "IBM of ada")) << "a fresh nonce each time";
    EXPECT_EQ(*vault.open_sealed(sealed, "IBM of ada"), text);
    EXPECT_FALSE(vault.open_sealed(sealed, "IBM of bob"));
    EXPECT_EQ(*Vault::open(directory.path() / "key")->open_sealed(sealed, "IBM of ada"), text) << "the key is kept";
    EXPECT_FALSE(Vault::open(directory.path() / "other")->open_sealed(sealed, "IBM of ada"));
    std::string forged = sealed;
    forged[3] = forged[3] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(vault.open_sealed(forged, "IBM of ada"));
  }
  EXPECT_FALSE(vault.open_sealed("", ""));
  EXPECT_FALSE(vault.open_sealed("not base64!", ""));
  EXPECT_EQ(std::filesystem::status(directory.path() / "key").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace qhub::hub
