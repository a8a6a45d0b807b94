#include "qhub/hub/store/places.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace qhub::hub {
namespace {

/// Columns by which facets are told apart.
constexpr std::array<std::string_view, 4> key_columns{"type", "status", "provider", "backend_id"};

struct Facet {
  std::int64_t id = 0;
  std::string origin;
  std::array<std::string, key_columns.size()> keys;
};

/// How a list is sorted: by keys of facets, then by time.
struct Sorting {
  struct Key {
    std::size_t column;
    bool descending;
  };
  std::vector<Key> keys;
  bool newest_first = false;

  [[nodiscard]] int compare(Facet const& left, Facet const& right) const {
    for (auto const& [column, descending] : keys)
      if (int const order = left.keys[column].compare(right.keys[column])) return descending ? -order : order;
    return 0;
  }
};

std::optional<Sorting> read_sorting(std::vector<Order> const& order) {
  if (order.empty()) return Sorting{.keys = {}, .newest_first = true};
  Sorting sorting;
  for (auto const& [column, descending] : order) {
    if (column == "created_at") {
      if (column != order.back().column) return std::nullopt;
      sorting.newest_first = descending;
      return sorting;
    }
    auto const key = std::ranges::find(key_columns, column);
    if (key == key_columns.end()) return std::nullopt;
    sorting.keys.push_back({static_cast<std::size_t>(key - key_columns.begin()), descending});
  }
  return sorting;
}

bool is_chosen(std::vector<std::string> const& choices, std::string const& value) {
  return choices.empty() || std::ranges::find(choices, value) != choices.end();
}

/// The facets that the search is about, in its order.
std::vector<Facet> find_facets(Connection& connection, WorkloadSearch const& search, Sorting const& sorting) {
  std::vector<Facet> facets;
  Statement rows = connection.query(
      "SELECT id, origin, type, status, provider, backend_id FROM workload_facets WHERE tenant_id = ? AND tag = ?",
      search.tenant_id, search.tags.empty() ? std::string() : search.tags.front());
  while (rows.step()) {
    Facet facet{.id = rows.column<std::int64_t>(0), .origin = rows.column<std::string>(1), .keys = {}};
    for (std::size_t key = 0; key < facet.keys.size(); ++key)
      facet.keys[key] = rows.column<std::string>(static_cast<int>(key) + 2);
    auto const& [type, status, provider, backend] = facet.keys;
    if (is_chosen(search.origins, facet.origin) && is_chosen(search.types, type) &&
        is_chosen(search.statuses, status) && is_chosen(search.providers, provider) &&
        is_chosen(search.backend_ids, backend))
      facets.push_back(std::move(facet));
  }
  std::ranges::stable_sort(facets, [&](Facet const& left, Facet const& right) { return sorting.compare(left, right) < 0; });
  return facets;
}

struct Slice {
  std::int64_t start;
  std::int64_t end;  ///< Of the time from `start` on in which no other slice begins that has places.
  std::int64_t places;
};

/// Facets between which the list does not distinguish.
class Group {
 public:
  Group(Connection& connection, std::span<Facet const> facets, bool newest_first)
      : connection_(connection), facets_(facets), newest_first_(newest_first) {
    std::vector<std::int64_t> ids;
    for (Facet const& facet : facets) ids.push_back(facet.id);
    ids_ = fmt::format("[{}]", fmt::join(ids, ","));
    Statement rows = connection.query(
        "SELECT slice, sum(places) FROM workload_counts WHERE facet IN (SELECT value FROM json_each(?)) "
        "GROUP BY slice ORDER BY slice",
        ids_);
    while (rows.step()) {
      std::int64_t const start = rows.column<std::int64_t>(0);
      if (!slices_.empty()) slices_.back().end = start;
      slices_.push_back({start, std::numeric_limits<std::int64_t>::max(), rows.column<std::int64_t>(1)});
    }
    for (Slice const& slice : slices_) total_ += slice.places;
    if (newest_first) std::ranges::reverse(slices_);
  }

  [[nodiscard]] std::int64_t total() const { return total_; }

  /// Appends up to `count` places, without the first `skipped` ones.
  void read(std::int64_t skipped, std::int64_t count, std::vector<Place>& page) {
    auto first = slices_.begin();
    while (first != slices_.end() && first->places <= skipped) skipped -= (first++)->places;
    if (first == slices_.end() || count == 0) return;
    auto last = first;
    for (std::int64_t reached = first->places; reached < skipped + count && last + 1 != slices_.end();)
      reached += (++last)->places;
    std::string_view const direction = newest_first_ ? "DESC" : "ASC";
    Statement rows = connection_.query(
        fmt::format("SELECT facet, number FROM workload_places WHERE facet IN (SELECT value FROM json_each(?)) AND "
                    "created_at >= ? AND created_at < ? ORDER BY created_at {0}, number {0}, facet {0} LIMIT ? OFFSET ?",
                    direction),
        ids_, std::min(first->start, last->start), std::max(first->end, last->end), count, skipped);
    while (rows.step()) {
      auto const facet = std::ranges::find(facets_, rows.column<std::int64_t>(0), &Facet::id);
      page.push_back({.is_job = facet->keys.front() == "JOB", .number = rows.column<std::int64_t>(1)});
    }
  }

 private:
  Connection& connection_;
  std::span<Facet const> facets_;
  bool newest_first_;
  std::string ids_;  ///< JSON.
  std::vector<Slice> slices_;
  std::int64_t total_ = 0;
};

}  // namespace

std::optional<Places> find_places(Connection& connection, WorkloadSearch const& search) {
  std::optional<Sorting> const sorting = read_sorting(search.order);
  if (!sorting || search.tags.size() > 1 || !search.service_execution_ids.empty()) return std::nullopt;
  std::vector<Facet> const facets = find_facets(connection, search, *sorting);
  Places found;
  std::int64_t skipped = search.page * search.size;
  for (auto first = facets.begin(); first != facets.end();) {
    auto const last =
        std::find_if(first, facets.end(), [&](Facet const& facet) { return sorting->compare(*first, facet) != 0; });
    Group group(connection, {first, last}, sorting->newest_first);
    group.read(skipped, search.size - static_cast<std::int64_t>(found.page.size()), found.page);
    skipped = std::max<std::int64_t>(skipped - group.total(), 0);
    found.total += group.total();
    first = last;
  }
  return found;
}

}  // namespace qhub::hub
