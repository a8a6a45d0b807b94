#include "qhub/hub/store/places.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "qhub/hub/internal/test_support.h"
#include "qhub/hub/store/store.h"

namespace qhub::hub {
namespace {

struct Entry {
  bool is_job = true;
  std::int64_t number = 0;
  std::int64_t created_at = 0;
  std::string tenant_id, backend_id, provider, status;
  bool is_of_service = false;
  std::vector<std::string> tags;
};

/// Jobs and sessions of two tenants as chance will have it; more than fill a few slices, and a clock that was set back.
class PlacesTest : public testing::Test {
 protected:
  PlacesTest() {
    auto opened = Store::open(directory.path());
    EXPECT_TRUE(opened);
    store = std::move(*opened);
    EXPECT_TRUE(store->write_and_wait([this](Connection& connection) -> Result<void> {
      for (int i = 0; i < 13'000; ++i) i % 20 == 19 ? add_session(connection) : add_job(connection);
      return {};
    }));
  }

  std::int64_t one_of(std::int64_t count) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(count)); }

  Entry entry(bool is_job) {
    now += one_of(3);
    if (one_of(5000) == 0) now -= 2000;
    Entry made;
    made.is_job = is_job;
    made.created_at = now;
    made.tenant_id = one_of(10) == 0 ? "other" : "t";
    made.backend_id = "b" + std::to_string(one_of(3));
    made.provider = made.backend_id == "b0" ? "AWS" : "KIPU";
    made.is_of_service = one_of(4) == 0;
    return made;
  }

  void add_session(Connection& connection) {
    Entry made = entry(false);
    made.status = one_of(2) == 0 ? "OPEN" : "CLOSED";
    SessionRow row;
    row.id = "s" + std::to_string(entries.size());
    row.tenant_id = made.tenant_id;
    row.backend_id = made.backend_id;
    row.provider = made.provider;
    row.mode = "batch";
    row.created_at = made.created_at;
    if (made.is_of_service) row.service_execution_id = "e";
    insert_session(connection, row);
    made.number = connection.last_row();
    connection.execute("UPDATE sessions SET status = ? WHERE number = ?", made.status, made.number);
    entries.push_back(made);
    session = {entries.size() - 1, row.id};
  }

  void add_job(Connection& connection) {
    static std::vector<std::string> const statuses{"PENDING", "RUNNING", "COMPLETED", "FAILED"};
    Entry made = entry(true);
    made.status = statuses[static_cast<std::size_t>(one_of(4))];
    JobRow row;
    row.id = "j" + std::to_string(entries.size());
    row.tenant_id = made.tenant_id;
    row.backend_id = made.backend_id;
    row.provider = made.provider;
    row.created_at = made.created_at;
    if (made.is_of_service) row.service_execution_id = "e";
    if (one_of(3) == 0) {
      row.tags = R"(["Red","red","Blue"])";
      made.tags = {"red", "blue"};
    }
    bool const in_session = session && one_of(10) == 0 && entries[session->first].tenant_id == made.tenant_id;
    if (in_session) row.session_id = session->second;
    made.number = insert_job(connection, row, {.input = {.bytes = "1"}, .qasm = std::nullopt}, std::nullopt)->number;
    if (in_session && row.tags) entries[session->first].tags = made.tags;
    connection.execute("UPDATE jobs SET status = 'RUNNING' WHERE number = ?", made.number);
    connection.execute("UPDATE jobs SET status = ?, started_at = 1, ended_at = 2 WHERE number = ?", made.status,
                       made.number);
    entries.push_back(made);
  }

  static bool is_met(std::vector<std::string> const& choices, std::string const& value) {
    return choices.empty() || std::ranges::find(choices, value) != choices.end();
  }

  /// The slow and obviously right answer: all of the list.
  std::vector<Entry> list(WorkloadSearch const& search) const {
    std::vector<Entry> found;
    for (Entry const& entry : entries)
      if (entry.tenant_id == search.tenant_id && is_met(search.types, entry.is_job ? "JOB" : "SESSION") &&
          is_met(search.statuses, entry.status) && is_met(search.providers, entry.provider) &&
          is_met(search.backend_ids, entry.backend_id) &&
          is_met(search.origins, entry.is_of_service ? "SERVICE_EXECUTION" : "STANDALONE") &&
          std::ranges::all_of(search.tags, [&](std::string const& tag) { return is_met(entry.tags, tag) && !entry.tags.empty(); }))
        found.push_back(entry);
    auto const key = [](Entry const& entry, std::string_view column) {
      return column == "status" ? entry.status : column == "backend_id" ? entry.backend_id : entry.provider;
    };
    std::ranges::stable_sort(found, [&](Entry const& left, Entry const& right) {
      for (auto const& [column, descending] : search.order) {
        if (column == "created_at") return descending ? left.created_at > right.created_at : left.created_at < right.created_at;
        if (key(left, column) != key(right, column))
          return descending ? key(left, column) > key(right, column) : key(left, column) < key(right, column);
      }
      return search.order.empty() ? left.created_at > right.created_at : left.created_at < right.created_at;
    });
    return found;
  }

