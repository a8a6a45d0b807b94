#include "qhub/hub/git/http_backend.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <chrono>
#include <vector>

namespace qhub::hub {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto time_limit = 10min;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  [[nodiscard]] int get() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

Error failure(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .details = {}};
}

/// The body as a file without a name, for the standard input of the child: no pipe that could block both.
bool fill(int descriptor, std::string_view body) {
  while (!body.empty()) {
    ssize_t const written = ::write(descriptor, body.data(), body.size());
    if (written <= 0) return false;
    body.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::lseek(descriptor, 0, SEEK_SET) == 0;
}

/// Everything the child writes until it closes its end; nothing if that takes too long.
std::optional<std::string> read_all(int descriptor, Clock::time_point deadline) {
  std::string output;
  std::array<char, 65536> buffer;
  while (true) {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wait{.fd = descriptor, .events = POLLIN, .revents = 0};
    if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) <= 0) return std::nullopt;
    ssize_t const count = ::read(descriptor, buffer.data(), buffer.size());
    if (count <= 0) return output;
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

/// The answer of a CGI program (RFC 3875, section 6): header fields, an empty line, the body.
Result<Response> read_answer(std::string output) {
  Response response;
  std::size_t start = 0;
  while (true) {
    std::size_t const end = output.find('\n', start);
    if (end == std::string::npos) return failure(ErrorKind::internal, "git http-backend gave no answer");
    std::string_view line(output.data() + start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    start = end + 1;
    if (line.empty()) break;
    std::size_t const colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view const name = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (boost::algorithm::iequals(name, "Status"))
      std::from_chars(value.data(), value.data() + value.size(), response.status);
    else
      response.headers.set(name, std::string(value));
  }
  output.erase(0, start);
  response.body = std::move(output);
  return response;
}

}  // namespace

Result<Response> serve_git(GitRequest const& request, Request const& http) {
  std::vector<std::string> environment{
      "PATH=/usr/local/bin:/usr/bin:/bin",
      "HOME=/nonexistent",
      "GIT_CONFIG_NOSYSTEM=1",
      "GIT_HTTP_EXPORT_ALL=1",
      // The repositories belong to the hub, whoever it runs as.
      "GIT_CONFIG_COUNT=2",
      "GIT_CONFIG_KEY_0=safe.directory",
      "GIT_CONFIG_VALUE_0=*",
      "GIT_CONFIG_KEY_1=core.hooksPath",
      "GIT_CONFIG_VALUE_1=/dev/null",
      "GIT_PROJECT_ROOT=" + request.root.string(),
      "PATH_INFO=" + request.path,
      "REQUEST_METHOD=" + http.method,
      "QUERY_STRING=" + request.query,
      "CONTENT_TYPE=" + std::string(http.headers.find("Content-Type").value_or("")),
      fmt::format("CONTENT_LENGTH={}", http.body.size()),
      "REMOTE_ADDR=127.0.0.1",
  };
  if (auto const protocol = http.headers.find("Git-Protocol"))
    environment.push_back("GIT_PROTOCOL=" + std::string(*protocol));
  if (auto const encoding = http.headers.find("Content-Encoding"))
    environment.push_back("HTTP_CONTENT_ENCODING=" + std::string(*encoding));
  if (request.may_push) environment.push_back("REMOTE_USER=qhub");  // git http-backend takes no push without one
  std::vector<char*> variables;
  for (std::string& variable : environment) variables.push_back(variable.data());
  variables.push_back(nullptr);

  Descriptor const input(::memfd_create("git-request", MFD_CLOEXEC));
  std::array<int, 2> ends{-1, -1};
  if (input.get() < 0 || !fill(input.get(), http.body) || ::pipe2(ends.data(), O_CLOEXEC) != 0)
    return failure(ErrorKind::unavailable, "the machine has no room for this request of git");
  Descriptor const output(ends[0]);
  Descriptor child_output(ends[1]);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, child_output.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::array<std::string, 2> words{"git", "http-backend"};
  std::array<char*, 3> arguments{words[0].data(), words[1].data(), nullptr};
  pid_t child = 0;
  int const error = ::posix_spawnp(&child, "git", &actions, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return failure(ErrorKind::unavailable, "this hub has no git to answer with");
  child_output.close();

  std::optional<std::string> answer = read_all(output.get(), Clock::now() + time_limit);
  if (!answer) ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  if (!answer) return failure(ErrorKind::timeout, "git took longer than ten minutes");
  return read_answer(std::move(*answer));
}

}  // namespace qhub::hub
