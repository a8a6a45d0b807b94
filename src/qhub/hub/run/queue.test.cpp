#include "qhub/hub/run/queue.h"

#include <gtest/gtest.h>

#include <string>

namespace qhub::hub {
namespace {

class QueueTest : public testing::Test {
 protected:
  struct Job {
    std::string tenant = "t";
    std::string backend = "b";
    std::optional<std::string> session = std::nullopt;
    std::uint64_t memory_bytes = 0;
    bool alone = false;
  };
  /// Adds jobs numbered on from those before.
  void add(Job const& job, int count = 1) {
    for (int i = 0; i < count; ++i)
      queue.restore({.number = ++last,
                     .tenant_id = job.tenant,
                     .backend_id = job.backend,
                     .session_id = job.session,
                     .memory_bytes = job.memory_bytes,
                     .alone = job.alone});
  }
  /// Takes a job and ends it; 0 if none may start.
  std::int64_t run() {
    auto const entry = queue.take();
    if (!entry) return 0;
    queue.done(*entry);
    return entry->number;
  }
  std::vector<std::int64_t> run_all() {
    std::vector<std::int64_t> numbers;
    while (std::int64_t const number = run()) numbers.push_back(number);
    return numbers;
  }

  Queue queue{{.per_backend = 1000, .per_tenant = 1000, .memory_bytes = 100}};
  std::int64_t last = 0;
};

using Numbers = std::vector<std::int64_t>;

TEST_F(QueueTest, TenantsTakeTurnsWhoeverCameFirst) {
  add({.tenant = "a"}, 3);
  add({.tenant = "b"}, 1);
  add({.tenant = "c"}, 2);
  EXPECT_EQ(run_all(), (Numbers{1, 4, 5, 2, 6, 3}));
}

TEST_F(QueueTest, JobsOfABatchSessionThatWaitGoTogether) {
  add({.tenant = "a", .session = "s"});  // 1
  add({.tenant = "a"});                  // 2
  add({.tenant = "b"}, 2);               // 3, 4
  add({.tenant = "a", .session = "s"}, 2);
  EXPECT_EQ(run(), 1);
  add({.tenant = "a", .session = "s"});  // 7 came too late for this turn
  EXPECT_EQ(run_all(), (Numbers{5, 6, 3, 2, 4, 7}));
}

TEST_F(QueueTest, AReservedBackendRunsItsSessionOnly) {
  add({.tenant = "a"}, 2);                   // 1, 2
  add({.tenant = "b", .session = "s"}, 2);   // 3, 4
  add({.tenant = "c", .backend = "other"});  // 5
  queue.set_reservations({{.backend_id = "b", .session_id = "s"}});
  EXPECT_EQ(run_all(), (Numbers{3, 4, 5}));
  queue.set_reservations({});
  EXPECT_EQ(run_all(), (Numbers{1, 2}));
}

TEST_F(QueueTest, WhatDoesNotFitInMemoryWaitsAndIsNotOvertaken) {
  add({.memory_bytes = 60});
  add({.memory_bytes = 50});
  add({.memory_bytes = 10});
  auto const first = queue.take();
  EXPECT_FALSE(queue.take());
  queue.done(*first);
  EXPECT_EQ(queue.take()->number, 2);
  EXPECT_EQ(queue.take()->number, 3);
}

TEST_F(QueueTest, ASuspectRunsAlone) {
  add({});
  add({.alone = true});
  add({});
  auto const first = queue.take();
  EXPECT_FALSE(queue.take());
  queue.done(*first);
  auto const suspect = queue.take();
  EXPECT_EQ(suspect->number, 2);
  EXPECT_FALSE(queue.take());
  queue.done(*suspect);
  EXPECT_EQ(run(), 3);
}

TEST_F(QueueTest, WhatIsDroppedGivesItsPlaceBack) {
  add({.session = "s"}, 2);
  EXPECT_EQ(queue.waiting("b"), 2u);
  EXPECT_TRUE(queue.drop(1));
  EXPECT_FALSE(queue.drop(1));
  EXPECT_EQ(queue.waiting("b"), 1u);
  EXPECT_EQ(run_all(), (Numbers{2}));
  EXPECT_EQ(queue.waiting("b"), 0u);
  EXPECT_FALSE(queue.drop(2));
}

}  // namespace
}  // namespace qhub::hub