  Places find(WorkloadSearch const& search) {
    auto found = store->read([&](Connection& connection) { return find_places(connection, search); });
    EXPECT_TRUE(found);
    return found.value_or(Places());
  }

  TemporaryDirectory const directory;
  std::unique_ptr<Store> store;
  std::mt19937 random{7};
  std::int64_t now = 1'000'000;
  std::vector<Entry> entries;
  std::optional<std::pair<std::size_t, std::string>> session;
};

TEST_F(PlacesTest, EveryPageOfEveryChoiceIsThatOfTheWholeList) {
  std::vector<WorkloadSearch> searches(12);
  searches[1].types = {"JOB"};
  searches[2].types = {"SESSION"};
  searches[3].statuses = {"FAILED", "OPEN"};
  searches[4].backend_ids = {"b2"};
  searches[4].order = {{"created_at", false}};
  searches[5].providers = {"AWS"};
  searches[5].origins = {"SERVICE_EXECUTION"};
  searches[6].tags = {"red"};
  searches[7].tags = {"blue"};
  searches[7].statuses = {"COMPLETED"};
  searches[7].order = {{"backend_id", true}, {"created_at", true}};
  searches[8].order = {{"status", false}, {"provider", true}};
  searches[9].tags = {"green"};
  searches[10].types = {"SESSION"};
  searches[10].tags = {"red"};
  searches[11].tenant_id = "other";
  for (WorkloadSearch& search : searches) {
    if (search.tenant_id.empty()) search.tenant_id = "t";
    std::vector<Entry> const expected = list(search);
    for (std::int64_t const size : {1, 20, 1000})
      for (std::int64_t const page :
           {std::int64_t{0}, std::int64_t{1}, std::ssize(expected) / size / 2, std::ssize(expected) / size, std::int64_t{99'999}}) {
        search.page = page;
        search.size = size;
        Places const found = find(search);
        EXPECT_EQ(found.total, std::ssize(expected));
        std::int64_t const first = std::min(page * size, std::ssize(expected));
        ASSERT_EQ(std::ssize(found.page), std::min(size, std::ssize(expected) - first)) << page << "/" << size;
        // Of one moment there may be several, in an order that is nobody's business but stays the same.
        for (std::size_t i = 0; i < found.page.size(); ++i) {
          auto const place = std::ranges::find_if(entries, [&](Entry const& entry) {
            return entry.is_job == found.page[i].is_job && entry.number == found.page[i].number;
          });
          ASSERT_EQ(place->created_at, expected[static_cast<std::size_t>(first) + i].created_at);
          ASSERT_EQ(place->status, search.order.size() == 2 && search.order[0].column == "status"
                                       ? expected[static_cast<std::size_t>(first) + i].status
                                       : place->status);
        }
      }
  }
}

TEST_F(PlacesTest, PagesHoldEverythingOnce) {
  WorkloadSearch search;
  search.tenant_id = "t";
  search.size = 777;
  std::set<std::pair<bool, std::int64_t>> seen;
  for (search.page = 0;; ++search.page) {
    Places const found = find(search);
    if (found.page.empty()) break;
    for (auto const& [is_job, number] : found.page) EXPECT_TRUE(seen.emplace(is_job, number).second);
  }
  EXPECT_EQ(std::ssize(seen), std::ssize(list(search)));
}

TEST_F(PlacesTest, OtherSearchesGoRowByRow) {
  WorkloadSearch search;
  search.tenant_id = "t";
  search.tags = {"red", "blue"};
  search.size = 1;
  WorkloadPage const either =
      store->read([&](Connection& connection) { return search_workloads(connection, search); });
  search.tags = {"red"};
  EXPECT_EQ(either.total, std::ssize(list(search)));  // who has one of the two has both
  search.tags.clear();
  search.order = {{"ended_at", true}, {"id", false}};
  search.page = 5;
  search.size = 100;
  WorkloadPage const by_id = store->read([&](Connection& connection) { return search_workloads(connection, search); });
  search.order.clear();
  EXPECT_EQ(by_id.total, std::ssize(list(search)));
  EXPECT_EQ(by_id.workloads.size(), 100u);
}

}  // namespace
}  // namespace qhub::hub
