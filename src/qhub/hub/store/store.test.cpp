#include "qhub/hub/store/store.h"

#include <gtest/gtest.h>

#include <fstream>
#include <latch>
#include <thread>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

Result<void> add_user(Connection& connection, std::string const& id) {
  connection.execute("INSERT INTO users (id, name, created_at) VALUES (?, 'n', 0)", id);
  return {};
}

std::int64_t count_users(Store& store) {
  return store.read([](Connection& connection) {
    Statement statement = connection.query("SELECT count(*) FROM users");
    statement.step();
    return statement.column<std::int64_t>(0);
  });
}

std::unique_ptr<Store> open(TemporaryDirectory const& directory) {
  auto store = Store::open(directory.path());
  EXPECT_TRUE(store) << store.error().message;
  return std::move(*store);
}

TEST(Store, KeepsWhatItAcknowledged) {
  TemporaryDirectory const directory;
  {
    auto const store = open(directory);
    ASSERT_TRUE(store->write_and_wait([](Connection& connection) { return add_user(connection, "a"); }));
    ASSERT_TRUE(await(store->write([](Connection& connection) { return add_user(connection, "b"); })));
  }
  EXPECT_EQ(count_users(*open(directory)), 2);
}

TEST(Store, ManyWritersShareCommitsAndOneFailingLeavesTheOthersAlone) {
  TemporaryDirectory const directory;
  auto const store = open(directory);
  constexpr int writers = 16, writes = 50;
  std::latch start(writers);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer)
    threads.emplace_back([&, writer] {
      start.arrive_and_wait();
      for (int i = 0; i < writes; ++i) {
        bool const fails = i % 5 == 0;
        Result<void> const result = store->write_and_wait([&](Connection& connection) -> Result<void> {
          (void)add_user(connection, std::to_string(writer) + "." + std::to_string(i));
          if (fails) return Error{.kind = ErrorKind::conflict, .message = "no", .details = {}};
          return {};
        });
        EXPECT_EQ(static_cast<bool>(result), !fails);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count_users(*store), writers * writes * 4 / 5);
}

TEST(Store, AWriteThatThrowsOrBreaksAConstraintLeavesNothing) {
  TemporaryDirectory const directory;
  auto const store = open(directory);
  ASSERT_TRUE(store->write_and_wait([](Connection& connection) { return add_user(connection, "a"); }));
  auto const twice = store->write_and_wait([](Connection& connection) -> Result<void> {
    (void)add_user(connection, "b");
    return add_user(connection, "a");
  });
  EXPECT_EQ(twice.error().kind, ErrorKind::internal);
  auto const thrown = store->write_and_wait([](Connection& connection) -> Result<void> {
    (void)add_user(connection, "c");
    throw std::runtime_error("defect");
  });
  EXPECT_EQ(thrown.error().kind, ErrorKind::internal);
  EXPECT_EQ(count_users(*store), 1);
}

TEST(Store, ReadsDoNotWaitForAWriter) {
  TemporaryDirectory const directory;
  auto const store = open(directory);
  auto const result = store->write_and_wait([&](Connection& connection) -> Result<std::int64_t> {
    (void)add_user(connection, "a");
    return count_users(*store);  // on another connection, while this transaction is open
  });
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 0);
  EXPECT_EQ(count_users(*store), 1);
}

TEST(Store, OneHubPerDirectory) {
  TemporaryDirectory const directory;
  auto const store = open(directory);
  auto const second = Store::open(directory.path());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(directory.path().string()), std::string::npos);
}

TEST(Store, RefusesWhatIsNotItsDatabase) {
  TemporaryDirectory const directory;
  std::ofstream(directory.path() / "qhubd.sqlite") << std::string(4096, 'x');
  auto const garbage = Store::open(directory.path());
  ASSERT_FALSE(garbage);
  EXPECT_NE(garbage.error().message.find("qhubd.sqlite"), std::string::npos);

  TemporaryDirectory const other;
  Connection(other.path() / "qhubd.sqlite", Connection::Mode::read_write).run_script("CREATE TABLE t (x)");
  EXPECT_FALSE(Store::open(other.path()));
}

TEST(Store, RefusesADatabaseOfANewerHub) {
  TemporaryDirectory const directory;
  open(directory).reset();
  Connection(directory.path() / "qhubd.sqlite", Connection::Mode::read_write).run_script("PRAGMA user_version = 999");
  auto const newer = Store::open(directory.path());
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("999"), std::string::npos);
}

}  // namespace
}  // namespace qhub::hub
