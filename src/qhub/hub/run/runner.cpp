#include "qhub/hub/run/runner.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "qhub/hub/run/crash_note.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

/// How long to wait when the database fails: a full disk may get room again.
constexpr std::chrono::milliseconds retry_pause{1000};

/// A cancelled job whose worker goes on for so long, reading a huge circuit or writing a huge result, ends without it.
constexpr std::chrono::milliseconds cancellation_time{50};

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

Queue::Entry queue_entry(JobRow const& job) {
  return {.number = job.number,
          .tenant_id = job.tenant_id,
          .backend_id = job.backend_id,
          .session_id = job.session_id,
          .memory_bytes = static_cast<std::uint64_t>(job.memory_bytes),
          .alone = job.crashes > 0};
}

}  // namespace

Runner::Place::Place(Runner& runner, std::string backend_id, std::string tenant_id)
    : runner_(&runner), backend_id_(std::move(backend_id)), tenant_id_(std::move(tenant_id)) {}

Runner::Place::Place(Place&& other) noexcept
    : runner_(std::exchange(other.runner_, nullptr)),
      backend_id_(std::move(other.backend_id_)),
      tenant_id_(std::move(other.tenant_id_)) {}

Runner::Place::~Place() {
  if (!runner_) return;
  std::scoped_lock const guard(runner_->mutex_);
  runner_->queue_.unclaim(backend_id_, tenant_id_);
}

void Runner::Place::take(JobRow const& job) {
  Runner& runner = *std::exchange(runner_, nullptr);
  {
    std::scoped_lock const guard(runner.mutex_);
    runner.queue_.add(queue_entry(job));
  }
  runner.changed_.notify_all();
}

Runner::Runner(Store& store, Execute execute, RunnerOptions const& options)
    : store_(store), execute_(std::move(execute)), options_(options), queue_(options.queue) {
  recover(options.crash_note);
  for (unsigned i = 0; i < options.workers; ++i) workers_.emplace_back([this] { work(); });
  timekeeper_ = std::thread([this] { keep_time(); });
}

void Runner::recover(std::filesystem::path const& crash_note) {
  std::vector<std::int64_t> crashed;
  if (!crash_note.empty()) crashed = take_crash_note(crash_note);
  auto const recovered = store_.write_and_wait(
      [&](Connection& connection) -> Result<std::int64_t> { return recover_jobs(connection, crashed, now_us()); });
  if (!recovered) throw std::runtime_error(recovered.error().message);
  if (*recovered > 0) spdlog::info("{} jobs that were running when the last hub ended start again", *recovered);
  if (!crash_note.empty()) leave_crash_notes(crash_note);
  store_.read([&](Connection& connection) {
    for_each_pending_job(connection, [&](JobRow const& job) { queue_.restore(queue_entry(job)); });
    queue_.set_reservations(read_reservations(connection));
  });
}

Runner::~Runner() {
  watch_.close();
  {
    std::scoped_lock const guard(mutex_);
    stopping_ = true;
    for (auto& [number, running] : running_) running->stop.request_stop();
  }
  changed_.notify_all();
  time_changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
  timekeeper_.join();
}

Result<Runner::Place> Runner::claim(std::string const& backend_id, std::string const& tenant_id) {
  std::scoped_lock const guard(mutex_);
  if (Result<void> const claimed = queue_.claim(backend_id, tenant_id); !claimed) return claimed.error();
  return Place(*this, backend_id, tenant_id);
}

void Runner::cancel(std::int64_t job_number) {
  bool waited = false;
  {
    std::scoped_lock const guard(mutex_);
    waited = queue_.drop(job_number);
    if (auto const running = running_.find(job_number); running != running_.end()) {
      running->second->stop.request_stop();
      running->second->given_up_at = Clock::now() + cancellation_time;
    }
  }
  time_changed_.notify_one();
  if (waited) {
    watch_.ended(job_number);
    changed_.notify_all();  // It may have been what others waited behind.
  }
}

void Runner::sessions_changed() {
  {
    std::scoped_lock const guard(mutex_);
    sessions_changed_ = true;
  }
  time_changed_.notify_one();
}

