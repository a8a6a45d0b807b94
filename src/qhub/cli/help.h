#pragma once

#include <string>
#include <string_view>

#include "qhub/cli/command.h"

/// Help texts, made of the commands' own values.
namespace qhub::cli {

/// The text in lines of at most `columns` characters, each behind `indent` blanks; words are not divided.
std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

/// How a command is called: "qhubctl job get ID [OPTION…]".
std::string usage(Command const& command);
/// An option as it is written: "-o, --output FORM".
std::string spelling(Option const& option);

std::string help(Command const& command, std::size_t columns);
std::string help(Noun const& noun, std::size_t columns);
/// All commands by chapters.
std::string overview(std::size_t columns);

}  // namespace qhub::cli
