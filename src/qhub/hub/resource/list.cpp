#include "qhub/hub/resource/list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "qhub/api/codec.h"
#include "qhub/hub/quantum/paging.h"
#include "qhub/hub/resource/grants.h"
#include "qhub/hub/resource/rows.h"

namespace qhub::hub {
namespace {

// Parameters of every statement: ?1 tenant, ?2 kind, ?3 user, ?4 text, ?5 states, ?6 now, ?7 size, ?8 offset.

std::string_view column(SortBy by) {
  switch (by) {
    case SortBy::created_at:
      break;
    case SortBy::name:
      return "r.name";
    case SortBy::label:
      return "r.label";
  }
  return "r.number";
}

/// The disjoint sets of rows that a list is made of. Each is read in its order through an index, and merged; how many
/// rows there are is known from the numbers that resource_counts keeps, so that nothing is counted.
struct Arm {
  std::string_view rows;
  std::string_view count;
};

std::vector<Arm> arms(Access access) {
  static constexpr Arm own{
      "resources r WHERE r.tenant_id = ?1 AND r.kind = ?2 AND r.parent IS NULL",
      "SELECT coalesce(sum(resources), 0) FROM resource_counts WHERE kind = ?2 AND visibility IN ('PRIVATE', "
      "'INTERNAL', 'PUBLIC') AND tenant_id = ?1"};
  static constexpr std::string_view granted_rows =
      "grants g JOIN resources r ON r.number = g.resource WHERE g.sid = ?1 AND g.kind = ?2 AND g.revoked_at IS NULL AND "
      "(g.valid_from IS NULL OR g.valid_from <= ?6) AND (g.valid_until IS NULL OR g.valid_until > ?6) AND r.tenant_id <> "
      "?1";
  static constexpr Arm granted{granted_rows, {}};
  static constexpr Arm internal{
      "members m JOIN resources r ON r.tenant_id = m.organization_id WHERE m.user_id = ?3 AND m.status = 'ACCEPTED' AND "
      "r.kind = ?2 AND r.parent IS NULL AND r.visibility = 'INTERNAL'",
      "SELECT coalesce(sum(resources), 0) FROM members m JOIN resource_counts c ON c.kind = ?2 AND c.visibility = "
      "'INTERNAL' AND c.tenant_id = m.organization_id WHERE m.user_id = ?3 AND m.status = 'ACCEPTED'"};
  static constexpr Arm internal_besides{
      "members m JOIN resources r ON r.tenant_id = m.organization_id WHERE m.user_id = ?3 AND m.status = 'ACCEPTED' AND "
      "r.kind = ?2 AND r.parent IS NULL AND r.visibility = 'INTERNAL' AND r.tenant_id <> ?1 AND NOT EXISTS (SELECT 1 FROM "
      "grants g WHERE g.resource = r.number AND g.sid = ?1 AND g.revoked_at IS NULL)",
      {}};
  static constexpr Arm everyone{
      "resources r WHERE r.kind = ?2 AND r.parent IS NULL AND r.visibility = 'PUBLIC'",
      "SELECT coalesce(sum(resources), 0) FROM resource_counts WHERE kind = ?2 AND visibility = 'PUBLIC'"};
  static constexpr Arm everyone_besides{
      "resources r WHERE r.kind = ?2 AND r.parent IS NULL AND r.visibility = 'PUBLIC' AND r.tenant_id <> ?1 AND NOT EXISTS "
      "(SELECT 1 FROM grants g WHERE g.resource = r.number AND g.sid = ?1 AND g.revoked_at IS NULL)",
      "SELECT coalesce(sum(resources), 0) - (SELECT count(DISTINCT r.number) FROM grants g JOIN resources r ON r.number = "
      "g.resource WHERE g.sid = ?1 AND g.kind = ?2 AND g.revoked_at IS NULL AND r.parent IS NULL AND r.visibility = "
      "'PUBLIC' AND r.tenant_id <> ?1) FROM resource_counts WHERE kind = ?2 AND visibility = 'PUBLIC' AND tenant_id <> ?1"};
  switch (access) {
    case Access::granted:
      return {own, granted};
    case Access::internal:
      return {internal};
    case Access::everyone:
      return {everyone};
    case Access::all:
      return {own, granted, internal_besides, everyone_besides};
  }
  return {};
}

/// FTS5 with the trigram tokenizer finds parts of at least three characters; for less every text is looked at.
bool has_trigram(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }) >= 3;
}