std::int64_t Runner::waiting(std::string const& backend_id) {
  std::scoped_lock const guard(mutex_);
  return static_cast<std::int64_t>(queue_.waiting(backend_id));
}

std::chrono::microseconds Runner::mean_wait(std::string const& backend_id) {
  std::scoped_lock const guard(mutex_);
  auto const waits = waits_.find(backend_id);
  if (waits == waits_.end()) return std::chrono::microseconds(0);
  auto const& [last, count] = waits->second;
  auto const total = std::accumulate(last.begin(), last.end(), std::chrono::microseconds(0));
  return total / static_cast<std::int64_t>(std::min(count, last.size()));
}

std::optional<double> Runner::progress(std::int64_t job_number) {
  std::scoped_lock const guard(mutex_);
  auto const running = running_.find(job_number);
  if (running == running_.end()) return std::nullopt;
  return running->second->progress.load();
}

void Runner::work() {
  std::unique_lock guard(mutex_);
  while (!stopping_) {
    std::optional<Queue::Entry> const entry = queue_.take();
    if (!entry) {
      changed_.wait(guard);
      continue;
    }
    auto const running = std::make_shared<Running>();
    running->deadline = Clock::now() + options_.job_time_limit;
    running_.emplace(entry->number, running);
    guard.unlock();
    time_changed_.notify_one();
    run(*entry, *running);
    guard.lock();
    running_.erase(entry->number);
    queue_.done(*entry);
    changed_.notify_all();  // Memory is free again, or a backend.
  }
}

void Runner::run(Queue::Entry const& entry, Running& running) {
  std::optional<JobRow> const job = start(entry);
  if (!job) return;
  Result<JobOutput> output = Error{};
  try {
    auto const input = store_.read([&](Connection& connection) { return read_job_input(connection, job->number); });
    CrashSuspect const suspect(job->number);
    output = execute_(
        *job, input, [&](double done) { running.progress = done; }, running.stop.get_token());
  } catch (std::exception const& exception) {
    spdlog::error("job {}: {}", job->id, exception.what());
    output = Error{.kind = ErrorKind::internal, .message = "The hub failed while running this job.", .details = {}};
  }
  if (!output && output.error().kind == ErrorKind::cancelled && running.is_late)
    output = Error{.kind = ErrorKind::timeout,
                   .message = fmt::format("The job ran longer than this hub's limit of {} s.",
                                          std::chrono::duration<double>(options_.job_time_limit).count()),
                   .details = {}};
  finish(*job, output);
}

std::optional<JobRow> Runner::start(Queue::Entry const& entry) {
  std::vector<Reservation> reservations;
  auto const lease = [&](Connection& connection) -> Result<std::optional<JobRow>> {
    std::int64_t const now = now_us();
    auto job = lease_job(connection, entry.number, now);
    if (job && job->session_id) {
      session_job_started(connection, *job->session_id, now);
      reservations = read_reservations(connection);
    }
    return job;
  };
  while (true) {
    Result<std::optional<JobRow>> job = store_.write_and_wait(lease);
    if (!job) {
      spdlog::error("cannot start a job: {}", job.error().message);
      if (stops_within(retry_pause)) return std::nullopt;
      continue;
    }
    if (!*job) return std::nullopt;
    JobRow const& started = **job;
    if (started.session_id) {
      set_reservations(reservations);
      sessions_changed();
    }
    std::scoped_lock const guard(mutex_);
    Waits& waits = waits_[started.backend_id];
    waits.last[waits.count++ % waits.last.size()] = std::chrono::microseconds(*started.started_at - started.created_at);
    return std::move(*job);
  }
}

