#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "qhub/cli/commands.h"
#include "qhub/cli/hub_program.h"
#include "qhub/cli/input_file.h"
#include "qhub/cli/interrupt.h"
#include "qhub/cli/json_text.h"
#include "qhub/cli/login.h"
#include "qhub/cli/output.h"
#include "qhub/cli/terminal.h"
#include "qhub/sdk/curl_transport.h"
#include "qhub/sdk/errors.h"

extern char** environ;

namespace qhub::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// qhubd's own default.
fs::path data_directory(Arguments const& arguments) {
  if (auto const given = arguments.find("data-dir")) return fs::absolute(*given);
  if (char const* const data = std::getenv("XDG_DATA_HOME"); data && *data) return fs::path(data) / "qhubd";
  char const* const home = std::getenv("HOME");
  return fs::absolute(home && *home ? home : ".") / ".local/share/qhubd";
}

fs::path log_file(fs::path const& data) {
  return data / "qhubd.log";
}

/// The file in which `hub start` notes what it started.
fs::path note_file(fs::path const& data) {
  return data / "qhubctl.json";
}

struct LocalHub {
  pid_t process = 0;  ///< 0: none runs.
  std::string url;
};

/// Whether a process is a qhubd: after a restart of the machine its number may be another program's.
bool is_hub(pid_t process) {
  std::error_code error;
  fs::path const program = fs::read_symlink(fmt::format("/proc/{}/exe", process), error);
  return !error && program.filename().string().starts_with("qhubd");
}

LocalHub find_hub(fs::path const& data) {
  if (!fs::exists(note_file(data))) return {};
  Json const note = read_json_file(note_file(data).string());
  Json const* const process = member_at(note, "pid");
  Json const* const url = member_at(note, "url");
  if (!process || !process->is_int64() || !url || !url->is_string()) return {};
  auto const number = static_cast<pid_t>(process->get_int64());
  return number > 0 && is_hub(number) ? LocalHub{number, std::string(url->get_string())} : LocalHub{};
}

LocalHub running_hub(fs::path const& data) {
  LocalHub hub = find_hub(data);
  if (hub.process == 0)
    throw Failure{ExitCode::conflict, fmt::format("no hub that qhubctl started runs in {}", data.string())};
  return hub;
}

/// Starts a program with its output in a file (empty: that of this program). It gets no token by its environment.
pid_t spawn(std::vector<std::string> words, fs::path const& output) {
  std::vector<char*> arguments, variables;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  for (char** variable = environ; *variable; ++variable)
    if (!std::string_view(*variable).substr(0, std::string_view(*variable).find('=')).ends_with("TOKEN"))
      variables.push_back(*variable);
  variables.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (!output.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  }
  pid_t child = 0;
  int const error = posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::runtime_error(fmt::format("cannot start {}: {}", words[0], std::strerror(error)));
  return child;
}

std::string log_since(fs::path const& data, std::uintmax_t begin) {
  std::ifstream file(log_file(data), std::ios::binary);
  file.seekg(static_cast<std::streamoff>(begin));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// "listening on http://127.0.0.1:8765" in the log.
std::string url_in(std::string const& log) {
  static constexpr std::string_view words = "listening on ";
  std::size_t const at = log.rfind(words);
  if (at == std::string::npos) return "";
  std::size_t const begin = at + words.size(), end = log.find_first_of(" \n", begin);
  return end == std::string::npos ? "" : log.substr(begin, end - begin);
}

std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \n") + 1);
  return text.substr(text.rfind('\n') + 1);
}

