#include "qhub/hub/service/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace qhub::hub {
namespace {

Error failure(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .details = {}};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> command_line(std::filesystem::path const& program, Isolation isolation, Launch const& launch) {
  std::vector<std::string> line{program.string(), "--isolation",
                                isolation == Isolation::namespaces ? "namespaces" : "limits"};
  auto const add = [&](std::string_view option, std::uint64_t value) {
    line.emplace_back(option);
    line.push_back(std::to_string(value));
  };
  for (Mount const& mount : launch.mounts) {
    line.emplace_back(mount.writable ? "--bind" : "--bind-read-only");
    line.push_back(mount.source.string());
    line.push_back(mount.target.string());
  }
  for (std::filesystem::path const& directory : launch.empty_directories)
    line.insert(line.end(), {"--empty-directory", directory.string()});
  if (launch.uid) add("--uid", *launch.uid);
  add("--temporary-bytes", launch.limits.temporary_bytes);
  add("--cpu-seconds", static_cast<std::uint64_t>(launch.limits.cpu_time.count()));
  add("--memory-bytes", launch.limits.memory_bytes);
  add("--file-bytes", launch.limits.output_bytes);
  add("--open-files", launch.limits.open_files);
  // Without a user of its own the program's processes would be counted together with all others of the hub's user.
  if (isolation == Isolation::namespaces) add("--processes", launch.limits.processes);
  line.insert(line.end(), {"--directory", launch.directory.string(), "--"});
  line.insert(line.end(), launch.command.begin(), launch.command.end());
  return line;
}

/// posix_spawn's two descriptions, freed at the end.
struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(SpawnSettings const&) = delete;
  SpawnSettings& operator=(SpawnSettings const&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

/// A duplicate above the numbers that the program gets, so that giving it one does not close another.
Descriptor above(int descriptor) {
  return Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 10));
}

/// A child of this process.
class SandboxedProcess : public RunningProgram {
 public:
  SandboxedProcess(pid_t id, Descriptor complaints)
      : id_(id), handle_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))), complaints_(std::move(complaints)) {}
  ~SandboxedProcess() override {
    if (id_ < 0) return;
    signal(SIGKILL);
    reap();
  }

  int handle() const override { return handle_.get(); }

  ProgramEnd wait() override {
    int const status = reap();
    ProgramEnd end{.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), .complaint = {}};
    char text[512];
    if (ssize_t const size = ::read(complaints_.get(), text, sizeof text); size > 0)
      end.complaint.assign(text, static_cast<std::size_t>(size));
    return end;
  }

 private:
  int reap() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return status;
  }

  pid_t id_;
  Descriptor handle_;
  Descriptor complaints_;
};

}  // namespace

void RunningProgram::signal(int number) const {
  static_cast<void>(::syscall(SYS_pidfd_send_signal, handle(), number, nullptr, 0));
}

Result<Sandbox> Sandbox::probe(std::filesystem::path program) {
  std::error_code error;
  if (program.empty()) program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "qhub-sandbox";
  if (::access(program.c_str(), X_OK) != 0)
    return failure(ErrorKind::not_found, fmt::format("cannot run {}: {}; it is installed beside qhubd",
                                                     program.string(), std::strerror(errno)));
  Sandbox sandbox;
  sandbox.program_ = std::move(program);
  Launch const nothing{.command = {"true"}, .environment = {"PATH=/usr/bin:/bin"}};
  for (Isolation const isolation : {Isolation::namespaces, Isolation::limits}) {
    sandbox.isolation_ = isolation;
    Result<std::unique_ptr<RunningProgram>> process = sandbox.start(nothing);
    if (!process) return std::move(process).error();
    ProgramEnd const end = (*process)->wait();
    if (end.code == 0) return sandbox;
    sandbox.reason_ = end.complaint.empty() ? fmt::format("exit code {}", end.code) : end.complaint;
  }
  return failure(ErrorKind::unavailable, "programs cannot be started: " + sandbox.reason_);
}

Result<std::unique_ptr<RunningProgram>> Sandbox::start(Launch const& launch) const {
  int complaints[2];
  if (::pipe2(complaints, O_CLOEXEC | O_NONBLOCK) != 0)
    return failure(ErrorKind::unavailable, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  Descriptor read_end(complaints[0]);
  Descriptor const pipe_end(complaints[1]);
  Descriptor const nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  auto const or_nothing = [&](int descriptor) { return above(descriptor >= 0 ? descriptor : nothing.get()); };
  Descriptor const input = above(nothing.get());
  Descriptor const output = or_nothing(launch.standard_output);
  Descriptor const errors = or_nothing(launch.standard_error);
  Descriptor const status = above(pipe_end.get());
  Descriptor const extra = or_nothing(launch.extra);

  SpawnSettings settings;
  int target = 0;
  for (Descriptor const* const source : {&input, &output, &errors, &status, &extra})
    posix_spawn_file_actions_adddup2(&settings.actions, source->get(), target++);
  std::vector<std::string> line = command_line(program_, isolation_, launch);
  std::vector<std::string> environment = launch.environment;
  pid_t id = -1;
  int const error = ::posix_spawn(&id, program_.c_str(), &settings.actions, &settings.attributes,
                                  pointers(line).data(), pointers(environment).data());
  if (error != 0)
    return failure(ErrorKind::unavailable,
                   fmt::format("cannot start {}: {}", program_.string(), std::strerror(error)));
  return std::unique_ptr<RunningProgram>(std::make_unique<SandboxedProcess>(id, std::move(read_end)));
}

}  // namespace qhub::hub
