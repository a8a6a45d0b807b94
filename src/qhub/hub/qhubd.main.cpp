#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "qhub/hub/auth/user_commands.h"
#include "qhub/hub/http/server.h"
#include "qhub/hub/hub.h"
#include "qhub/hub/log_sink.h"

namespace {

using namespace qhub;
using namespace qhub::hub;

struct Settings {
  std::filesystem::path data_directory;
  std::string listen = "127.0.0.1:8765";
  unsigned io_threads = 0;
  unsigned workers = 1;
  std::uint64_t max_body_mib = 128;
  std::string log_level = "info";
};

/// $XDG_DATA_HOME/qhubd, by default ~/.local/share/qhubd.
std::filesystem::path default_data_directory() {
  if (char const* data_home = std::getenv("XDG_DATA_HOME"); data_home && *data_home)
    return std::filesystem::path(data_home) / "qhubd";
  char const* const home = std::getenv("HOME");
  return std::filesystem::path(home && *home ? home : ".") / ".local/share/qhubd";
}

/// Splits HOST:PORT; an IPv6 address stands in brackets.
bool parse_listen(std::string const& listen, ServerOptions& options) {
  std::size_t const colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  options.host = listen.substr(0, colon);
  if (options.host.starts_with('[') && options.host.ends_with(']'))
    options.host = options.host.substr(1, options.host.size() - 2);
  std::string const port = listen.substr(colon + 1);
  auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  return error == std::errc() && end == port.data() + port.size();
}

int fail(std::string const& message) {
  fmt::print(stderr, "qhubd: {}\n", message);
  return 1;
}

int serve(Settings const& settings) {
  // Threads started from here on inherit the mask, so that the signals wait for sigwait below.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  start_log(settings.log_level, LogFormat::text);

  ServerOptions server_options;
  server_options.threads = settings.io_threads;
  server_options.max_body_bytes = settings.max_body_mib << 20;
  if (!parse_listen(settings.listen, server_options))
    return fail(fmt::format("--listen wants HOST:PORT, for example 127.0.0.1:8765; it is '{}'", settings.listen));

  HubOptions hub_options;
  hub_options.data_directory = settings.data_directory;
  hub_options.run.workers = settings.workers;
  auto hub = Hub::open(hub_options);
  if (!hub) return fail(hub.error().message);
  if ((*hub)->is_new()) fmt::print("The owner's token is in {}\n", (settings.data_directory / "owner-token").string());
  {
    auto const server = Server::start(server_options, (*hub)->router());
    if (!server) return fail(server.error().message);
    std::string const host =
        server_options.host.find(':') == std::string::npos ? server_options.host : "[" + server_options.host + "]";
    fmt::print("listening on http://{}:{}\n", host, (*server)->port());
    std::fflush(stdout);

    int signal = 0;
    sigwait(&stop_signals, &signal);
    spdlog::info("stopping: {}", strsignal(signal));
    // A second signal ends the program at once; the database stays in order, and jobs start again next time.
    pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
    (*hub)->stop_waiting();
  }
  return 0;
}

/// `qhubd user add|list|disable`.
class UserCommands {
 public:
  UserCommands(CLI::App& app, std::filesystem::path data_directory) : data_directory_(std::move(data_directory)) {
    CLI::App* const user = app.add_subcommand("user", "Adds, lists and disables users; also while the hub runs.");
    user->require_subcommand(1);
    user->footer("  qhubd user add --data-dir /srv/qhub --email ada@example.org --name 'Ada Lovelace' | tail -n 1");
    add_ = user->add_subcommand("add", "Adds a user and prints, as its last line, the user's token.");
    list_ = user->add_subcommand("list", "Lists the users: email, state, id, name.");
    disable_ = user->add_subcommand("disable", "Withdraws every token of a user; what the user owns stays.");
    for (CLI::App* const command : {add_, list_, disable_})
      command->add_option("--data-dir", data_directory_, "The hub's data directory; made if missing.")
          ->envname("QHUBD_DATA_DIR")
          ->capture_default_str();
    add_->add_option("--email", new_user_.email, "Tells users apart; nothing is sent to it.")->required();
    add_->add_option("--name", new_user_.name, "First and last name.")->required();
    add_->add_option("--account-type", new_user_.account_type, "What the account may do.")
        ->check(CLI::IsMember({"STANDARD", "PROFESSIONAL"}))
        ->capture_default_str();
    disable_->add_option("USER", whom_, "Email or id.")->required();
  }

