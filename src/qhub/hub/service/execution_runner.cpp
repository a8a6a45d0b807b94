#include "qhub/hub/service/execution_runner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>

#include <boost/json.hpp>
#include <cstring>
#include <exception>
#include <system_error>

#include "qhub/api/codec.h"
#include "qhub/hub/auth/users.h"
#include "qhub/hub/service/watch.h"
#include "qhub/hub/store/clock.h"

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// How long to wait when the database fails: a full disk may get room again.
constexpr auto retry_pause = 1000ms;
/// How long the token of an execution is good beyond the longest it may run.
constexpr std::chrono::seconds token_margin{600};

constexpr std::string_view runtime_directory = "/var/runtime";
constexpr std::string_view service_directory = "/opt/service";

struct Pipe {
  Descriptor read_end, write_end;
};
Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Files and variables as the official runtime expects them; without namespaces they lie where they are on the machine.
struct Places {
  fs::path service, input, output, pools;

  static Places of(Isolation isolation, ServiceProgram const& program, fs::path const& run) {
    fs::path const runtime(runtime_directory);
    if (isolation == Isolation::namespaces)
      return {service_directory, runtime / "input", runtime / "output", runtime / "datapool"};
    return {program.code.parent_path(), run / "input", run / "output", run / "datapool"};
  }
};

std::string signal_text(int code) {
  return code > 128 && code < 128 + NSIG ? fmt::format("Signal {} ended it: {}.", code - 128, strsignal(code - 128))
                                         : fmt::format("It ended with exit code {}.", code);
}

/// A user for the warm Python of a program, away from those of the runner's workers.
uid_t uid_of(std::string_view name, uid_t first_uid) {
  return first_uid + 10'000 + static_cast<uid_t>(std::hash<std::string_view>()(name) % 1'000'000);
}

}  // namespace

ExecutionRunner::ExecutionRunner(Store& store, Sandbox const& sandbox, PythonWorkers& pythons,
                                 ServiceFiles const& files, Source source, ExecutionRunnerOptions const& options)
    : store_(store),
      sandbox_(sandbox),
      pythons_(pythons),
      files_(files),
      source_(std::move(source)),
      options_(options) {}

ExecutionRunner::~ExecutionRunner() {
  stop();
}

