#include "qhub/cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "qhub/cli/grammar.h"

namespace qhub::cli {
namespace {

/// A name and what it means, the meaning in a column of its own.
std::string entry(std::string_view name, std::string_view meaning, std::size_t columns, std::size_t width) {
  std::size_t const indent = width + 4;
  std::string text = wrap(meaning, std::max(columns, indent + 30), indent);
  if (name.size() <= width)
    return fmt::format("  {:{}}", name, indent - 2) + text.substr(std::min(indent, text.size()));
  return fmt::format("  {}\n", name) + text;
}

std::string entries(std::string_view title, std::span<Option const> options, std::size_t columns) {
  if (options.empty()) return "";
  std::string text = fmt::format("\n{}:\n", title);
  for (Option const& option : options) text += entry(spelling(option), option.help, columns, 26);
  return text;
}

std::string short_commands(std::span<Command const* const> commands, std::size_t columns) {
  std::size_t width = 0;
  for (Command const* command : commands) width = std::max(width, command->name.size());
  std::string text;
  for (Command const* command : commands) text += entry(command->name, command->summary, columns, width);
  return text;
}

}  // namespace

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string const margin(indent, ' ');
  std::string lines, line = margin;
  while (!text.empty()) {
    std::size_t const end = std::min(text.find(' '), text.size());
    std::string_view const word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() > indent && line.size() + 1 + word.size() > columns) {
      lines += line + '\n';
      line = margin;
    }
    if (line.size() > indent) line += ' ';
    line += word;
  }
  return lines + line + '\n';
}

std::string usage(Command const& command) {
  std::string text = fmt::format("qhubctl {}", command.name);
  for (Positional const& each : command.positionals) {
    std::string const word = fmt::format("{}{}", each.name, each.many ? "…" : "");
    text += each.required ? " " + word : fmt::format(" [{}]", word);
  }
  for (Option const& each : command.options)
    if (each.required) text += fmt::format(" --{} {}", each.name, each.value);
  return text + " [OPTION…]";
}

std::string spelling(Option const& option) {
  std::string text = option.letter ? fmt::format("-{}, ", option.letter) : "    ";
  text += fmt::format("--{}", option.name);
  if (!option.value.empty()) text += fmt::format(" {}", option.value);
  return text;
}

std::string help(Command const& command, std::size_t columns) {
  std::string text = wrap(command.summary, columns, 0) + fmt::format("\nUsage: {}\n", usage(command));
  if (!command.positionals.empty()) {
    std::size_t width = 0;
    for (Positional const& each : command.positionals) width = std::max(width, each.name.size());
    text += '\n';
    for (Positional const& each : command.positionals) text += entry(each.name, each.help, columns, width);
  }
  std::vector<Option> own = command.options;
  if (command.prints) own.insert(own.end(), print_options().begin(), print_options().end());
  text += entries("Options", own, columns);
  if (command.remote) text += entries("Where to", remote_options(), columns);
  if (!command.examples.empty()) text += "\nExamples:\n";
  for (std::string_view const example : command.examples) text += fmt::format("  {}\n", example);
  return text;
}

std::string help(Noun const& noun, std::size_t columns) {
  std::vector<Command const*> commands;
  for (Command const& command : noun.commands) commands.push_back(&command);
  return wrap(noun.summary, columns, 0) + fmt::format("\nUsage: qhubctl {} VERB\n\n", noun.name) +
         short_commands(commands, columns) + fmt::format("\nMore of each: qhubctl {} VERB --help\n", noun.name);
}

std::string overview(std::size_t columns) {
  std::string text =
      "qhubctl: quantum jobs and services from the command line, on the cloud or on a hub of your own.\n\n"
      "Usage: qhubctl COMMAND [OPTION…]\n";
  std::size_t width = 0;
  for (Noun const* noun : nouns()) width = std::max(width, noun->name.size());
  for (Command const* command : commands())
    if (command->name.find(' ') == std::string_view::npos) width = std::max(width, command->name.size());
  for (Chapter const& chapter : chapters()) {
    text += fmt::format("\n{}:\n", chapter.title);
    for (Command const* command : chapter.commands) text += entry(command->name, command->summary, columns, width);
    for (Noun const* noun : chapter.nouns) {
      std::vector<std::string_view> verbs;
      for (Command const& command : noun->commands) verbs.push_back(command.name.substr(noun->name.size() + 1));
      text += entry(noun->name, fmt::format("{} {}", noun->summary, fmt::join(verbs, "|")), columns, width);
    }
  }
  return text +
         "\nMore of each: qhubctl COMMAND --help\n"
         "Exit codes: 0 done, 1 other failure, 2 wrong usage, 3 the remote job failed or was cancelled, 4 not logged\n"
         "in, 5 not found, 6 conflict or wrong state, 7 quota or rate limit, 8 deadline passed, 9 unreachable,\n"
         "130 interrupted, 141 the reader of a pipe is gone.\n";
}

}  // namespace qhub::cli
