#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "qhub/cli/command.h"
#include "qhub/cli/completion.h"
#include "qhub/cli/exit_code.h"
#include "qhub/cli/grammar.h"
#include "qhub/cli/help.h"
#include "qhub/cli/output.h"
#include "qhub/cli/terminal.h"

namespace qhub::cli {
namespace {

/// Tells what went wrong, in one line.
int fail(ExitCode code, std::string_view message) {
  std::cout.flush();
  std::string text = printable(message.substr(0, message.find_last_not_of(" \n") + 1));
  for (char& c : text)
    if (c == '\n') c = ' ';
  std::cerr << "qhubctl: " << text << std::endl;
  return static_cast<int>(code);
}

/// A message of several lines stands for itself, as a compiler's does.
int fail(Failure const& failure) {
  if (failure.message.find('\n') == std::string::npos) return fail(failure.code, failure.message);
  std::cout.flush();
  std::cerr << printable(failure.message) << std::flush;
  return static_cast<int>(failure.code);
}

/// Whether the words behind a command's name ask for its help.
bool wants_help(std::span<char const* const> words) {
  for (std::string_view const word : words) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

std::size_t help_columns() {
  return std::min<std::size_t>(terminal_columns(), 100);
}

ExitCode print_help(std::span<char const* const> words) {
  if (words.empty()) {
    print(overview(help_columns()));
    return ExitCode::done;
  }
  Noun const* const noun = find_noun(words.front());
  if (noun && words.size() == 1)
    print(help(*noun, help_columns()));
  else
    print(help(*find_call(words).command, help_columns()));
  return ExitCode::done;
}

ExitCode run_words(std::span<char const* const> words) {
  std::string_view const first = words.empty() ? "help" : words.front();
  if (first == "__complete") {
    print(completions(words.subspan(1)));
    return ExitCode::done;
  }
  if (first == "help") return print_help(words.empty() ? words : words.subspan(1));
  if (first == "--help" || first == "-h") return print_help({});
  if (first == "--version") return find_command("version")->run({});
  if (find_noun(first) && words.size() == 2 && wants_help(words.subspan(1))) return print_help(words.first(1));
  Call const call = find_call(words);
  if (!wants_help(call.words)) return call.command->run(parse(*call.command, call.words));
  if (call.command->help && !call.words.empty() && call.words[0][0] != '-')
    call.command->help(call.words[0], help_columns());
  else
    print(help(*call.command, help_columns()));
  return ExitCode::done;
}

/// Everything is on its way, or the program ends as one that nobody listens to.
int finish(int code) {
  if (std::cout.flush()) return code;
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  if (poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);  // 141 in a shell, as other programs do it
  }
  std::cerr << "qhubctl: cannot write to standard output\n";
  return static_cast<int>(ExitCode::failure);
}

int run_and_report(std::span<char const* const> words) {
  try {
    return static_cast<int>(run_words(words));
  } catch (UsageError const& error) {
    return fail(ExitCode::usage, error.message);
  } catch (Failure const& failure) {
    return fail(failure);
  } catch (CredentialUnavailableError const& error) {
    return fail(ExitCode::unauthenticated, error.what());
  } catch (ApiError const& error) {
    return fail(exit_code(error), message_of(error));
  } catch (ConnectionError const& error) {
    return fail(ExitCode::unreachable, fmt::format("{}; qhubctl doctor looks for the cause", error.what()));
  } catch (TimeoutError const& error) {
    return fail(ExitCode::unreachable, error.what());
  } catch (std::exception const& error) {
    return fail(ExitCode::failure, error.what());
  }
}

}  // namespace

int run_program(int argc, char const* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a connection that closes must not end the program; see finish() for pipes
  return finish(run_and_report({argv + 1, argv + std::max(1, argc)}));
}

}  // namespace qhub::cli
