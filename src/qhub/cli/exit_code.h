#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "qhub/cli/command.h"
#include "qhub/sdk/errors.h"

namespace qhub::cli {

/// Each exit code with its meaning.
std::span<std::pair<int, std::string_view> const> exit_codes();

/// What an answer of this status means for whoever called the program.
ExitCode exit_code(ApiError const& error);

/// What was wrong by the server's words, and what to do about it if that is clear.
std::string message_of(ApiError const& error);

/// Control characters (but line breaks and tabs) as \x1b: text of strangers must not steer a terminal.
std::string printable(std::string_view text);

}  // namespace qhub::cli
