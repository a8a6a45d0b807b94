#include "qhub/hub/run/runner.h"

#include <spdlog/spdlog.h>

#include <exception>

#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

/// How long to wait when the database fails: a full disk may get room again.
constexpr std::chrono::milliseconds retry_pause{1000};

/// What clients show to people as the job's error code.
std::string_view code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument:
      return "INVALID_INPUT";
    case ErrorKind::syntax:
      return "SYNTAX_ERROR";
    case ErrorKind::unsupported:
      return "UNSUPPORTED";
    case ErrorKind::too_large:
      return "TOO_LARGE";
    case ErrorKind::resource_exhausted:
      return "RESOURCE_EXHAUSTED";
    case ErrorKind::timeout:
      return "TIME_LIMIT";
    default:
      return "INTERNAL_ERROR";
  }
}

}  // namespace

Runner::Runner(Store& store, Execute execute, RunnerOptions const& options)
    : store_(store), execute_(std::move(execute)) {
  Result<std::int64_t> const recovered = store_.write_and_wait(
      [](Connection& connection) -> Result<std::int64_t> { return recover_jobs(connection, now_us()); });
  if (!recovered) throw std::runtime_error(recovered.error().message);
  if (*recovered > 0) spdlog::info("{} jobs that were running when the last hub ended start again", *recovered);
  for (unsigned i = 0; i < options.workers; ++i) workers_.emplace_back([this] { work(); });
}

Runner::~Runner() {
  {
    std::scoped_lock const guard(mutex_);
    stopping_ = true;
    for (auto& [number, stop] : running_) stop.request_stop();
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Runner::wake() {
  {
    std::scoped_lock const guard(mutex_);
    may_have_work_ = true;
  }
  changed_.notify_one();
}

void Runner::cancel(std::int64_t job_number) {
  std::scoped_lock const guard(mutex_);
  if (auto const running = running_.find(job_number); running != running_.end()) running->second.request_stop();
}

void Runner::work() {
  while (true) {
    {
      std::unique_lock guard(mutex_);
      changed_.wait(guard, [this] { return stopping_ || may_have_work_; });
      if (stopping_) return;
      may_have_work_ = false;
    }
    while (std::optional<JobRow> const job = lease()) {
      std::stop_source stop;
      {
        std::scoped_lock const guard(mutex_);
        running_.emplace(job->number, stop);
        if (stopping_) stop.request_stop();
        may_have_work_ = true;  // Where one job was there may be another, for the next idle worker.
      }
      changed_.notify_one();
      run(*job, stop.get_token());
      std::scoped_lock const guard(mutex_);
      running_.erase(job->number);
      if (stopping_) return;
    }
  }
}

std::optional<JobRow> Runner::lease() {
  while (true) {
    auto leased = store_.write_and_wait(
        [](Connection& connection) -> Result<std::optional<JobRow>> { return lease_job(connection, now_us()); });
    if (leased) return std::move(*leased);
    spdlog::error("cannot take a job: {}", leased.error().message);
    if (stops_within(retry_pause)) return std::nullopt;
  }
}

bool Runner::stops_within(std::chrono::milliseconds time) {
  std::unique_lock guard(mutex_);
  return changed_.wait_for(guard, time, [this] { return stopping_; });
}

void Runner::run(JobRow const& job, std::stop_token stop) {
  Result<JobOutput> output = Error{.kind = ErrorKind::cancelled, .message = "cancelled before it began", .details = {}};
  try {
    // Between the lease and the entry in running_ the job may have been cancelled.
    auto const input = store_.read([&](Connection& connection) -> std::optional<JobInput> {
      auto const now = find_job(
          connection, {.tenant_id = job.tenant_id, .id = job.id, .service_execution_id = job.service_execution_id});
      if (!now || now->status != "RUNNING") return std::nullopt;
      return read_job_input(connection, job.number);
    });
    if (input) output = execute_(job, *input, stop);
  } catch (std::exception const& exception) {
    spdlog::error("job {}: {}", job.id, exception.what());
    output = Error{.kind = ErrorKind::internal, .message = "The hub failed while running this job.", .details = {}};
  }
  auto const finish = [&](Connection& connection) -> Result<std::string> {
    if (output) return finish_job(connection, job.number, "COMPLETED", *output, now_us());
    Error const& error = output.error();
    if (error.kind != ErrorKind::cancelled)
      return finish_job(connection, job.number, "FAILED", failed_output(code_of(error.kind), error.message), now_us());
    return_job(connection, job.number, now_us());
    return std::string("stopped");
  };
  // If the hub ends before the result is stored, the job runs again.
  while (true) {
    Result<std::string> const finished = store_.write_and_wait(finish);
    if (finished) {
      spdlog::info("job {} on {}: {}", job.id, job.backend_id, *finished);
      return;
    }
    spdlog::error("job {} ran, but its result could not be stored: {}", job.id, finished.error().message);
    if (stops_within(retry_pause)) return;
  }
}

}  // namespace qhub::hub
