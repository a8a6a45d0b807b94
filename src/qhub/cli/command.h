#pragma once

#include <map>
#include <optional>
#include <span>
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
  conflict = 6,      ///< A conflict, or the thing is in the wrong state.
  rate_limited = 7,  ///< A quota or a limit of frequency.
  deadline = 8,      ///< The deadline passed while the job still runs.
  unreachable = 9,
  interrupted = 130,
};

/// A wrong call of the program; the message is one line.
struct UsageError {
  std::string message;
};

/// What was asked for could not be done; the message may have several lines, as those of a compiler have.
struct Failure {
  ExitCode code = ExitCode::failure;
  std::string message;
};

/// The values given on the command line, by the names in the command's own description.
class Arguments {
 public:
  void add(std::string name, std::string value) { values_[std::move(name)].push_back(std::move(value)); }

  /// The last one given.
  std::optional<std::string> find(std::string const& name) const {
    auto const found = values_.find(name);
    return found == values_.end() ? std::nullopt : std::optional(found->second.back());
  }
  /// All that were given, in order.
  std::vector<std::string> all(std::string const& name) const {
    auto const found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>() : found->second;
  }
  /// A required argument's value.
  std::string const& at(std::string const& name) const { return values_.at(name).back(); }
  bool flag(std::string const& name) const { return values_.contains(name); }
  /// \throws UsageError if it is no whole number in the range; the message names the option.
  std::optional<long> integer(std::string const& name, long lowest, long highest) const;
  /// \throws UsageError if it is no number from 0 to 1; the message names the option.
  std::optional<double> probability(std::string const& name) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

struct Positional {
  std::string_view name;  ///< As help prints it, upper case; the name in Arguments too.
  std::string_view help;
  bool required = true;
  bool many = false;              ///< Takes all words that are left; the last positional only.
  std::string_view choices = {};  ///< The words it takes, separated by `|`; checked and completed. Empty: any.
};

struct Option {
  std::string_view name;   ///< Long form without dashes; the name in Arguments too.
  std::string_view value;  ///< What it takes, as help prints it; empty for a flag; in brackets if it may be left out.
  std::string_view help;
  char letter = 0;  ///< Short form, if any.
  bool required = false;
  bool repeats = false;           ///< May be given several times.
  std::string_view choices = {};  ///< The values it takes, separated by `|`; checked and completed. Empty: any.
};

/// One command: its parser, its help, manual page, completion and documentation come from this value.
struct Command {
  std::string_view name;  ///< The words that call it: "job list".
  std::string_view summary;
  std::vector<Positional> positionals = {};
  std::vector<Option> options = {};
  bool remote = true;   ///< Talks to an API: takes the options that say to which.
  bool prints = false;  ///< Has a result to print: takes the options that say in which form.
  std::vector<std::string_view> examples = {};
  std::vector<std::string_view> (*first_words)() = nullptr;  ///< For completion: what the first positional may be.
  void (*help)(std::string_view word, std::size_t columns) = nullptr;  ///< Prints more of what the first word names.
  ExitCode (*run)(Arguments const& arguments) = nullptr;
};

/// What commands of one first word are about; their names begin with its own.
struct Noun {
  std::string_view name;
  std::string_view summary;
  std::vector<Command> commands;
};

/// Parses the command line, runs the command it names and turns what that throws into one line and an exit code.
int run_program(int argc, char const* const* argv);

}  // namespace qhub::cli