std::string state_filter(ListQuery const& query) {
  return query.states.empty() ? "" : " AND r.state IN (SELECT value FROM json_each(?5))";
}

/// The text as a phrase of FTS5: nothing in it is an operator.
std::string search_term(std::string const& text) {
  if (!has_trigram(text)) return text;
  std::string phrase = "\"";
  for (char const c : text) phrase.append(c == '"' ? 2 : 1, c);
  return phrase + '"';
}

/// Whose rows a search may show, as one condition: it begins with the texts, not with the rows.
std::string visible_to(Access access) {
  static std::string const own_or_granted =
      "r.tenant_id = ?1 OR EXISTS (SELECT 1 FROM grants g WHERE g.resource = r.number AND g.sid = ?1 AND g.revoked_at IS "
      "NULL AND (g.valid_from IS NULL OR g.valid_from <= ?6) AND (g.valid_until IS NULL OR g.valid_until > ?6))";
  static std::string const internal =
      "(r.visibility = 'INTERNAL' AND r.tenant_id IN (SELECT organization_id FROM members WHERE user_id = ?3 AND status = "
      "'ACCEPTED'))";
  static std::string const everyone = "r.visibility = 'PUBLIC'";
  switch (access) {
    case Access::granted:
      return own_or_granted;
    case Access::internal:
      return internal;
    case Access::everyone:
      return everyone;
    case Access::all:
      break;
  }
  return everyone + " OR " + own_or_granted + " OR " + internal;
}

struct Found {
  std::vector<std::int64_t> numbers;  ///< Of the resources on the page.
  std::int64_t total = 0;
};

/// What is sorted by, as columns k0, k1, ... of which the last is the number.
std::string key_columns(std::vector<ListQuery::Order> const& order) {
  std::string columns;
  for (std::size_t i = 0; i < order.size(); ++i)
    columns += fmt::format("{}{} AS k{}", i == 0 ? "" : ", ", column(order[i].by), i);
  return columns;
}
std::string sorting(std::vector<ListQuery::Order> const& order, bool backwards) {
  std::string keys;
  for (std::size_t i = 0; i < order.size(); ++i)
    keys += fmt::format("{}k{} {}", i == 0 ? "" : ", ", i, order[i].descending != backwards ? "DESC" : "ASC");
  return keys;
}

Found browse(Transaction& transaction, Kind const& kind, ListQuery const& query,
             std::vector<ListQuery::Order> const& order) {
  std::string const condition = state_filter(query), columns = key_columns(order);
  std::string rows, total;
  for (Arm const& arm : arms(query.access)) {
    rows += fmt::format("{}SELECT {} FROM {}{}", rows.empty() ? "" : " UNION ALL ", columns, arm.rows, condition);
    std::string const count = condition.empty() && !arm.count.empty()
                                  ? std::string(arm.count)
                                  : fmt::format("SELECT count(*) FROM {}{}", arm.rows, condition);
    total += fmt::format("{}({})", total.empty() ? "" : " + ", count);
  }
  std::string const states = api::to_text(boost::json::value_from(query.states));
  Principal const& caller = transaction.caller;
  auto const run = [&](std::string const& sql, std::int64_t limit, std::int64_t offset) {
    return transaction.database.query(sql, caller.tenant_id, kind.name, caller.user_id, "", states, transaction.now,
                                      limit, offset);
  };
  Found found;
  {
    // The last column only makes every parameter occur.
    Statement statement = run(fmt::format("SELECT {}, ?8", total), 0, 0);
    statement.step();
    found.total = statement.column<std::int64_t>(0);
  }
  // The rows before a page are walked over: of a page in the second half those behind it, in the opposite order.
  std::int64_t const first = std::min(query.page * query.size, found.total);
  std::int64_t const last = std::min(first + query.size, found.total);
  if (first == last) return found;
  bool const backwards = first > found.total - last;
  Statement statement = run(fmt::format("{} ORDER BY {} LIMIT ?7 OFFSET ?8", rows, sorting(order, backwards)),
                            last - first, backwards ? found.total - last : first);
  while (statement.step())
    found.numbers.push_back(statement.column<std::int64_t>(static_cast<int>(order.size()) - 1));
  if (backwards) std::ranges::reverse(found.numbers);
  return found;
}

