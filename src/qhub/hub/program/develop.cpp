#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "qhub/hub/http/server.h"
#include "qhub/hub/program/command.h"
#include "qhub/hub/program/log_sink.h"
#include "qhub/hub/service/local_service.h"

namespace qhub::hub {
namespace {

struct Arguments {
  std::string workspace = ".";
  std::string entrypoint = "src.program:run";
  std::string python = "/usr/bin/python3";
  ServerOptions server;
  bool is_native = false;
};

int develop(Arguments const& arguments) {
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  start_log("warning", LogFormat::text);

  std::string directory = (std::filesystem::temp_directory_path() / "qhub-develop.XXXXXX").string();
  if (!::mkdtemp(directory.data())) return fail("cannot make a temporary directory");
  int status = 0;
  {
    auto const service = LocalService::open({.workspace = arguments.workspace,
                                             .entrypoint = arguments.entrypoint,
                                             .python = arguments.is_native ? "" : arguments.python,
                                             .data_directory = directory,
                                             .services = {}});
    auto const server = service ? Server::start(arguments.server, (*service)->router())
                                : Result<std::unique_ptr<Server>>(service.error());
    if (!server) {
      status = fail(server.error().message);
    } else {
      fmt::print("listening on http://{}:{}\n", arguments.server.host, (*server)->port());
      std::fflush(stdout);
      int received = 0;
      sigwait(&stop_signals, &received);
      pthread_sigmask(SIG_UNBLOCK, &stop_signals, nullptr);
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return status;
}

}  // namespace

void add_develop_command(Program& program) {
  CLI::App* const command =
      program.app.add_subcommand("develop", "Serves one project as a service, without a hub and without tokens.");
  auto const arguments = std::make_shared<Arguments>();
  arguments->server.port = 8081;
  command->add_option("--workspace", arguments->workspace, "The project.")->capture_default_str();
  command->add_option("--entrypoint", arguments->entrypoint, "Module and function, or with --native a file.")
      ->capture_default_str();
  command->add_option("--python", arguments->python, "An interpreter that has qhub-commons.")->capture_default_str();
  command->add_flag("--native", arguments->is_native, "The entrypoint is a program, not Python.");
  command->add_option("--host", arguments->server.host, "Address to listen on.")->capture_default_str();
  command->add_option("--port", arguments->server.port, "Port to listen on; 0 takes any free one.")
      ->capture_default_str();
  command->callback([&program, arguments] { program.action = [arguments] { return develop(*arguments); }; });
}

}  // namespace qhub::hub
