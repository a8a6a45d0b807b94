#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace qhub::hub {

/// The program's commands on the command line. Each adds itself in a file of its own and, when it was given, leaves in
/// `action` what to do; the action's value is the exit code.
struct Program {
  CLI::App app;
  std::function<int()> action;
};

void add_serve_command(Program& program);
void add_develop_command(Program& program);
void add_user_commands(Program& program);
void add_announcement_commands(Program& program);
void add_backup_commands(Program& program);
void add_version_command(Program& program);

/// $XDG_DATA_HOME/qhubd, by default ~/.local/share/qhubd.
[[nodiscard]] std::string default_data_directory();

/// Adds `--data-dir` to a command, with its environment variable and its default.
void add_data_directory(CLI::App& command, std::string& directory, std::string const& help);

/// Says on standard error what went wrong; returns the exit code 1.
int fail(std::string const& message);

}  // namespace qhub::hub
