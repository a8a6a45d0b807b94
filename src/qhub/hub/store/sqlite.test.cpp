#include "qhub/hub/store/sqlite.h"

#include <gtest/gtest.h>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

TEST(Connection, AStatementInUseOutlivesAnyNumberOfOthers) {
  TemporaryDirectory const directory;
  Connection connection(directory.path() / "test.sqlite", Connection::Mode::read_write);
  connection.run_script("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)");
  Statement rows = connection.query("SELECT id FROM t ORDER BY id");
  ASSERT_TRUE(rows.step());
  for (int i = 0; i < 2000; ++i)
    EXPECT_TRUE(connection.query("SELECT id FROM t ORDER BY id + " + std::to_string(i)).step());
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.column<std::int64_t>(0), 2);
}

}  // namespace
}  // namespace qhub::hub
