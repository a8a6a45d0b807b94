#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "qhub/cli/command.h"
#include "qhub/cli/config_file.h"
#include "qhub/quantum.hpp"
#include "qhub/sdk/credentials.h"

namespace qhub::cli {
namespace {

/// Keeps a terminal from showing what is typed.
class NoEcho {
 public:
  NoEcho() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~NoEcho() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(NoEcho const&) = delete;
  NoEcho& operator=(NoEcho const&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

std::string read_token(Arguments const& arguments) {
  if (auto const token = arguments.find("token")) {
    std::cerr
        << "qhubctl: a token on the command line can be seen by other users; better pipe it: login --with-token\n";
    return *token;
  }
  std::string token;
  if (!arguments.flag("with-token") && isatty(STDIN_FILENO)) {
    std::cerr << "Personal access token (not shown): ";
    NoEcho const silent;
    std::getline(std::cin, token);
    std::cerr << '\n';
  } else {
    std::getline(std::cin, token);
  }
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  if (token.empty()) throw UsageError{"login needs a token: pipe it to login --with-token, or type it at the prompt"};
  return token;
}

ExitCode run(Arguments const& arguments) {
  std::string const token = read_token(arguments);
  JsonObject config = read_config_file();
  std::string base_url = arguments.find("base-url").value_or("");
  if (auto hub = arguments.find("hub")) {
    while (hub->ends_with('/')) hub->pop_back();
    base_url = *hub + "/quantum";
    if (!config["endpoint"].is_object()) config["endpoint"] = JsonObject();
    JsonObject& endpoint = config["endpoint"].get_object();
    endpoint["basePath"] = *hub + "/qc-catalog";
    endpoint.erase("quantumBasePath");
    endpoint.erase("userBasePath");
  }
  if (base_url.empty()) base_url = configured_base_url("quantum");

  // Any call that needs the token tells whether it is good; a failed one must leave the file as it was.
  HubQuantumClient({.api_key = token, .base_url = base_url}).jobs().search_jobs({.page = 0, .size = 1});
  config["auth"] = {{"type", "API_KEY"}, {"value", token}};
  config.erase("context");  // it was the account of another token
  write_config_file(config);
  std::cerr << "Logged in. The token is in " << config_file_path() << ", which only you can read.\n";
  return ExitCode::done;
}

}  // namespace

Command const command_login{
    .name = "login",
    .summary = "Checks a personal access token and keeps it in the configuration file.",
    .options = {{"with-token", "", "Read the token from standard input, without a prompt."},
                {"token", "TOKEN", "The token itself; other users of this machine may see it.", 't'},
                {"hub", "URL", "Use the hub at this address from now on, e.g. http://127.0.0.1:8765."}},
    .examples = {"qhubctl login", "qhubctl login --hub http://127.0.0.1:8765 --with-token < data/owner-token"},
    .run = run};

}  // namespace qhub::cli
