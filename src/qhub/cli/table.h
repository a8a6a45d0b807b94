#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qhub::cli {

/// Prints rows to standard output: in aligned columns below a header on a terminal, else separated by tabs without one.
void print_table(std::vector<std::string_view> const& header, std::vector<std::vector<std::string>> const& rows);

/// Prints counts as bars, as wide as the terminal: see qhub::histogram().
void print_histogram(std::map<std::string, std::int64_t> const& counts);

}  // namespace qhub::cli
