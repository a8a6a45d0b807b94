#pragma once

#include <string>

/// The commands' own values as documents.
namespace qhub::cli {

/// docs/cli.md.
std::string markdown_manual();

/// qhubctl.1, for man (roff with the macros of man(7)).
std::string man_page();

}  // namespace qhub::cli