std::string wait_until_it_listens(fs::path const& data, pid_t process, std::uintmax_t begin) {
  auto const until = Clock::now() + std::chrono::seconds(60);
  StatusLine line;
  while (Clock::now() < until) {
    std::string const log = log_since(data, begin);
    if (std::string url = url_in(log); !url.empty()) return url;
    int status = 0;
    if (waitpid(process, &status, WNOHANG) == process)
      throw Failure{ExitCode::failure, fmt::format("qhubd ended: {}", last_line(log_since(data, begin)))};
    line.show("starting qhubd …");
    usleep(10'000);
  }
  throw Failure{ExitCode::deadline, fmt::format("qhubd does not listen yet; see {}", log_file(data).string())};
}

ExitCode start(Arguments const& arguments) {
  fs::path const data = data_directory(arguments);
  LocalHub hub = find_hub(data);
  if (hub.process == 0) {
    fs::create_directories(data);
    std::error_code error;
    std::uintmax_t begin = fs::file_size(log_file(data), error);
    if (error) begin = 0;
    std::vector<std::string> words{hub_program(), "serve",    "--data-dir",
                                   data.string(), "--listen", arguments.find("listen").value_or("127.0.0.1:8765")};
    for (std::string const& word : arguments.all("SETTING")) words.push_back(word);
    hub.process = spawn(words, log_file(data));
    hub.url = wait_until_it_listens(data, hub.process, begin);
    std::ofstream(note_file(data)) << api::to_text({{"pid", hub.process}, {"url", hub.url}}) << '\n';
  }
  print(hub.url + "\n");
  if (arguments.flag("login")) {
    std::string token = read_file((data / "owner-token").string());
    token.erase(token.find_last_not_of(" \n") + 1);
    log_in(arguments, hub.url, token);
  } else {
    std::cerr << fmt::format("Log in: qhubctl login --hub {} --with-token < {}\n", hub.url,
                             (data / "owner-token").string());
  }
  return ExitCode::done;
}

ExitCode stop(Arguments const& arguments) {
  fs::path const data = data_directory(arguments);
  LocalHub const hub = running_hub(data);
  kill(hub.process, SIGTERM);
  auto const until = Clock::now() + std::chrono::seconds(60);
  StatusLine line;
  while (Clock::now() < until) {
    if (!is_hub(hub.process)) {
      fs::remove(note_file(data));
      std::cerr << fmt::format("Stopped {}\n", hub.url);
      return ExitCode::done;
    }
    line.show("waiting for qhubd to finish …");
    usleep(10'000);
  }
  throw Failure{ExitCode::deadline, fmt::format("process {} has not ended within 60 s", hub.process)};
}

std::string readiness(std::string const& url) {
  try {
    HttpRequest request;
    request.method = "GET";
    request.url = url + "/readyz";
    request.timeout = std::chrono::seconds(5);
    HttpResponse const answer = sdk::make_curl_transport()->send(request, nullptr);
    return answer.status == 200 ? "ready" : "not ready";
  } catch (HubError const&) {
    return "does not answer";
  }
}

ExitCode status(Arguments const& arguments) {
  fs::path const data = data_directory(arguments);
  LocalHub const hub = find_hub(data);
  JsonObject document{{"status", hub.process ? readiness(hub.url) : "stopped"}, {"data_dir", data.string()}};
  if (hub.process) {
    document["url"] = hub.url;
    document["pid"] = hub.process;
  }
  print_document(arguments, document, "status");
  return hub.process ? ExitCode::done : ExitCode::unreachable;
}

ExitCode logs(Arguments const& arguments) {
  fs::path const data = data_directory(arguments);
  std::string const text = read_file(log_file(data).string());
  auto lines = arguments.integer("lines", 1, 1'000'000).value_or(50);
  std::size_t begin = text.size();
  while (lines-- > 0 && begin > 0) begin = begin < 2 ? 0 : text.rfind('\n', begin - 2) + 1;
  print(std::string_view(text).substr(begin));
  if (!arguments.flag("follow")) return ExitCode::done;
  Interrupt const interrupt;
  std::uintmax_t shown = text.size();
  while (true) {
    std::cout.flush();
    if (!std::cout || sleep_unless_stopped(interrupt.token(), 200)) return ExitCode::interrupted;
    std::string const more = log_since(data, shown);
    print(more);
    shown += more.size();
  }
}

/// Lets qhubd do it, with its words and its exit code.
ExitCode let_qhubd(std::string const& action, Arguments const& arguments) {
  std::cout.flush();
  pid_t const child = spawn({hub_program(), action, "--data-dir", data_directory(arguments).string(),
                             fs::absolute(arguments.at("FOLDER")).string()},
                            "");
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? ExitCode::done : ExitCode::failure;
}

ExitCode backup(Arguments const& arguments) {
  return let_qhubd("backup", arguments);
}

ExitCode restore(Arguments const& arguments) {
  if (LocalHub const hub = find_hub(data_directory(arguments)); hub.process)
    throw Failure{ExitCode::conflict,
                  fmt::format("the hub at {} runs in that data directory: qhubctl hub stop", hub.url)};
  return let_qhubd("restore", arguments);
}

constexpr Option data_option{"data-dir", "FOLDER", "The hub's data directory. ~/.local/share/qhubd unless given."};

}  // namespace

Noun const noun_hub{
    "hub",
    "A hub of your own on this machine, in the background.",
    {{.name = "hub start",
      .summary = "Starts a hub unless it runs already, and prints its address.",
      .positionals = {{"SETTING", "Further options of qhubd serve, behind --: qhubctl hub start -- --workers 4", false,
                       true}},
      .options = {data_option,
                  {"listen", "HOST:PORT", "Where it listens. 127.0.0.1:8765 unless given; port 0 takes any free one."},
                  {"login", "", "Log in to it as its owner."}},
      .remote = false,
      .examples = {"qhubctl hub start --data-dir hub --listen 127.0.0.1:0 --login"},
      .run = start},
     {.name = "hub stop",
      .summary = "Stops it, after the requests under way.",
      .options = {data_option},
      .remote = false,
      .examples = {"qhubctl hub stop --data-dir hub"},
      .run = stop},
     {.name = "hub status",
      .summary = "Tells whether it runs, and where; exit code 9 if not.",
      .options = {data_option},
      .remote = false,
      .prints = true,
      .examples = {"qhubctl hub status --data-dir hub --json status,url"},
      .run = status},
     {.name = "hub logs",
      .summary = "Prints the end of its log.",
      .options = {data_option,
                  {"follow", "", "Go on until Ctrl-C.", 'f'},
                  {"lines", "N", "How many. 50 unless given.", 'n'}},
      .remote = false,
      .examples = {"qhubctl hub logs --data-dir hub -n 5"},
      .run = logs},
     {.name = "hub backup",
      .summary = "Copies all that it knows into a new folder; also while it runs.",
      .positionals = {{"FOLDER", "Is made; must not exist."}},
      .options = {data_option},
      .remote = false,
      .examples = {"qhubctl hub backup --data-dir hub backup-of-today"},
      .run = backup},
     {.name = "hub restore",
      .summary = "Makes a data directory from a backup.",
      .positionals = {{"FOLDER", "What `hub backup` made."}},
      .options = {data_option},
      .remote = false,
      .examples = {"qhubctl hub restore --data-dir restored-hub backup-of-today"},
      .run = restore}}};

}  // namespace qhub::cli
