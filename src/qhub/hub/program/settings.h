#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <string>

#include "qhub/base/result.h"

namespace qhub::hub {

/// The settings of a command. Each has one name, `max-body-mib`, under which the command line (`--max-body-mib`), the
/// environment (`QHUBD_MAX_BODY_MIB`) and the configuration file (`max-body-mib = 64`) know it; in this order one wins
/// over the next, and over the default.
class Settings {
 public:
  /// Adds `--config FILE` to the command.
  explicit Settings(CLI::App& command);

  /// Adds a setting; `value` holds its default, and must live as long as the command.
  template <class T>
  CLI::Option* add(std::string const& name, T& value, std::string const& help) {
    return remember(name, command_.add_option("--" + name, value, help)->capture_default_str());
  }

  /// After the command line was parsed: reads the configuration file, if one was named, and takes from it what neither
  /// the command line nor the environment has set. Errors: invalid_argument that names file, line and setting.
  [[nodiscard]] Result<void> load();

 private:
  CLI::Option* remember(std::string const& name, CLI::Option* option);

  CLI::App& command_;
  std::string file_;
  std::map<std::string, CLI::Option*, std::less<>> options_;
};

}  // namespace qhub::hub
