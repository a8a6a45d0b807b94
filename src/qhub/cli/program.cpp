#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <csignal>
#include <iostream>
#include <map>
#include <memory>

#include "qhub/cli/command.h"
#include "qhub/sdk/errors.h"

namespace qhub::cli {
namespace {

Command const* const commands[] = {&command_login, &command_backends, &command_run,
                                   &command_jobs,  &command_api,      &command_simulate, &command_circuit,
                                   &command_init,  &command_serve,    &command_compress, &command_openapi,
                                   &command_up,    &command_version};

Option const remote_options[] = {
    {"base-url", "URL", "Base URL of the API, as in the SDK; else QHUB_QUANTUM_BASE_URL, else the configuration file."},
    {"organization", "ID", "Act for this organization; else KQH_ORGANIZATION_ID, else the configuration file."},
    {"timeout", "SECONDS", "Longest wait for a connection and for each next byte. 60 unless given."}};

/// What CLI11 fills in while it parses.
struct Parsed {
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> flags;
};

void add_option(CLI::App& app, Option const& option, Parsed& parsed) {
  std::string const name(option.name);
  std::string names = "--" + name;
  if (option.letter) names = fmt::format("-{},{}", option.letter, names);
  if (option.value.empty())
    app.add_flag(names, parsed.flags[name], std::string(option.help));
  else
    app.add_option(names, parsed.texts[name], std::string(option.help))
        ->option_text(std::string(option.value))
        ->required(option.required);
}

void describe(CLI::App& app, Command const& command, Parsed& parsed) {
  for (Positional const& positional : command.positionals) {
    auto* const added = app.add_option(std::string(positional.name), parsed.texts[std::string(positional.name)],
                                       std::string(positional.help));
    added->option_text(" ");
    added->required(positional.required);
  }
  for (Option const& option : command.options) add_option(app, option, parsed);
  if (command.remote)
    for (Option const& option : remote_options) add_option(app, option, parsed);
  std::string footer;
  for (std::string_view const example : command.examples) footer += fmt::format("  {}\n", example);
  if (!footer.empty()) app.footer("Examples:\n" + footer);
}

Arguments arguments_of(CLI::App const& app, Parsed const& parsed) {
  Arguments arguments;
  for (auto const& [name, value] : parsed.texts) {
    auto const* option = app.get_option_no_throw(name);
    if (!option) option = app.get_option_no_throw("--" + name);
    if (option && option->count() > 0) arguments.set(name, value);
  }
  for (auto const& [name, given] : parsed.flags)
    if (given) arguments.set(name, "true");
  return arguments;
}

int fail(ExitCode code, std::string_view message) {
  std::string line(message.substr(0, message.find_last_not_of(" \n") + 1));
  for (char& c : line)
    if (c == '\n') c = ' ';
  std::cerr << "qhubctl: " << line << std::endl;
  return static_cast<int>(code);
}

ExitCode exit_code(ApiError const& error) {
  switch (error.status_code()) {
    case 401:
    case 403:
      return ExitCode::unauthenticated;
    case 404:
      return ExitCode::not_found;
    case 409:
      return ExitCode::conflict;
    case 429:
      return ExitCode::rate_limited;
    default:
      return ExitCode::failure;
  }
}

}  // namespace

std::optional<long> Arguments::integer(std::string const& name, long lowest, long highest) const {
  auto const text = find(name);
  if (!text) return std::nullopt;
  long value = 0;
  auto const [end, status] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (status != std::errc{} || end != text->data() + text->size() || value < lowest || value > highest)
    throw UsageError{fmt::format("--{} takes a whole number from {} to {}, not '{}'", name, lowest, highest, *text)};
  return value;
}

std::optional<double> Arguments::probability(std::string const& name) const {
  auto const text = find(name);
  if (!text) return std::nullopt;
  double value = 0;
  auto const [end, status] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (status != std::errc{} || end != text->data() + text->size() || !(value >= 0 && value <= 1))
    throw UsageError{fmt::format("--{} takes a probability from 0 to 1, not '{}'", name, *text)};
  return value;
}

int run_program(int argc, char const* const* argv) {
  std::signal(SIGPIPE, SIG_DFL);  // a closed pipe ends the program at once, as it does others: 141 in a shell
  CLI::App app("qhubctl: quantum jobs from the command line, on the cloud or on a hub of your own", "qhubctl");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Print the help of every command");
  std::map<CLI::App const*, std::unique_ptr<Parsed>> parsed;
  std::map<CLI::App const*, Command const*> by_app;
  for (Command const* command : commands) {
    CLI::App* const subcommand = app.add_subcommand(std::string(command->name), std::string(command->summary));
    parsed[subcommand] = std::make_unique<Parsed>();
    by_app[subcommand] = command;
    describe(*subcommand, *command, *parsed[subcommand]);
  }
  try {
    auto const is_called = [&](Command const* command) { return command->name == argv[1]; };
    if (argc > 1 && argv[1][0] != '-' && std::ranges::none_of(commands, is_called))
      throw UsageError{fmt::format("there is no command '{}'; see qhubctl --help", argv[1])};
    app.parse(argc, argv);
    CLI::App const* const chosen = app.get_subcommands().front();
    return static_cast<int>(by_app[chosen]->run(arguments_of(*chosen, *parsed[chosen])));
  } catch (CLI::Success const& success) {  // help was asked for
    return app.exit(success);
  } catch (CLI::ParseError const& error) {
    return fail(ExitCode::usage, fmt::format("{}; see qhubctl --help", error.what()));
  } catch (UsageError const& error) {
    return fail(ExitCode::usage, error.message);
  } catch (CredentialUnavailableError const& error) {
    return fail(ExitCode::unauthenticated, error.what());
  } catch (ApiError const& error) {
    return fail(exit_code(error), error.what());
  } catch (ConnectionError const& error) {
    return fail(ExitCode::unreachable, error.what());
  } catch (TimeoutError const& error) {
    return fail(ExitCode::unreachable, error.what());
  } catch (std::exception const& error) {
    return fail(ExitCode::failure, error.what());
  }
}

}  // namespace qhub::cli
