#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qhub::cli {

using TableRow = std::vector<std::string>;

/// Rows as aligned columns below a header, at most `columns` wide: the widest columns but the first, whose ids people
/// copy, are cut; if that is not enough, columns at the right are left out. Statuses are coloured. 0: never cut.
[[nodiscard]] std::string aligned(std::vector<std::string> const& header, std::vector<TableRow> const& rows,
                                  std::size_t columns);

/// Rows as lines, their cells separated by tabs; tabs, line breaks and backslashes in a cell as \t, \n and \\.
[[nodiscard]] std::string tab_separated(std::vector<TableRow> const& rows);

}  // namespace qhub::cli
