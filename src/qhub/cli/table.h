#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qhub::cli {

/// Prints rows to standard output: in aligned columns below a header on a terminal, else separated by tabs without one.
void print_table(std::vector<std::string_view> const& header, std::vector<std::vector<std::string>> const& rows);

/// Width of the terminal that standard output is, else 80.
[[nodiscard]] std::size_t terminal_columns();

/// Prints counts as bars, as wide as the terminal: see qhub::histogram().
void print_histogram(std::map<std::string, std::int64_t> const& counts);

}  // namespace qhub::cli