void Runner::finish(JobRow const& job, Result<JobOutput> const& output) {
  bool const is_stopped = !output && output.error().kind == ErrorKind::cancelled;
  JobOutput const failed =
      output ? JobOutput() : failed_output(code_of(output.error().kind), output.error().message);
  Result<StoredOutput> stored = StoredOutput();
  auto const write = [&](Connection& connection) -> Result<std::string> {
    std::int64_t const now = now_us();
    std::string status = "stopped";
    if (is_stopped)
      return_job(connection, job.number, now);
    else
      status = finish_job(connection, job.number, output ? "COMPLETED" : "FAILED", *stored, now);
    if (job.session_id) session_job_ended(connection, *job.session_id, now);
    if (status == "COMPLETED" && options_.completed) options_.completed(connection, job);
    return status;
  };
  // If the hub ends before the result is stored, the job runs again.
  while (true) {
    stored = keep(store_.blobs(), output ? *output : failed);
    Result<std::string> const finished = stored ? store_.write_and_wait(write) : Result<std::string>(stored.error());
    if (finished) {
      spdlog::info("job {} on {}: {}", job.id, job.backend_id, *finished);
      break;
    }
    spdlog::error("job {} ran, but its result could not be stored: {}", job.id, finished.error().message);
    if (stops_within(retry_pause)) return;
  }
  watch_.ended(job.number);
  if (job.session_id) sessions_changed();
}

void Runner::give_up(std::vector<std::int64_t> const& job_numbers) {
  Result<void> const ended = store_.write_and_wait([&](Connection& connection) -> Result<void> {
    for (std::int64_t const number : job_numbers) end_cancelled_job(connection, number, now_us());
    return {};
  });
  if (!ended) {  // Their workers will do it.
    spdlog::error("cannot end cancelled jobs: {}", ended.error().message);
    return;
  }
  for (std::int64_t const number : job_numbers) watch_.ended(number);
}

void Runner::keep_time() {
  std::optional<Clock::time_point> next_change;
  std::unique_lock guard(mutex_);
  while (!stopping_) {
    Clock::time_point now = Clock::now();
    if (std::exchange(sessions_changed_, false) || (next_change && *next_change <= now)) {
      guard.unlock();
      next_change = settle();
      guard.lock();
      continue;
    }
    std::optional<Clock::time_point> wake = next_change;
    std::vector<std::int64_t> given_up;
    for (auto const& [number, running] : running_) {
      if (running->given_up_at && *running->given_up_at <= now) {
        given_up.push_back(number);
        running->given_up_at.reset();
      } else if (running->given_up_at) {
        wake = std::min(wake.value_or(*running->given_up_at), *running->given_up_at);
      }
      if (running->deadline <= now) {
        if (!running->is_late.exchange(true)) running->stop.request_stop();
      } else {
        wake = std::min(wake.value_or(running->deadline), running->deadline);
      }
    }
    if (!given_up.empty()) {
      guard.unlock();
      give_up(given_up);
      guard.lock();
      continue;
    }
    if (wake)
      time_changed_.wait_until(guard, *wake);
    else
      time_changed_.wait(guard);
  }
}

std::optional<Runner::Clock::time_point> Runner::settle() {
  std::vector<Reservation> reservations;
  std::int64_t const now = now_us();
  std::int64_t const idle = std::chrono::microseconds(options_.session_idle_time).count();
  auto const next = store_.write_and_wait([&](Connection& connection) -> Result<std::optional<std::int64_t>> {
    auto const change = settle_sessions(connection, now, idle);
    reservations = read_reservations(connection);
    return change;
  });
  if (!next) {
    spdlog::error("cannot bring sessions up to date: {}", next.error().message);
    return Clock::now() + retry_pause;
  }
  set_reservations(reservations);
  if (!*next) return std::nullopt;
  // The system's clock may be set meanwhile: look again after a minute at the latest.
  auto const wait = std::clamp<std::int64_t>(**next - now, 1000, 60'000'000);
  return Clock::now() + std::chrono::microseconds(wait);
}

void Runner::set_reservations(std::vector<Reservation> const& reservations) {
  {
    std::scoped_lock const guard(mutex_);
    queue_.set_reservations(reservations);
  }
  changed_.notify_all();
}

bool Runner::stops_within(std::chrono::milliseconds time) {
  std::unique_lock guard(mutex_);
  return changed_.wait_for(guard, time, [this] { return stopping_; });
}

}  // namespace qhub::hub
