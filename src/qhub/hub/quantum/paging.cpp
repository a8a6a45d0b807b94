#include "qhub/hub/quantum/paging.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/algorithm/string/predicate.hpp>

namespace qhub::hub {

Result<std::vector<Order>> read_order(std::optional<std::vector<std::string>> const& sort,
                                      std::span<std::string_view const> columns) {
  std::vector<Order> order;
  if (!sort) return order;
  for (std::string const& text : *sort) {
    std::size_t const comma = text.find(',');
    std::string_view const field = std::string_view(text).substr(0, comma);
    std::string_view const direction = comma == std::string::npos ? "asc" : std::string_view(text).substr(comma + 1);
    auto const column = std::ranges::find(columns, field);
    bool const descending = boost::algorithm::iequals(direction, "desc");
    if (column == columns.end() || (!descending && !boost::algorithm::iequals(direction, "asc"))) {
      std::string const message =
          fmt::format("must be field,asc or field,desc with a field of: {}", fmt::join(columns, ", "));
      return Error{.kind = ErrorKind::invalid_argument,
                   .message = fmt::format("sort '{}' {}", text, message),
                   .details = {{"sort", message}}};
    }
    // Ordering by a field again would change nothing.
    if (std::ranges::find(order, field, &Order::column) == order.end()) order.push_back({*column, descending});
  }
  return order;
}

}  // namespace qhub::hub
