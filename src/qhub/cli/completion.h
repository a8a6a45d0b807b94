#pragma once

#include <span>
#include <string>
#include <string_view>

namespace qhub::cli {

/// What the last of these words may become: a candidate per line, a tab and its description. Nothing where file names
/// or ids belong.
std::string completions(std::span<char const* const> words);

/// A script for "bash", "zsh" or "fish" that asks this program for completions.
std::string_view completion_script(std::string_view shell);

}  // namespace qhub::cli
