#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "qhub/hub/resource/resource.h"

namespace qhub::hub {

/// Whose resources a list shows.
enum class Access : unsigned char {
  granted,   ///< Of the caller's tenant, and those granted to it.
  internal,  ///< INTERNAL ones of the organizations that the caller is a member of.
  everyone,  ///< PUBLIC ones.
  all,       ///< All of these, each once.
};

/// One request for a part of a list.
struct ListQuery {
  Access access = Access::granted;
  std::optional<std::string> text = {};  ///< A part, without regard to case, of what the kind lets search; blank: all.
  std::vector<std::string> states = {};  ///< Any of these; empty: all.
  struct Order {
    SortBy by;
    bool descending;
    std::string property;
  };
  std::vector<Order> order = {};  ///< By default the newest first.
  std::int64_t page = 0;
  std::int64_t size = 20;
};

struct ListPage {
  std::vector<Resource> content;
  std::int64_t total = 0;
  ListQuery query;
};

/// Reads what list operations share. Errors: invalid_argument naming the parameter, and for an unknown property those
/// that there are.
[[nodiscard]] Result<ListQuery> read_list_query(Kind const& kind, std::optional<std::int64_t> page,
                                                std::optional<std::int64_t> size,
                                                std::optional<std::vector<std::string>> const& sort);
/// GRANTED, INTERNAL, PUBLIC or ALL; nothing: GRANTED. Errors: invalid_argument.
[[nodiscard]] Result<Access> read_access(std::string_view text);

/// One page, by an index: the cost grows with the page's number, not with the number of resources.
[[nodiscard]] ListPage list(Transaction& transaction, Kind const& kind, ListQuery query);
/// The whole list.
[[nodiscard]] std::vector<Resource> list_all(Transaction& transaction, Kind const& kind, ListQuery query);

}  // namespace qhub::hub
