#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/cli/command.h"

/// All commands, and how words become one of them with its arguments.
namespace qhub::cli {

/// Commands about one thing, under a heading of the overview.
struct Chapter {
  std::string_view title;
  std::vector<Noun const*> nouns = {};
  std::vector<Command const*> commands = {};
};
std::span<Chapter const> chapters();

/// Those of the chapters, in their order.
std::vector<Noun const*> nouns();
/// All commands, those of nouns included, in the order of the chapters.
std::vector<Command const*> commands();

Noun const* find_noun(std::string_view name);
Command const* find_command(std::string_view name);

/// The options that say to which API a command talks, in which form it prints, and the one for help.
std::span<Option const> remote_options();
std::span<Option const> print_options();
/// All options of a command, these included.
std::vector<Option> all_options(Command const& command);

/// A command with the words behind its name.
struct Call {
  Command const* command = nullptr;
  std::span<char const* const> words = {};
};
/// \throws UsageError that proposes the command that was probably meant.
Call find_call(std::span<char const* const> words);

/// \throws UsageError for an unknown option, a missing value or word, or one too many.
Arguments parse(Command const& command, std::span<char const* const> words);

/// The candidate that was probably meant, or nothing: few letters differ (Damerau-Levenshtein distance).
std::string_view nearest(std::string_view word, std::span<std::string_view const> candidates);
/// "; did you mean 'x'?", or `otherwise` if no candidate is near.
std::string did_you_mean(std::string_view word, std::span<std::string_view const> candidates,
                         std::string_view otherwise = "");

/// The parts of "a|b|c".
std::vector<std::string_view> split_choices(std::string_view choices);

}  // namespace qhub::cli
