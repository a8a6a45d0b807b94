#include "qhub/hub/service/service_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "qhub/hub/http/file_response.h"
#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(fs::path const& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST(SettleFiles, KeepsFilesAndFoldersOnly) {
  TemporaryDirectory const directory;
  fs::path const output = directory.path() / "output";
  fs::create_directories(output / "closed");
  std::ofstream(output / "closed/file") << "x";
  std::ofstream(directory.path() / "elsewhere") << "y";
  fs::create_symlink(directory.path() / "elsewhere", output / "link");
  ASSERT_EQ(::mkfifo((output / "pipe").c_str(), 0666), 0);
  ::chmod((output / "closed/file").c_str(), 0);
  ::chmod((output / "closed").c_str(), 0);
  mode_t const before = mode_of(directory.path() / "elsewhere");

  ASSERT_TRUE(settle_files(output, SettleFor::hub));
  EXPECT_EQ(list_files(output), std::vector<std::string>{"closed/file"});
  EXPECT_FALSE(fs::exists(output / "pipe"));
  EXPECT_EQ(mode_of(output / "closed"), 0700u);
  EXPECT_EQ(mode_of(output / "closed/file"), 0600u);
  EXPECT_EQ(mode_of(directory.path() / "elsewhere"), before);

  ASSERT_TRUE(settle_files(output, SettleFor::services));
  EXPECT_EQ(mode_of(output), 0777u);
  EXPECT_EQ(mode_of(output / "closed/file"), 0666u);
}

TEST(SettleFiles, ManyFilesAreSettledTogether) {
  TemporaryDirectory const directory;
  for (int i = 0; i < 100; ++i) std::ofstream(directory.path() / std::to_string(i)) << i;
  ASSERT_TRUE(settle_files(directory.path(), SettleFor::hub));
  EXPECT_EQ(list_files(directory.path()).size(), 100u);
}

TEST(OpenBelow, FollowsNothing) {
  TemporaryDirectory const directory;
  fs::create_directory(directory.path() / "inside");
  std::ofstream(directory.path() / "inside/file") << "x";
  std::ofstream(directory.path() / "outside") << "y";
  fs::create_symlink(directory.path() / "outside", directory.path() / "inside/link");
  fs::create_symlink(directory.path(), directory.path() / "inside/folder");
  fs::path const inside = directory.path() / "inside";
  EXPECT_TRUE(open_below(inside, "file", O_RDONLY));
  for (char const* const name : {"link", "folder/outside", "../outside", "none"})
    EXPECT_FALSE(open_below(inside, name, O_RDONLY)) << name;
}

}  // namespace
}  // namespace qhub::hub
