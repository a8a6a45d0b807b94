#include <exception>

#include "qhub/hub/program/command.h"

int main(int argc, char** argv) {
  using namespace qhub::hub;
  Program program;
  CLI::App& app = program.app;
  app.description("qhubd runs a Quantum Hub on this machine: the same HTTP API, answered by local simulators.");
  app.require_subcommand(1);
  app.footer(
      "Start a hub and ask it something:\n"
      "  qhubd serve &\n"
      "  export KQH_PERSONAL_ACCESS_TOKEN=$(cat ~/.local/share/qhubd/owner-token)\n"
      "  curl -H \"X-Auth-Token: $KQH_PERSONAL_ACCESS_TOKEN\" http://127.0.0.1:8765/quantum/backends\n\n"
      "Clients, official ones too, take the base URL http://127.0.0.1:8765/quantum and that token.\n"
      "An option given on the command line wins over its environment variable, and that over the configuration file.");
  add_serve_command(program);
  add_develop_command(program);
  add_user_commands(program);
  add_announcement_commands(program);
  add_backup_commands(program);
  add_version_command(program);

  CLI11_PARSE(app, argc, argv);
  try {
    return program.action();
  } catch (std::exception const& exception) {
    return fail(exception.what());
  }
}
