#include "qhub/hub/run/runner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <set>

#include "qhub/hub/internal/test_support.h"

namespace qhub::hub {
namespace {

using namespace std::chrono_literals;

JobOutput const result{.raw = R"({"done":true})", .normalized = std::nullopt, .memory = std::nullopt};

/// Runs until told to stop.
Result<JobOutput> endless(JobRow const&, JobInput const&, sim::Progress const& progress, std::stop_token stop) {
  progress(0.25);
  while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
  return Error{.kind = ErrorKind::cancelled, .message = "stopped", .details = {}};
}
Result<JobOutput> immediate(JobRow const&, JobInput const&, sim::Progress const&, std::stop_token) {
  return result;
}

RunnerOptions with_workers(unsigned workers) {
  RunnerOptions options;
  options.workers = workers;
  return options;
}

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() : store(*Store::open(directory.path())) {}

  /// Without a runner the job waits for the next one.
  void submit(std::string const& id, Runner* runner = nullptr,
              std::optional<IdempotencyKey> const& key = std::nullopt) {
    JobRow job;
    job.id = id;
    job.tenant_id = "t";
    job.backend_id = "b";
    auto place = runner ? std::optional(runner->claim(job.backend_id, job.tenant_id)) : std::nullopt;
    auto const stored = store->write_and_wait([&](Connection& connection) {
      return insert_job(connection, job, {.input = {.bytes = "\"text\""}, .qasm = std::nullopt}, key);
    });
    ASSERT_TRUE(stored) << stored.error().message;
    if (place) (*place)->take(*stored);
  }
  JobRow row(std::string const& id) {
    return *store->read([&](Connection& connection) {
      return find_job(connection, {.tenant_id = "t", .id = id, .service_execution_id = std::nullopt});
    });
  }
  std::optional<std::string> output(std::string const& id, OutputForm form = OutputForm::raw) {
    std::int64_t const number = row(id).number;
    auto const found = store->read([&](Connection& connection) { return read_job_output(connection, number, form); });
    if (!found) return std::nullopt;
    return found->text->load();
  }
  Result<JobRow> cancel(std::string const& id) {
    return store->write_and_wait([&](Connection& connection) {
      return cancel_job(connection, {.tenant_id = "t", .id = id, .service_execution_id = std::nullopt}, 5);
    });
  }
  bool becomes(std::string const& id, std::string const& status) {
    for (int i = 0; i < 2000 && row(id).status != status; ++i) std::this_thread::sleep_for(1ms);
    return row(id).status == status;
  }
  /// What is left when a hub dies while it runs everything there is.
  void die_while_running() {
    (void)store->write_and_wait([](Connection& connection) -> Result<void> {
      std::vector<std::int64_t> numbers;
      for_each_pending_job(connection, [&](JobRow const& job) { numbers.push_back(job.number); });
      for (std::int64_t const number : numbers) EXPECT_TRUE(lease_job(connection, number, 1));
      return {};
    });
  }

