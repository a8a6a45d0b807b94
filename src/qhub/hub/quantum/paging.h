#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/jobs.h"

namespace qhub::hub {

/// Which part of a list was asked for.
struct Paging {
  std::int64_t page = 0;
  std::int64_t size = 20;
};

/// Reads `page` and `size`, by default 0 and 20. A size above 1000 means 1000; the answer tells. Errors:
/// invalid_argument naming the parameter.
[[nodiscard]] inline Result<Paging> read_paging(std::optional<std::int64_t> page, std::optional<std::int64_t> size) {
  constexpr std::int64_t max_page = 1'000'000'000;
  if (page && (*page < 0 || *page > max_page))
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = "page is a number from 0",
                 .details = {{"page", "must be from 0 to 1000000000"}}};
  if (size && *size < 1)
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = "size is the number of entries per page, from 1 to 1000",
                 .details = {{"size", "must be from 1 to 1000"}}};
  return Paging{.page = page.value_or(0), .size = std::min<std::int64_t>(size.value_or(20), 1000)};
}

/// Reads `sort` parameters, "field" or "field,asc" or "field,desc". Errors: invalid_argument naming the known fields.
[[nodiscard]] Result<std::vector<Order>> read_order(std::optional<std::vector<std::string>> const& sort,
                                                    std::span<std::string_view const> columns);

/// Fills in the numbers of a page document.
template <class Page>
void fill_page(Page& document, Paging const& paging, std::int64_t total) {
  document.page = paging.page;
  document.size = paging.size;
  document.total_elements = total;
  document.total_pages = (total + paging.size - 1) / paging.size;
}

}  // namespace qhub::hub