  /// The exit code, if one of these commands was given.
  [[nodiscard]] std::optional<int> run() const {
    if (add_->parsed()) {
      Result<std::string> const token = add_user(data_directory_, new_user_);
      if (!token) return fail(token.error().message);
      fmt::print("added {} <{}>; the token, which is shown this once:\n{}\n", new_user_.name, new_user_.email, *token);
      return 0;
    }
    if (list_->parsed()) {
      Result<std::vector<UserRow>> const users = all_users(data_directory_);
      if (!users) return fail(users.error().message);
      for (UserRow const& user : *users)
        fmt::print("{:32} {:8} {} {}\n", user.email.value_or("-"), user.disabled_at ? "disabled" : "active", user.id,
                   user.name);
      return 0;
    }
    if (disable_->parsed()) {
      Result<void> const disabled = disable_user(data_directory_, whom_);
      return disabled ? 0 : fail(disabled.error().message);
    }
    return std::nullopt;
  }

 private:
  std::filesystem::path data_directory_;
  NewUser new_user_;
  std::string whom_;
  CLI::App* add_ = nullptr;
  CLI::App* list_ = nullptr;
  CLI::App* disable_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  settings.data_directory = default_data_directory();

  CLI::App app("qhubd runs a Quantum Hub on this machine: the same HTTP API, answered by local simulators.");
  app.require_subcommand(1);
  app.footer(
      "Start a hub and ask it something:\n"
      "  qhubd serve &\n"
      "  export KQH_PERSONAL_ACCESS_TOKEN=$(cat ~/.local/share/qhubd/owner-token)\n"
      "  curl -H \"X-Auth-Token: $KQH_PERSONAL_ACCESS_TOKEN\" http://127.0.0.1:8765/quantum/backends\n\n"
      "Clients, official ones too, take the base URL http://127.0.0.1:8765/quantum and that token.\n"
      "An option given on the command line wins over its environment variable.");

  CLI::App* const serve_command =
      app.add_subcommand("serve", "Answers requests and runs jobs until it is told to stop.");
  serve_command
      ->add_option("--data-dir", settings.data_directory,
                   "Where jobs, accounts and the owner's token are kept; made if missing. One hub per directory.")
      ->envname("QHUBD_DATA_DIR")
      ->capture_default_str();
  serve_command->add_option("--listen", settings.listen, "HOST:PORT to listen on; port 0 takes any free one.")
      ->envname("QHUBD_LISTEN")
      ->capture_default_str();
  serve_command->add_option("--workers", settings.workers, "How many jobs run at the same time.")
      ->envname("QHUBD_WORKERS")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  serve_command->add_option("--io-threads", settings.io_threads, "Threads that answer requests; 0: one per processor.")
      ->envname("QHUBD_IO_THREADS")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  serve_command
      ->add_option("--max-body-mib", settings.max_body_mib, "Largest request body in MiB; beyond it: status 413.")
      ->envname("QHUBD_MAX_BODY_MIB")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  serve_command
      ->add_option("--log-level", settings.log_level, "What standard error tells: one line per request at info.")
      ->envname("QHUBD_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}))
      ->capture_default_str();
  serve_command->footer(
      "SIGTERM or Ctrl-C stops it: requests under way are completed, running jobs go back into the queue.\n"
      "A request that was answered is on disk: jobs survive a crash of the hub and of the machine.");
  UserCommands const users(app, settings.data_directory);
  app.add_subcommand("version", "Prints the version.");

  CLI11_PARSE(app, argc, argv);
  if (app.got_subcommand("version")) {
    fmt::print("qhubd {}\n", QHUB_VERSION);
    return 0;
  }
  if (std::optional<int> const status = users.run()) return *status;
  try {
    return serve(settings);
  } catch (std::exception const& exception) {
    return fail(exception.what());
  }
}