void ExecutionRunner::stop() {
  {
    std::scoped_lock const guard(mutex_);
    stopping_ = true;
    for (auto const& [id, stop] : running_) ::eventfd_write(stop->get(), 1);
  }
  has_work_.notify_all();
  stops_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ExecutionRunner::start(std::map<std::string, std::string> environment) {
  environment_ = std::move(environment);
  auto const recovered = store_.write_and_wait([&](Connection& connection) -> Result<std::vector<std::string>> {
    auto ended = recover_executions(connection, options_.run_again, now_us());
    for (std::string const& id : ended) delete_execution_tokens(connection, id);
    return ended;
  });
  if (!recovered) throw std::runtime_error(recovered.error().message);
  for (std::string const& id : *recovered) spdlog::warn("execution {} was interrupted by the end of the hub", id);
  for (unsigned i = 0; i < options_.workers; ++i) threads_.emplace_back([this, i] { work(i); });
  threads_.emplace_back([this] { clean_up(); });
}

void ExecutionRunner::submit() {
  {
    std::scoped_lock const guard(mutex_);
    may_have_work_ = true;
  }
  has_work_.notify_one();
}

void ExecutionRunner::cancel(std::string const& id) {
  std::scoped_lock const guard(mutex_);
  if (auto const running = running_.find(id); running != running_.end()) ::eventfd_write(running->second->get(), 1);
}

bool ExecutionRunner::stops_within(std::chrono::milliseconds time) {
  std::unique_lock guard(mutex_);
  return stops_.wait_for(guard, time, [this] { return stopping_; });
}

void ExecutionRunner::work(unsigned index) {
  while (true) {
    {
      std::unique_lock guard(mutex_);
      has_work_.wait(guard, [this] { return stopping_ || may_have_work_; });
      if (stopping_) return;
      may_have_work_ = false;
    }
    while (std::optional<ExecutionRow> const execution = lease()) {
      auto const stop = std::make_shared<Descriptor>(::eventfd(0, EFD_CLOEXEC));
      {
        std::scoped_lock const guard(mutex_);
        running_.emplace(execution->id, stop);
        if (stopping_) ::eventfd_write(stop->get(), 1);
        may_have_work_ = true;  // Where one was there may be another, for the next idle worker.
      }
      has_work_.notify_one();
      run(*execution, options_.first_uid + index, stop->get());
      std::scoped_lock const guard(mutex_);
      running_.erase(execution->id);
      if (stopping_) return;
    }
  }
}

std::optional<ExecutionRow> ExecutionRunner::lease() {
  while (true) {
    auto leased = store_.write_and_wait([](Connection& connection) -> Result<std::optional<ExecutionRow>> {
      return lease_execution(connection, now_us());
    });
    if (leased) return std::move(*leased);
    spdlog::error("cannot take an execution: {}", leased.error().message);
    if (stops_within(retry_pause)) return std::nullopt;
  }
}

void ExecutionRunner::run(ExecutionRow const& execution, uid_t uid, int stop) {
  Outcome outcome;
  try {
    // Between the lease and the entry in running_ it may have been cancelled.
    auto const now = store_.read([&](Connection& connection) { return find_execution(connection, execution.id); });
    if (now && now->is_cancelling) ::eventfd_write(stop, 1);
    if (stops_within(0ms))
      outcome = {.status = "PENDING", .reason = std::nullopt, .put_back = true};  // it has not begun
    else
      outcome = perform(execution, uid, stop);
  } catch (std::exception const& exception) {
    spdlog::error("execution {}: {}", execution.id, exception.what());
    outcome = {.status = "FAILED", .reason = "The hub failed while running this."};
  }
  auto const finish = [&](Connection& connection) -> Result<std::string> {
    if (outcome.put_back) {
      return_execution(connection, execution.number);
      return std::string("put back");
    }
    delete_execution_tokens(connection, execution.id);
    std::string status = finish_execution(connection, execution.number, outcome.status, outcome.reason, now_us());
    if (source_.ending) source_.ending(connection, execution);
    return status;
  };
  while (true) {
    Result<std::string> const finished = store_.write_and_wait(finish);
    if (finished) {
      spdlog::info("execution {} of service {}: {}", execution.id, execution.service_id, *finished);
      if (source_.ended && !outcome.put_back) source_.ended(execution);
      return;
    }
    spdlog::error("execution {} ended, but that could not be stored: {}", execution.id, finished.error().message);
    if (stops_within(retry_pause)) return;
  }
}

ExecutionRunner::Outcome ExecutionRunner::perform(ExecutionRow const& execution, uid_t uid, int stop) {
  auto const failed = [](std::string reason) { return Outcome{.status = "FAILED", .reason = std::move(reason)}; };
  Result<ServiceProgram> const program = source_.program(execution);
  if (!program) return failed(program.error().message);
  Result<ExecutionInput> const input = source_.input(execution);
  if (!input) return failed(input.error().message);

  bool const may_be_warm = program->python && input->pools.empty();
  if (may_be_warm) uid = uid_of(program->name, options_.first_uid);
  fs::path const directory = files_.running(execution.service_id, execution.id);
  std::error_code error;
  fs::remove_all(directory, error);  // of an earlier run that its hub did not outlive
  for (char const* const name : {"", "input", "output", "datapool"})
    if (Result<void> const made = make_directory_for(directory / name, uid); !made)
      return failed(made.error().message);
  for (auto const& [name, value] : input->members)
    if (Result<void> const written = write_file(directory / "input" / (std::string(name) + ".json"), api::to_text(value));
        !written)
      return failed(written.error().message);
  fs::create_directories(files_.execution(execution.id), error);
  if (error) return failed(fmt::format("cannot make {}: {}", files_.execution(execution.id).string(), error.message()));

  Outcome outcome = execute(execution, *program, *input, uid, stop);

  fs::path const output = directory / "output";
  if (Result<void> const settled = settle_files(output, SettleFor::hub); !settled)
    outcome = failed("Its results cannot be kept: " + settled.error().message);
  fs::remove_all(files_.output(execution.id), error);
  fs::rename(output, files_.output(execution.id), error);
  if (error) outcome = failed("Its results cannot be kept: " + error.message());
  fs::remove_all(directory, error);
  std::vector<fs::path> written;
  for (auto const& [parameter, pool] : input->pools)
    if (pool.writable) written.push_back(pool.source);
  if (source_.after) source_.after(execution, written);
  return outcome;
}

ExecutionRunner::Outcome ExecutionRunner::execute(ExecutionRow const& execution, ServiceProgram const& program,
                                                  ExecutionInput const& input, uid_t uid, int stop) {
  fs::path const directory = files_.running(execution.service_id, execution.id);
  Places const places = Places::of(sandbox_.isolation(), program, directory);
  Result<std::string> const token = source_.token(execution, program.limits.wall_time + token_margin);
  if (!token) return {.status = "FAILED", .reason = token.error().message};

  // What the service's author sets comes first: it cannot replace what the hub sets.
  std::map<std::string, std::string> variables = program.environment;
  for (auto const& [name, value] : environment_) variables[name] = value;
  variables["PATH"] = "/usr/local/bin:/usr/bin:/bin";
  variables["HOME"] = "/tmp";
  variables["TMPDIR"] = "/tmp";
  variables.emplace("LANG", "C.UTF-8");
  variables.emplace("LOG_LEVEL", "INFO");
  variables["ENTRYPOINT"] = program.entrypoint;
  variables["WORKSPACE"] = (places.service / "user_code").string();
  variables["INPUT_DIRECTORY"] = places.input.string();
  variables["OUTPUT_DIRECTORY"] = places.output.string();
  variables["DATAPOOL_DIRECTORY"] = places.pools.string();
  variables["LD_LIBRARY_PATH"] = (places.service / "user_code/lib").string();
  variables["PYTHONPATH"] = fmt::format("{}:{}", places.service.string(), (places.service / "user_code").string());
  variables["PYTHONUNBUFFERED"] = "1";
  variables["PYTHONDONTWRITEBYTECODE"] = "1";
  if (!token->empty())
    for (char const* const name :
         {"KQH_SERVICE_EXECUTION_TOKEN", "PLANQK_SERVICE_EXECUTION_TOKEN", "SERVICE_EXECUTION_TOKEN"})
      variables[name] = *token;
  for (auto const& [name, value] : input.secrets) variables["SECRET_" + name] = value;

  Pipe output = make_pipe(), errors = make_pipe();
  Launch launch{.command = {}, .environment = {}, .mounts = program.mounts, .limits = program.limits};
  for (auto const& [name, value] : variables) launch.environment.push_back(fmt::format("{}={}", name, value));
  launch.directory = places.service;
  launch.uid = uid;
  launch.standard_output = output.write_end.get();
  launch.standard_error = errors.write_end.get();
  if (program.python)
    launch.command = {*program.python, "-c",
                      "import sys; from qhub.commons.logging import init_logging; from qhub.commons.runtime.main import "
                      "main; init_logging(); sys.exit(main())"};
  else
    launch.command = {(places.service / "user_code" / program.entrypoint).string()};
  std::vector<fs::path> written{directory / "output"};
  bool const isolated = sandbox_.isolation() == Isolation::namespaces;
  if (isolated) {
    launch.mounts.push_back({program.code, places.service / "user_code"});
    launch.mounts.push_back({directory / "input", places.input});
    launch.mounts.push_back({directory / "output", places.output, /*writable=*/true});
    launch.mounts.push_back({directory / "datapool", places.pools});
  }
  for (auto const& [parameter, pool] : input.pools) {
    std::error_code error;
    // A mount needs a directory to cover, and without namespaces a link does.
    fs::path const place = directory / "datapool" / parameter;
    if (isolated)
      fs::create_directory(place, error);
    else
      fs::create_directory_symlink(pool.source, place, error);
    if (error)
      return {.status = "FAILED",
              .reason = fmt::format("the data pool {} cannot be given: {}", parameter, error.message())};
    if (isolated) launch.mounts.push_back({pool.source, places.pools / parameter, pool.writable});
    if (pool.writable) written.push_back(pool.source);
  }

  Result<LogFile> log = LogFile::open(files_.log(execution.id), program.limits.log_bytes);
  if (!log) return {.status = "FAILED", .reason = log.error().message};
  std::unique_ptr<RunningProgram> running;
  if (program.python && input.pools.empty()) {
    Launch warm = launch;
    warm.directory = execution.id;
    running = pythons_.start(program.name, worker_launch(program, execution.service_id), *program.python, warm);
  }
  if (!running) {
    Result<std::unique_ptr<RunningProgram>> cold = sandbox_.start(launch);
    if (!cold) return {.status = "FAILED", .reason = cold.error().message};
    running = std::move(*cold);
  }
  output.write_end.reset();
  errors.write_end.reset();

  WatchedEnd const ended = watch({.program = *running,
                                  .output = output.read_end.get(),
                                  .errors = errors.read_end.get(),
                                  .stop = stop,
                                  .log = *log,
                                  .limits = program.limits,
                                  .written = written,
                                  .on_sample = [&](UsageSeries const& series) {
                                    static_cast<void>(write_file(files_.metrics(execution.id), series.to_json()));
                                  }});
  if (ended.stopped) {
    bool hub_stops = false;
    {
      std::scoped_lock const guard(mutex_);
      hub_stops = stopping_;
    }
    if (hub_stops && options_.run_again)
      return {.status = "PENDING", .reason = std::nullopt, .put_back = true};
    if (hub_stops) return {.status = "FAILED", .reason = "The hub was stopped while this was running."};
    return {.status = "CANCELLED", .reason = std::nullopt};
  }
  std::optional<std::string> reason = ended.reason;
  if (!reason && !ended.end.complaint.empty()) reason = "It could not be started: " + ended.end.complaint;
  if (!reason && ended.end.code != 0) reason = signal_text(ended.end.code);
  if (!reason) return {.status = "SUCCEEDED", .reason = std::nullopt};
  if (ended.reason || !ended.end.complaint.empty()) log->note("ERROR", *reason);
  return {.status = "FAILED", .reason = std::move(reason)};
}

Launch ExecutionRunner::worker_launch(ServiceProgram const& program, std::string const& service_id) const {
  Launch launch{.command = {}, .environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}, .mounts = program.mounts};
  fs::path const runtime(runtime_directory);
  launch.mounts.push_back({program.code, fs::path(service_directory) / "user_code"});
  launch.mounts.push_back({files_.running(service_id), runtime / "executions", /*writable=*/true});
  launch.empty_directories = {runtime / "input", runtime / "output", runtime / "datapool"};
  // Each execution has limits of its own; these are for all of them together.
  launch.limits = program.limits;
  launch.limits.memory_bytes = std::max<std::uint64_t>(launch.limits.memory_bytes, std::uint64_t{1} << 30);
  launch.limits.processes = 65'536;
  launch.limits.cpu_time = 24h * 365;
  launch.uid = uid_of(program.name, options_.first_uid);
  return launch;
}

void ExecutionRunner::warm_up(ServiceProgram const& program, std::string const& service_id) {
  if (!program.python) return;
  std::error_code error;
  fs::create_directories(files_.running(service_id), error);
  pythons_.warm_up(program.name, worker_launch(program, service_id), *program.python);
}

void ExecutionRunner::clean_up() {
  if (options_.retention.count() == 0) return;
  do {
    auto const before = std::chrono::system_clock::now() - options_.retention;
    std::int64_t const moment =
        std::chrono::duration_cast<std::chrono::microseconds>(before.time_since_epoch()).count();
    while (true) {
      auto const removed = store_.write_and_wait([&](Connection& connection) -> Result<std::vector<std::string>> {
        return delete_executions_before(connection, moment);
      });
      if (!removed || removed->empty()) break;
      for (std::string const& id : *removed) {
        std::error_code error;
        fs::remove_all(files_.execution(id), error);
      }
      spdlog::info("{} executions are older than {} h and were removed", removed->size(), options_.retention.count());
    }
  } while (!stops_within(10min));
}

}  // namespace qhub::hub
