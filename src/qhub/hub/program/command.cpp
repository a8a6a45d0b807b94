#include "qhub/hub/program/command.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace qhub::hub {

std::string default_data_directory() {
  if (char const* data_home = std::getenv("XDG_DATA_HOME"); data_home && *data_home)
    return std::filesystem::path(data_home) / "qhubd";
  char const* const home = std::getenv("HOME");
  return std::filesystem::path(home && *home ? home : ".") / ".local/share/qhubd";
}

void add_data_directory(CLI::App& command, std::string& directory, std::string const& help) {
  directory = default_data_directory();
  command.add_option("--data-dir", directory, help)->envname("QHUBD_DATA_DIR")->capture_default_str();
}

void add_version_command(Program& program) {
  CLI::App* const command = program.app.add_subcommand("version", "Prints the version.");
  command->callback([&program] {
    program.action = [] {
      fmt::print("qhubd {}\n", QHUB_VERSION);
      return 0;
    };
  });
}

int fail(std::string const& message) {
  fmt::print(stderr, "qhubd: {}\n", message);
  return 1;
}

}  // namespace qhub::hub
