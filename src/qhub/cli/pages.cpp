#include "qhub/cli/pages.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <iostream>

#include "qhub/cli/json_text.h"
#include "qhub/cli/terminal.h"

namespace qhub::cli {

std::vector<Option> page_options() {
  return {{"page", "N", "Which page, from 0."}, {"size", "N", "Entries per page. 20 unless given."}};
}

std::int64_t page_number(Arguments const& arguments) {
  return arguments.integer("page", 0, 1'000'000'000).value_or(0);
}

std::int64_t page_size(Arguments const& arguments) {
  return arguments.integer("size", 1, 1000).value_or(20);
}

void print_page(Arguments const& arguments, Json const& page, std::vector<Column> const& columns) {
  Json const* const content = member_at(page, "content");
  Json const entries = content && content->is_array() ? *content : Json(boost::json::array());
  print_list(arguments, entries, columns);
  // The platform's pages count their entries in `totalElements`, the quantum API's in `total_elements`.
  for (char const* const name : {"total_elements", "totalElements"})
    if (Json const* const total = member_at(page, name); total && total->is_int64() && output_is_terminal()) {
      std::int64_t const shown =
          page_number(arguments) * page_size(arguments) + static_cast<std::int64_t>(entries.get_array().size());
      std::cout.flush();
      if (shown < total->get_int64())
        std::cerr << fmt::format("{} of {}; more with --page {}\n", shown, total->get_int64(),
                                 page_number(arguments) + 1);
    }
}

}  // namespace qhub::cli
