#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qhub::cli {

/// What a program can tell its caller without words.
enum class ExitCode {
  done = 0,
  failure = 1,
  usage = 2,
  job_failed = 3,  ///< The remote job ended FAILED, ABORTED or CANCELLED.
  unauthenticated = 4,
  not_found = 5,
  conflict = 6,
  rate_limited = 7,
  deadline = 8,  ///< The deadline passed while the job still runs.
  unreachable = 9,
};

/// A wrong call of the program; the message is one line.
struct UsageError {
  std::string message;
};

/// The values given on the command line, by the names in the command's own description.
class Arguments {
 public:
  void set(std::string name, std::string value) { values_.insert_or_assign(std::move(name), std::move(value)); }

  std::optional<std::string> find(std::string const& name) const {
    auto const value = values_.find(name);
    return value == values_.end() ? std::nullopt : std::optional(value->second);
  }
  /// A required argument's value.
  std::string const& at(std::string const& name) const { return values_.at(name); }
  bool flag(std::string const& name) const { return values_.contains(name); }
  /// \throws UsageError if it is no whole number in the range; the message names the option.
  std::optional<long> integer(std::string const& name, long lowest, long highest) const;
  /// \throws UsageError if it is no number from 0 to 1; the message names the option.
  std::optional<double> probability(std::string const& name) const;

 private:
  std::map<std::string, std::string> values_;
};

struct Positional {
  std::string_view name;  ///< As help prints it, upper case; the name in Arguments too.
  std::string_view help;
  bool required = true;
};

struct Option {
  std::string_view name;   ///< Long form without dashes; the name in Arguments too.
  std::string_view value;  ///< What it takes, as help prints it; empty for a flag.
  std::string_view help;
  char letter = 0;  ///< Short form, if any.
  bool required = false;
};

/// One command: its parser, its help and its action come from this value.
struct Command {
  std::string_view name;
  std::string_view summary;
  std::vector<Positional> positionals = {};
  std::vector<Option> options = {};
  bool remote = true;  ///< Talks to an API: takes the options that say to which.
  std::vector<std::string_view> examples = {};
  ExitCode (*run)(Arguments const& arguments) = nullptr;
};

extern Command const command_login;
extern Command const command_backends;
extern Command const command_run;
extern Command const command_jobs;
extern Command const command_api;
extern Command const command_simulate;
extern Command const command_circuit;
extern Command const command_init;
extern Command const command_serve;
extern Command const command_compress;
extern Command const command_openapi;
extern Command const command_up;
extern Command const command_version;

/// Parses the command line, runs the command it names and turns what that throws into one line and an exit code.
int run_program(int argc, char const* const* argv);

}  // namespace qhub::cli