/// The texts are looked through once, whatever the caller may see.
Found search(Transaction& transaction, Kind const& kind, ListQuery const& query,
             std::vector<ListQuery::Order> const& order) {
  std::string const sql = fmt::format(
      "SELECT {}, count(*) OVER () FROM resource_search s JOIN resources r ON r.number = s.rowid WHERE {} AND r.kind = ?2 "
      "AND r.parent IS NULL AND ({}){} ORDER BY {} LIMIT ?7 OFFSET ?8",
      key_columns(order), has_trigram(*query.text) ? "s.text MATCH ?4" : "instr(lower(s.text), lower(?4)) > 0",
      visible_to(query.access), state_filter(query), sorting(order, false));
  std::string const states = api::to_text(boost::json::value_from(query.states));
  Principal const& caller = transaction.caller;
  auto const keys = static_cast<int>(order.size());
  Found found;
  auto const run = [&](std::int64_t limit, std::int64_t offset) {
    Statement statement =
        transaction.database.query(sql, caller.tenant_id, kind.name, caller.user_id, search_term(*query.text), states,
                                   transaction.now, limit, offset);
    while (statement.step()) {
      found.numbers.push_back(statement.column<std::int64_t>(keys - 1));
      found.total = statement.column<std::int64_t>(keys);
    }
  };
  run(query.size, query.page * query.size);
  if (found.numbers.empty() && query.page > 0) {  // behind the last one, whose number of rows is asked for all the same
    run(1, 0);
    found.numbers.clear();
  }
  return found;
}

}  // namespace

Result<ListQuery> read_list_query(Kind const& kind, std::optional<std::int64_t> page, std::optional<std::int64_t> size,
                                  std::optional<std::vector<std::string>> const& sort) {
  Result<Paging> const paging = read_paging(page, size);
  if (!paging) return paging.error();
  ListQuery query;
  query.page = paging->page;
  query.size = paging->size;
  for (std::string const& text : sort.value_or(std::vector<std::string>())) {
    std::size_t const comma = text.find(',');
    std::string const property = text.substr(0, comma);
    std::string const direction = comma == std::string::npos ? "asc" : text.substr(comma + 1);
    auto const known = std::ranges::find(kind.sorts, property, &SortProperty::property);
    if (known == kind.sorts.end()) {
      std::vector<std::string_view> names;
      for (SortProperty const& each : kind.sorts) names.push_back(each.property);
      return invalid("sort", fmt::format("cannot be '{}'; it is {}, with ,asc or ,desc behind it", property,
                                         fmt::join(names, " or ")));
    }
    if (direction != "asc" && direction != "desc" && direction != "ASC" && direction != "DESC")
      return invalid("sort", fmt::format("has the direction '{}'; it is asc or desc", direction));
    query.order.push_back({known->by, direction == "desc" || direction == "DESC", property});
  }
  return query;
}

Result<Access> read_access(std::string_view text) {
  if (text.empty() || text == "GRANTED") return Access::granted;
  if (text == "INTERNAL") return Access::internal;
  if (text == "PUBLIC") return Access::everyone;
  if (text == "ALL") return Access::all;
  return invalid("access", "is GRANTED, INTERNAL, PUBLIC or ALL");
}

ListPage list(Transaction& transaction, Kind const& kind, ListQuery query) {
  if (query.text && query.text->find_first_not_of(" \t\r\n") == std::string::npos) query.text.reset();
  std::vector<ListQuery::Order> order = query.order;
  if (order.empty()) order.push_back({SortBy::created_at, true, {}});
  // The number tells apart what is equal otherwise, so that no page repeats or misses one.
  order.push_back({SortBy::created_at, order.back().descending, {}});
  Found const found = query.text ? search(transaction, kind, query, order) : browse(transaction, kind, query, order);
  ListPage page;
  page.total = found.total;
  for (std::int64_t const number : found.numbers)
    if (auto resource = find_by_number(transaction, number)) page.content.push_back(std::move(*resource));
  page.query = std::move(query);
  return page;
}

std::vector<Resource> list_all(Transaction& transaction, Kind const& kind, ListQuery query) {
  query.page = 0;
  query.size = std::int64_t{1} << 40;
  return std::move(list(transaction, kind, std::move(query)).content);
}

}  // namespace qhub::hub
