#include "qhub/hub/resource/resource.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>

#include "qhub/api/codec.h"
#include "qhub/hub/random_id.h"
#include "qhub/hub/resource/grants.h"
#include "qhub/hub/resource/rows.h"
#include "qhub/hub/resource/wire.h"

namespace qhub::hub {
namespace {

/// The columns that are made from the document, for sorting, searching and uniqueness.
struct Projection {
  std::string name;
  std::string label;
  std::optional<std::string> unique_name;
  std::string search_text;
};

Projection project(Kind const& kind, Resource const& resource) {
  Projection projection;
  projection.name = text_member(resource.document, kind.name_member).value_or("");
  projection.label = text_member(resource.document, kind.label_member).value_or(projection.name);
  switch (kind.unique) {
    case Kind::Unique::no:
      break;
    case Kind::Unique::in_tenant:
      projection.unique_name = resource.tenant_id + "/" + projection.name;
      break;
    case Kind::Unique::in_parent:
      projection.unique_name = fmt::format("{}/{}", resource.parent.value_or(0), projection.name);
      break;
    case Kind::Unique::everywhere:
      projection.unique_name = "/" + projection.name;
      break;
  }
  for (std::string_view const member : kind.searched)
    if (auto const text = text_member(resource.document, member)) projection.search_text += *text + "\n";
  return projection;
}

Result<void> check(Transaction& transaction, Kind const& kind, Resource const& resource, Projection const& projection) {
  for (TextLimit const& limit : kind.limits) {
    std::size_t const size = text_member(resource.document, limit.member).value_or("").size();
    if (size < limit.least || size > limit.most)
      return invalid(std::string(limit.member),
                     limit.least > 0 ? fmt::format("has {} to {} bytes, here {}", limit.least, limit.most, size)
                                     : fmt::format("has at most {} bytes, here {}", limit.most, size));
  }
  if (!projection.unique_name) return {};
  Statement taken =
      transaction.database.query("SELECT 1 FROM resources WHERE kind = ? AND unique_name = ? AND number <> ?",
                                 kind.name, projection.unique_name, resource.number);
  if (taken.step()) return conflict(fmt::format("there is a {} named {} already", kind.name, projection.name));
  return {};
}

void index_text(Transaction& transaction, std::int64_t number, std::string const& text) {
  transaction.database.execute("DELETE FROM resource_search WHERE rowid = ?", number);
  if (!text.empty())
    transaction.database.execute("INSERT INTO resource_search (rowid, text) VALUES (?, ?)", number, text);
}

std::optional<Resource> first(Transaction& transaction, Statement statement) {
  if (!statement.step()) return std::nullopt;
  Resource resource = read_resource(statement);
  resource.role = role_on(transaction, resource);
  return resource;
}

}  // namespace

Resource read_resource(Statement const& row) {
  return {.number = row.column<std::int64_t>(0),
          .id = row.column<std::string>(1),
          .kind = row.column<std::string>(2),
          .tenant_id = row.column<std::string>(3),
          .tenant_kind = row.column<std::string>(4) == "USER" ? TenantKind::user : TenantKind::organization,
          .creator_id = row.column<std::string>(5),
          .parent = row.column<std::optional<std::int64_t>>(6),
          .name = row.column<std::string>(7),
          .visibility = row.column<std::string>(8),
          .state = row.column<std::string>(9),
          .document = std::move(api::parse(row.column<std::string>(10))->as_object()),
          .version = row.column<std::int64_t>(11),
          .created_at = row.column<std::int64_t>(12)};
}

std::string select_resources(std::string_view condition) {
  return fmt::format(
      "SELECT number, id, kind, tenant_id, tenant_kind, creator_id, parent, name, visibility, state, document, "
      "version, created_at FROM resources {}",
      condition);
}

Result<Resource> create(Transaction& transaction, Kind const& kind, NewResource made) {
  Principal const& caller = transaction.caller;
  if (!made.parent && caller.role < Role::maintainer)
    return forbidden(fmt::format("creating a {} needs the role MAINTAINER in the organization; yours is {}", kind.name,
                                 role_text(caller.role)));
  Resource resource{.id = made.id.empty() ? random_uuid() : std::move(made.id),
                    .kind = std::string(kind.name),
                    .tenant_id = made.parent ? made.parent->tenant_id : caller.tenant_id,
                    .tenant_kind = made.parent ? made.parent->tenant_kind : caller.tenant_kind,
                    .creator_id = caller.user_id,
                    .parent = made.parent ? std::optional(made.parent->number) : std::nullopt,
                    .visibility = std::move(made.visibility),
                    .state = std::move(made.state),
                    .document = std::move(made.document),
                    .created_at = transaction.now,
                    .role = made.parent ? made.parent->role : caller.role};
  Projection const projection = project(kind, resource);
  if (Result<void> const good = check(transaction, kind, resource, projection); !good) return good.error();
  resource.name = projection.name;
  transaction.database.execute(
      "INSERT INTO resources (id, kind, tenant_id, tenant_kind, creator_id, parent, name, label, unique_name, "
      "visibility, state, document, created_at, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      resource.id, kind.name, resource.tenant_id, tenant_kind_text(resource.tenant_kind), resource.creator_id,
      resource.parent, projection.name, projection.label, projection.unique_name, resource.visibility, resource.state,
      api::to_text(resource.document), transaction.now, transaction.now);
  resource.number = transaction.database.last_row();
  if (!projection.search_text.empty()) index_text(transaction, resource.number, projection.search_text);
  return resource;
}

Result<Resource> get(Transaction& transaction, Kind const& kind, std::string_view id, Role needed) {
  std::optional<Resource> resource = find(transaction, kind, id);
  // What somebody else owns answers like a missing one; a 403 here would let anybody probe which ids exist.
  if (!resource || resource->role == Role::none) return not_found(fmt::format("there is no {} {}", kind.name, id));
  if (resource->role < needed)
    return forbidden(fmt::format("this needs the role {} on the {}; yours is {}", role_text(needed), kind.name,
                                 role_text(resource->role)));
  if (needed > Role::viewer && transaction.if_match && *transaction.if_match != resource->version)
    return conflict(fmt::format("the {} has changed since: its version is {}, If-Match says {}", kind.name,
                                resource->version, *transaction.if_match));
  return std::move(*resource);
}

Result<Resource> get_part(Transaction& transaction, Kind const& kind, Resource const& parent, std::string_view id) {
  std::optional<Resource> part = find(transaction, kind, id);
  if (!part || part->parent != parent.number)
    return not_found(fmt::format("the {} {} has no {} {}", parent.kind, parent.id, kind.name, id));
  part->role = parent.role;
  return std::move(*part);
}

std::vector<Resource> parts(Transaction& transaction, Kind const& kind, Resource const& parent) {
  std::vector<Resource> found;
  Statement statement = transaction.database.query(select_resources("WHERE parent = ? AND kind = ? ORDER BY number"),
                                                   parent.number, kind.name);
  while (statement.step()) found.emplace_back(read_resource(statement)).role = parent.role;
  return found;
}

std::optional<Resource> find(Transaction& transaction, Kind const& kind, std::string_view id) {
  return first(transaction, transaction.database.query(select_resources("WHERE id = ? AND kind = ?"), id, kind.name));
}

std::optional<Resource> find_by_number(Transaction& transaction, std::int64_t number) {
  return first(transaction, transaction.database.query(select_resources("WHERE number = ?"), number));
}

std::optional<Resource> find_by_name(Transaction& transaction, Kind const& kind, std::string_view scope,
                                     std::string_view name) {
  return first(transaction, transaction.database.query(select_resources("WHERE kind = ? AND unique_name = ?"),
                                                       kind.name, fmt::format("{}/{}", scope, name)));
}

Result<void> save(Transaction& transaction, Kind const& kind, Resource& resource) {
  Projection const projection = project(kind, resource);
  if (Result<void> const good = check(transaction, kind, resource, projection); !good) return good.error();
  std::int64_t const changed = transaction.database.execute(
      "UPDATE resources SET name = ?, label = ?, unique_name = ?, visibility = ?, state = ?, document = ?, version = "
      "version + 1, modified_at = ? WHERE number = ? AND version = ?",
      projection.name, projection.label, projection.unique_name, resource.visibility, resource.state,
      api::to_text(resource.document), transaction.now, resource.number, resource.version);
  if (changed == 0) return conflict(fmt::format("the {} was changed by somebody else meanwhile", kind.name));
  resource.name = projection.name;
  ++resource.version;
  if (!kind.searched.empty()) index_text(transaction, resource.number, projection.search_text);
  return {};
}

void remove(Transaction& transaction, Resource const& resource) {
  Connection& database = transaction.database;
  // Parts go with it, and what hangs on them by their id.
  Statement inner = database.query(
      "WITH RECURSIVE inside(number, id) AS (SELECT number, id FROM resources WHERE number = ? UNION ALL SELECT "
      "r.number, r.id FROM resources r JOIN inside ON r.parent = inside.number) SELECT number, id FROM inside ORDER BY "
      "number DESC",
      resource.number);
  std::vector<std::pair<std::int64_t, std::string>> doomed;
  while (inner.step()) doomed.emplace_back(inner.column<std::int64_t>(0), inner.column<std::string>(1));
  for (auto const& [number, id] : doomed) {
    database.execute("DELETE FROM attachments WHERE owner_id = ?", id);
    database.execute("DELETE FROM resource_search WHERE rowid = ?", number);
    database.execute("DELETE FROM resources WHERE number = ?", number);
  }
}

std::int64_t count(Transaction& transaction, Kind const& kind, std::string_view tenant_id, std::string_view state) {
  Statement statement = transaction.database.query(
      "SELECT count(*) FROM resources WHERE tenant_id = ?1 AND kind = ?2 AND parent IS NULL AND (?3 = '' OR state = "
      "?3)",
      tenant_id, kind.name, state);
  statement.step();
  return statement.column<std::int64_t>(0);
}

Result<void> set_visibility(Transaction& transaction, Kind const& kind, Resource& resource,
                            std::string_view visibility) {
  if (visibility != "PRIVATE" && visibility != "INTERNAL" && visibility != "PUBLIC")
    return invalid("type", "is PRIVATE, INTERNAL or PUBLIC");
  resource.visibility = visibility;
  return save(transaction, kind, resource);
}

void link(Transaction& transaction, std::string_view meaning, Resource const& from, Resource const& to) {
  transaction.database.execute("INSERT OR IGNORE INTO links (meaning, source, target) VALUES (?, ?, ?)", meaning,
                               from.number, to.number);
}

bool unlink(Transaction& transaction, std::string_view meaning, Resource const& from, Resource const& to) {
  return transaction.database.execute("DELETE FROM links WHERE meaning = ? AND source = ? AND target = ?", meaning,
                                      from.number, to.number) > 0;
}

namespace {

std::vector<Resource> linked(Transaction& transaction, std::string_view meaning, std::string_view condition,
                             std::int64_t number) {
  std::vector<Resource> found;
  Statement statement = transaction.database.query(select_resources(condition), meaning, number);
  while (statement.step()) found.push_back(read_resource(statement));
  for (Resource& resource : found) resource.role = role_on(transaction, resource);
  return found;
}

}  // namespace

std::vector<Resource> linked_from(Transaction& transaction, std::string_view meaning, Resource const& from) {
  return linked(transaction, meaning,
                "JOIN links ON target = number WHERE meaning = ? AND source = ? ORDER BY links.rowid", from.number);
}

std::vector<Resource> linked_to(Transaction& transaction, std::string_view meaning, Resource const& to) {
  return linked(transaction, meaning,
                "JOIN links ON source = number WHERE meaning = ? AND target = ? ORDER BY links.rowid", to.number);
}

std::string wire_time(std::int64_t microseconds) {
  using namespace std::chrono;
  return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                     floor<seconds>(sys_time<std::chrono::microseconds>(std::chrono::microseconds(microseconds))));
}

std::optional<std::string> text_member(JsonObject const& document, std::string_view name) {
  Json const* const member = name.empty() ? nullptr : document.if_contains(name);
  if (!member || !member->is_string()) return std::nullopt;
  return std::string(member->get_string());
}

JsonObject full_document(Resource const& resource) {
  JsonObject document = resource.document;
  document["id"] = resource.id;
  document["createdAt"] = wire_time(resource.created_at);
  document["visibility"] = resource.visibility;
  document["public"] = resource.visibility == "PUBLIC";
  if (resource.role != Role::none) document["currentUserPermission"] = role_text(resource.role);
  return document;
}

}  // namespace qhub::hub
