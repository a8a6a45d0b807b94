#pragma once

#include <cstdint>
#include <vector>

#include "qhub/cli/output.h"

/// Lists that a server gives page by page.
namespace qhub::cli {

std::vector<Option> page_options();
[[nodiscard]] std::int64_t page_number(Arguments const& arguments);
[[nodiscard]] std::int64_t page_size(Arguments const& arguments);

/// Prints the entries of a page document; on a terminal it says how many more there are.
void print_page(Arguments const& arguments, Json const& page, std::vector<Column> const& columns);

}  // namespace qhub::cli
