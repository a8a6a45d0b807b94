#include "qhub/hub/service/python_workers.h"

#include <poll.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cstring>
#include <vector>

#include "qhub/hub/service/python_worker_source.h"

namespace qhub::hub {
namespace {

/// How long a worker may take to import the runtime, and a fork to report.
constexpr int start_timeout_ms = 60'000;
constexpr int fork_timeout_ms = 30'000;

bool readable(int descriptor, int timeout_ms) {
  pollfd wait{descriptor, POLLIN, 0};
  return ::poll(&wait, 1, timeout_ms) > 0;
}

struct SocketPair {
  Descriptor ours, theirs;
};
SocketPair socket_pair() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {};
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// A file in memory, read from its beginning.
Descriptor memory_file(std::string_view content) {
  Descriptor file(::memfd_create("request", MFD_CLOEXEC));
  if (file && (::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()) ||
               ::lseek(file.get(), 0, SEEK_SET) != 0))
    file.reset();
  return file;
}

bool send_descriptors(int socket, std::array<int, 4> const& descriptors) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof descriptors)] = {};
  char text[] = "run";
  iovec data{text, 3};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == 3;
}

struct Message {
  std::string text;
  Descriptor descriptor;
};
Message receive(int socket) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  char text[512];
  iovec data{text, sizeof text};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t const size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  Message result;
  if (size > 0) result.text.assign(text, static_cast<std::size_t>(size));
  cmsghdr const* const header = CMSG_FIRSTHDR(&message);
  if (header && header->cmsg_type == SCM_RIGHTS) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    result.descriptor = Descriptor(descriptor);
  }
  return result;
}

/// An execution in a fork of a worker.
class Fork : public RunningProgram {
 public:
  /// \param worker  what it is a fork of, and must not end before it.
  Fork(std::shared_ptr<void> worker, Descriptor handle, Descriptor channel)
      : worker_(std::move(worker)), handle_(std::move(handle)), channel_(std::move(channel)) {}
  ~Fork() override { signal(SIGKILL); }

  int handle() const override { return handle_.get(); }

  ProgramEnd wait() override {
    readable(handle_.get(), -1);
    ProgramEnd end{.code = 128 + SIGKILL, .complaint = {}};  // it could say nothing
    if (!readable(channel_.get(), 0)) return end;
    std::string const text = receive(channel_.get()).text;
    int code = 0;
    auto const [rest, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    if (error == std::errc() && rest == text.data() + text.size())
      end.code = code;
    else if (!text.empty())
      end = {.code = 125, .complaint = text};
    return end;
  }

 private:
  std::shared_ptr<void> worker_;
  Descriptor handle_;
  Descriptor channel_;
};

std::string request_of(Launch const& run) {
  boost::json::object environment;
  for (std::string const& variable : run.environment) {
    std::size_t const equals = variable.find('=');
    environment[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  ResourceLimits const& limits = run.limits;
  boost::json::object const resources{{"RLIMIT_CPU", limits.cpu_time.count()},
                                      {"RLIMIT_DATA", limits.memory_bytes},
                                      {"RLIMIT_FSIZE", limits.output_bytes},
                                      {"RLIMIT_NOFILE", limits.open_files},
                                      {"RLIMIT_NPROC", limits.processes}};
  return boost::json::serialize(boost::json::object{{"directory", run.directory.string()},
                                                    {"temporary_bytes", limits.temporary_bytes},
                                                    {"environment", std::move(environment)},
                                                    {"limits", resources}});
}

}  // namespace

struct PythonWorkers::Worker {
  explicit Worker(std::string worker_name) : name(std::move(worker_name)) {}

  std::string const name;
  std::mutex starting;  ///< Held while it starts; others wait for it.
  bool started = false;
  std::unique_ptr<RunningProgram> process;  ///< Null if it could not be started.
  Descriptor control;
};

std::shared_ptr<PythonWorkers::Worker> PythonWorkers::worker(std::string const& name, Launch const& launch,
                                                             std::string const& python) {
  if (capacity_ == 0 || sandbox_.isolation() != Isolation::namespaces) return nullptr;
  std::shared_ptr<Worker> found;
  std::vector<std::shared_ptr<Worker>> ended;  // outside of the lock
  {
    std::scoped_lock const guard(mutex_);
    for (auto entry = workers_.begin(); entry != workers_.end() && !found; ++entry)
      if ((*entry)->name == name) {
        found = *entry;
        workers_.splice(workers_.begin(), workers_, entry);
        break;
      }
    if (!found) {
      found = workers_.emplace_front(std::make_shared<Worker>(name));
      while (workers_.size() > capacity_) {
        ended.push_back(std::move(workers_.back()));
        workers_.pop_back();
      }
    }
  }
  std::scoped_lock const guard(found->starting);
  if (!found->started) {
    found->started = true;
    SocketPair ends = socket_pair();
    Launch complete = launch;
    complete.command = {python, "-IB", "-c", std::string(python_worker_source())};
    complete.extra = ends.theirs.get();
    auto process = sandbox_.start(complete);
    ends.theirs.reset();
    if (process && readable(ends.ours.get(), start_timeout_ms) && receive(ends.ours.get()).text == "ready") {
      found->process = std::move(*process);
      found->control = std::move(ends.ours);
    } else {
      spdlog::warn("no warm Python for {}: executions start an interpreter each", name);
    }
  }
  return found->process ? found : nullptr;
}

void PythonWorkers::forget(std::shared_ptr<Worker> const& worker) {
  std::scoped_lock const guard(mutex_);
  workers_.remove(worker);
}

std::unique_ptr<RunningProgram> PythonWorkers::start(std::string const& name, Launch const& launch,
                                                     std::string const& python, Launch const& run) {
  for (int attempt = 0; attempt < 2; ++attempt) {  // a worker may have ended unnoticed
    std::shared_ptr<Worker> const chosen = worker(name, launch, python);
    if (!chosen) return nullptr;
    SocketPair channel = socket_pair();
    Descriptor const request = memory_file(request_of(run));
    if (!channel.ours || !request) return nullptr;
    if (send_descriptors(chosen->control.get(),
                         {run.standard_output, run.standard_error, channel.theirs.get(), request.get()})) {
      channel.theirs.reset();
      if (readable(channel.ours.get(), fork_timeout_ms)) {
        Message answer = receive(channel.ours.get());
        if (answer.descriptor && ::send(channel.ours.get(), "go", 2, MSG_NOSIGNAL) == 2)
          return std::make_unique<Fork>(chosen, std::move(answer.descriptor), std::move(channel.ours));
        if (!answer.text.empty()) {
          spdlog::warn("the warm Python of {} {}", name, answer.text);
          return nullptr;
        }
      }
    }
    forget(chosen);
  }
  return nullptr;
}

void PythonWorkers::warm_up(std::string const& name, Launch const& launch, std::string const& python) {
  static_cast<void>(worker(name, launch, python));
}

void PythonWorkers::end(std::string const& prefix) {
  std::list<std::shared_ptr<Worker>> ended;
  std::scoped_lock const guard(mutex_);
  for (auto entry = workers_.begin(); entry != workers_.end();) {
    auto const next = std::next(entry);
    if ((*entry)->name.starts_with(prefix)) ended.splice(ended.end(), workers_, entry);
    entry = next;
  }
}

}  // namespace qhub::hub