  TemporaryDirectory directory;
  std::unique_ptr<Store> store;
};

TEST_F(RunnerTest, RunsEachJobOnceAndKeepsItsResult) {
  std::atomic<int> runs = 0;
  Runner runner(
      *store,
      [&](JobRow const&, JobInput const& input, sim::Progress const&, std::stop_token) -> Result<JobOutput> {
        EXPECT_EQ(input.input, "\"text\"");
        ++runs;
        return result;
      },
      with_workers(4));
  for (int i = 0; i < 50; ++i) {
    submit(std::to_string(i), &runner);
  }
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(becomes(std::to_string(i), "COMPLETED"));
  EXPECT_EQ(runs, 50);
  EXPECT_EQ(*output("7"), result.raw);
  EXPECT_TRUE(row("7").started_at && row("7").ended_at);
}

TEST_F(RunnerTest, AFailureSaysWhy) {
  submit("a");
  submit("b");
  Runner runner(
      *store,
      [](JobRow const& job, JobInput const&, sim::Progress const&, std::stop_token) -> Result<JobOutput> {
        if (job.id == "b") throw std::runtime_error("secret");
        return Error{.kind = ErrorKind::resource_exhausted, .message = "needs \"more\" memory", .details = {}};
      },
      with_workers(1));
  ASSERT_TRUE(becomes("a", "FAILED"));
  auto const raw = boost::json::parse(*output("a"));
  EXPECT_EQ(raw.at("error").at("message").as_string(), "needs \"more\" memory");
  EXPECT_EQ(raw.at("error").at("code").as_string(), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(boost::json::parse(*output("a", OutputForm::normalized)).at("pubs").at(0).at("type").as_string(), "error");
  ASSERT_TRUE(becomes("b", "FAILED"));
  EXPECT_EQ(output("b")->find("secret"), std::string::npos);
}

TEST_F(RunnerTest, CancelsWaitingJobsAtOnceAndRunningOnesSoon) {
  submit("running");
  submit("waiting");
  Runner runner(*store, endless, with_workers(1));
  ASSERT_TRUE(becomes("running", "RUNNING"));
  std::int64_t const number = row("running").number;
  for (int i = 0; i < 2000 && runner.progress(number) != 0.25; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(runner.progress(number), 0.25);
  EXPECT_EQ(runner.waiting("b"), 1);
  Result<JobRow> const waiting = cancel("waiting");
  EXPECT_EQ(waiting->status, "CANCELLED");
  runner.cancel(waiting->number);
  EXPECT_EQ(runner.waiting("b"), 0);
  Result<JobRow> const cancelled = cancel("running");
  ASSERT_EQ(cancelled->status, "CANCELLING");
  auto const start = std::chrono::steady_clock::now();
  runner.cancel(cancelled->number);
  EXPECT_TRUE(becomes("running", "CANCELLED"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
  EXPECT_FALSE(output("running"));
  EXPECT_TRUE(cancel("running"));  // again is no error
}

TEST_F(RunnerTest, ACancelledJobDoesNotWaitForAWorkerThatDoesNotListen) {
  submit("deaf");
  submit("next");
  std::promise<void> told;
  Runner runner(
      *store,
      [&](JobRow const& job, JobInput const&, sim::Progress const&, std::stop_token) -> Result<JobOutput> {
        if (job.id == "deaf") told.get_future().wait();
        return result;
      },
      with_workers(1));
  ASSERT_TRUE(becomes("deaf", "RUNNING"));
  runner.cancel(cancel("deaf")->number);
  EXPECT_TRUE(becomes("deaf", "CANCELLED"));
  EXPECT_EQ(row("next").status, "PENDING");
  told.set_value();
  EXPECT_TRUE(becomes("next", "COMPLETED"));
  EXPECT_EQ(row("deaf").status, "CANCELLED");
  EXPECT_FALSE(output("deaf"));
}

TEST_F(RunnerTest, AResultThatComesAfterTheCancellationIsNotSeen) {
  submit("a");
  die_while_running();
  ASSERT_EQ(cancel("a")->status, "CANCELLING");
  std::int64_t const number = row("a").number;
  auto const status = store->write_and_wait([&](Connection& connection) -> Result<std::string> {
    return finish_job(connection, number, "COMPLETED", *keep(connection.blobs(), result), 9);
  });
  EXPECT_EQ(*status, "CANCELLED");
  EXPECT_FALSE(output("a"));
}

TEST_F(RunnerTest, AFinishedJobKeepsItsOutcome) {
  submit("a");
  {
    Runner const runner(*store, immediate, with_workers(1));
    ASSERT_TRUE(becomes("a", "COMPLETED"));
  }
  std::int64_t const number = row("a").number;
  auto const status = store->write_and_wait([&](Connection& connection) -> Result<std::string> {
    return finish_job(connection, number, "FAILED", *keep(connection.blobs(), failed_output("X", "y")), 9);
  });
  EXPECT_EQ(*status, "COMPLETED");
  EXPECT_EQ(*output("a"), result.raw);
  EXPECT_EQ(cancel("a").error().kind, ErrorKind::unsupported);
}

TEST_F(RunnerTest, StoppingPutsRunningJobsBackWithoutCountingTheAttempt) {
  submit("a");
  {
    Runner const runner(*store, endless, with_workers(1));
    ASSERT_TRUE(becomes("a", "RUNNING"));
  }
  EXPECT_EQ(row("a").status, "PENDING");
  EXPECT_EQ(row("a").attempts, 0);
  Runner const runner(*store, immediate, with_workers(1));
  EXPECT_TRUE(becomes("a", "COMPLETED"));
}

TEST_F(RunnerTest, JobsOfADeadHubStartAgainAndAreGivenUpAfterManyAttempts) {
  submit("cancelled");
  die_while_running();
  ASSERT_TRUE(cancel("cancelled"));
  submit("a");
  for (int death = 1; death <= max_attempts; ++death) {
    die_while_running();
    EXPECT_EQ(row("a").status, "RUNNING");
    (void)store->write_and_wait(
        [](Connection& connection) -> Result<std::int64_t> { return recover_jobs(connection, {}, 7); });
    EXPECT_EQ(row("a").status, death < max_attempts ? "PENDING" : "ABORTED");
  }
  EXPECT_NE(output("a")->find("100 times"), std::string::npos);
  EXPECT_EQ(row("cancelled").status, "CANCELLED");
}

TEST_F(RunnerTest, AJobThatCrashesItsHubIsGivenUpSoon) {
  submit("culprit");
  submit("innocent");
  for (int crash = 1; crash <= max_crashes; ++crash) {
    die_while_running();
    std::vector<std::int64_t> const crashed{row("culprit").number};
    (void)store->write_and_wait(
        [&](Connection& connection) -> Result<std::int64_t> { return recover_jobs(connection, crashed, 7); });
  }
  EXPECT_EQ(row("culprit").status, "ABORTED");
  EXPECT_NE(output("culprit")->find("crashed the hub 3 times"), std::string::npos);
  EXPECT_EQ(row("innocent").status, "PENDING");
}

TEST_F(RunnerTest, AJobThatRunsTooLongFailsAndSaysSo) {
  submit("a");
  RunnerOptions options;
  options.job_time_limit = 50ms;
  Runner runner(*store, endless, options);
  ASSERT_TRUE(becomes("a", "FAILED"));
  auto const raw = boost::json::parse(*output("a"));
  EXPECT_EQ(raw.at("error").at("code").as_string(), "TIME_LIMIT");
  EXPECT_NE(raw.at("error").at("message").as_string().find("0.05 s"), boost::json::string::npos);
}

TEST_F(RunnerTest, AFullQueueTakesNoMore) {
  RunnerOptions options;
  options.queue.per_backend = 3;
  options.queue.per_tenant = 2;
  Runner runner(*store, endless, options);
  submit("running", &runner);
  ASSERT_TRUE(becomes("running", "RUNNING"));
  submit("1", &runner);
  submit("2", &runner);
  EXPECT_EQ(runner.claim("b", "t").error().kind, ErrorKind::rate_limited);
  {
    auto const last = runner.claim("b", "other");
    ASSERT_TRUE(last);
    EXPECT_EQ(runner.claim("b", "another").error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(runner.claim("c", "another"));
  }
  EXPECT_TRUE(runner.claim("b", "another"));  // the place was given back
}

TEST_F(RunnerTest, AnIdempotencyKeyMakesOneJob) {
  submit("a", nullptr, IdempotencyKey{.key = "k", .request_hash = "h"});
  submit("b", nullptr, IdempotencyKey{.key = "k", .request_hash = "h"});
  JobPage const page = store->read([](Connection& connection) {
    JobSearch search;
    search.tenant_id = "t";
    return search_jobs(connection, search);
  });
  ASSERT_EQ(page.total, 1);
  EXPECT_EQ(page.jobs.front().id, "a");
  JobRow job;
  job.id = "c";
  job.tenant_id = "t";
  auto const other = store->write_and_wait([&](Connection& connection) {
    return insert_job(connection, job, {.input = {.bytes = "1"}, .qasm = std::nullopt},
                      IdempotencyKey{.key = "k", .request_hash = "x"});
  });
  EXPECT_EQ(other.error().kind, ErrorKind::unsupported);
}

TEST_F(RunnerTest, SearchPagesCoverEveryJobOfTheTenantOnce) {
  for (int i = 0; i < 25; ++i) submit(std::to_string(i));  // all of the same time
  std::set<std::string> seen;
  for (std::int64_t number = 0; number < 3; ++number) {
    JobPage const page = store->read([&](Connection& connection) {
      return search_jobs(connection, {.tenant_id = "t",
                                      .service_execution_id = std::nullopt,
                                      .order = {{"created_at", false}},
                                      .page = number,
                                      .size = 10});
    });
    EXPECT_EQ(page.total, 25);
    for (JobRow const& job : page.jobs) EXPECT_TRUE(seen.insert(job.id).second);
  }
  EXPECT_EQ(seen.size(), 25u);
  JobPage const others = store->read([&](Connection& connection) {
    return search_jobs(
        connection, {.tenant_id = "other", .service_execution_id = std::nullopt, .order = {}, .page = 0, .size = 10});
  });
  EXPECT_EQ(others.total, 0);
}

}  // namespace
}  // namespace qhub::hub
