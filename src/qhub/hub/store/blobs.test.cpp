#include "qhub/hub/store/blobs.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "qhub/hub/internal/test_support.h"
#include "qhub/hub/store/sqlite.h"

namespace qhub::hub {
namespace {

class BlobsTest : public testing::Test {
 protected:
  BlobsTest() { connection.run_script("CREATE TABLE t (id INTEGER PRIMARY KEY, value BLOB)"); }

  void insert(std::optional<std::string> const& text) {
    connection.execute("INSERT INTO t (value) VALUES (?)", connection.blobs().keep(text));
  }
  std::optional<std::string> last() {
    Statement statement = connection.query("SELECT value FROM t ORDER BY id DESC LIMIT 1");
    EXPECT_TRUE(statement.step());
    return connection.blobs().load(statement, 0);
  }
  std::size_t files() const {
    std::size_t count = 0;
    std::error_code none;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(directory.path() / "blobs", none))
      count += entry.is_regular_file();
    return count;
  }

  TemporaryDirectory directory;
  Connection connection{directory.path() / "test.sqlite", Connection::Mode::read_write};
};

TEST_F(BlobsTest, TextsComeBackWhateverTheirSize) {
  std::string const zeros(Blobs::max_inline_bytes, '\0');
  for (std::size_t const size : {std::size_t{0}, std::size_t{1}, Blobs::max_inline_bytes - 1, Blobs::max_inline_bytes,
                                 std::size_t{3'000'000}}) {
    std::string const text(size, 'a');
    insert(text);
    EXPECT_EQ(last(), text) << size;
  }
  insert(zeros);
  EXPECT_EQ(last(), zeros);
  insert(std::nullopt);
  EXPECT_EQ(last(), std::nullopt);
}

TEST_F(BlobsTest, OnlyLargeTextsAreFilesAndEqualOnesAreOne) {
  insert(std::string(Blobs::max_inline_bytes - 1, 'a'));
  EXPECT_EQ(files(), 0U);
  for (int i = 0; i < 3; ++i) insert(std::string(Blobs::max_inline_bytes, 'a'));
  EXPECT_EQ(files(), 1U);
  insert(std::string(Blobs::max_inline_bytes, 'b'));
  EXPECT_EQ(files(), 2U);
}

TEST_F(BlobsTest, WhatWasBeingWrittenWhenAProcessEndedIsRemoved) {
  insert(std::string(Blobs::max_inline_bytes, 'a'));
  std::ofstream(directory.path() / "blobs/unfinished/some") << "half of i";
  EXPECT_EQ(files(), 2U);
  connection.blobs().remove_unfinished();
  EXPECT_EQ(files(), 1U);
}

TEST_F(BlobsTest, ManyThreadsMayKeepTheSameText) {
  std::string const text(1'000'000, 'x');
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_FALSE(connection.blobs().keep(text).file.empty()); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(files(), 1U);
}

TEST_F(BlobsTest, AFileThatIsGoneIsAFailureOfTheDatabase) {
  insert(std::string(Blobs::max_inline_bytes, 'a'));
  std::filesystem::remove_all(directory.path() / "blobs");
  EXPECT_THROW((void)last(), DatabaseError);
}

}  // namespace
}  // namespace qhub::hub
