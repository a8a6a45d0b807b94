#include "qhub/hub/platform/catalogue.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "qhub/hub/auth/users.h"
#include "qhub/hub/platform/mount.h"

namespace qhub::hub {
namespace {

platform::OwnerDto owner_dto(Connection& database, std::string_view id, TenantKind kind) {
  platform::OwnerDto owner;
  owner.id = id;
  owner.display_name = tenant_name(database, id);
  owner.organization = owner.is_organization = kind == TenantKind::organization;
  if (auto const user = find_user(database, id)) {
    owner.firstname = user->first_name();
    owner.lastname = user->last_name();
  }
  return owner;
}

platform::AccessPermissionDto permission_dto(std::string_view sid, TenantKind kind, Role role) {
  platform::AccessPermissionDto permission;
  permission.sid = sid;
  permission.access_permission_role = role_text(role);
  permission.principal = permission.is_principle = permission.principle = kind == TenantKind::user;
  return permission;
}

}  // namespace

std::string tenant_name(Connection& database, std::string_view id) {
  if (auto const user = find_user(database, id)) return user->name;
  Statement statement = database.query("SELECT display_name FROM organizations WHERE id = ?", id);
  return statement.step() ? statement.column<std::string>(0) : std::string();
}

std::vector<platform::OwnerDto> owners_of(Transaction& tx, Resource const& resource) {
  std::vector<platform::OwnerDto> owners{owner_dto(tx.database, resource.tenant_id, resource.tenant_kind)};
  for (Grant const& grant : list_grants(tx, resource, tx.now))
    if (grant.role == Role::owner) owners.push_back(owner_dto(tx.database, grant.sid, grant.sid_kind));
  return owners;
}

std::vector<platform::AccessPermissionDto> access_permissions(Transaction& tx, Resource const& resource) {
  std::vector<platform::AccessPermissionDto> permissions{
      permission_dto(resource.tenant_id, resource.tenant_kind, Role::owner)};
  for (Grant const& grant : list_grants(tx, resource, tx.now))
    permissions.push_back(permission_dto(grant.sid, grant.sid_kind, grant.role));
  return permissions;
}

Result<void> add_access_permission(Transaction& tx, Resource const& resource, std::optional<std::string> const& sid,
                                   std::optional<platform::Role> const& role) {
  if (!sid || sid->empty()) return invalid("sid", "is required: the id of a user or of an organization");
  if (!role) return invalid("accessPermissionRole", "is required: VIEWER, MAINTAINER or OWNER");
  Result<Grant> const grant = add_grant(tx, resource, *sid, role_of(role->text()));
  if (!grant) return grant.error();
  return {};
}

Result<void> remove_access_permission(Transaction& tx, Resource const& resource, std::string_view sid) {
  if (sid == resource.tenant_id) return conflict(fmt::format("the {} stays with the one that owns it", resource.kind));
  auto const grant = find_grant_to(tx, resource, sid);
  if (!grant) return not_found(fmt::format("{} has no permission on the {} {}", sid, resource.kind, resource.id));
  delete_grant(tx, *grant);
  return {};
}

Result<ListPage> list_catalogue(Transaction& tx, Kind const& kind, std::optional<platform::CatalogAccess> const& access,
                                std::optional<std::string> const& text, std::optional<std::int64_t> page,
                                std::optional<std::int64_t> size, std::optional<std::vector<std::string>> const& sort) {
  auto query = read_list_query(kind, page, size, sort);
  if (!query) return query.error();
  auto const whose = read_access(access ? access->text() : "");
  if (!whose) return whose.error();
  query->access = *whose;
  query->text = text;
  return list(tx, kind, *query);
}

platform::AlgorithmDto algorithm_dto(Transaction& tx, Resource const& algorithm) {
  auto dto = to_wire<platform::AlgorithmDto>(algorithm);
  dto.owners = owners_of(tx, algorithm);
  dto.sketches = sketch_dtos(tx, "algorithms", algorithm);
  return dto;
}

std::vector<Resource> visible(std::vector<Resource> resources) {
  std::erase_if(resources, [](Resource const& resource) { return resource.role == Role::none; });
  return resources;
}

Result<void> remove_part(Transaction& tx, Kind const& kind, Resource const& parent, std::string_view id) {
  auto const part = get_part(tx, kind, parent, id);
  if (!part) return part.error();
  remove(tx, *part);
  return {};
}

Result<Response> part_image(Transaction& tx, Kind const& kind, Resource const& parent, std::string_view id) {
  auto const part = get_part(tx, kind, parent, id);
  if (!part) return part.error();
  return image_response(tx, part->id);
}

Result<void> put_part_image(Transaction& tx, Kind const& kind, Resource const& parent, std::string_view id,
                            File const& file) {
  auto const part = get_part(tx, kind, parent, id);
  if (!part) return part.error();
  return put_image(tx, part->id, file);
}

platform::SketchDto sketch_dto(Transaction& tx, std::string_view collection, Resource const& parent,
                               Resource const& sketch) {
  auto dto = to_wire<platform::SketchDto>(sketch);
  if (has_attachment(tx, sketch.id, image_name))
    dto.image_url = fmt::format("{}/{}/{}/sketches/{}/image", platform_prefix, collection, parent.id, sketch.id);
  return dto;
}

std::vector<platform::SketchDto> sketch_dtos(Transaction& tx, std::string_view collection, Resource const& parent) {
  std::vector<platform::SketchDto> dtos;
  for (Resource const& sketch : parts(tx, kinds::sketch, parent))
    dtos.push_back(sketch_dto(tx, collection, parent, sketch));
  return dtos;
}

Result<platform::SketchDto> get_sketch(Transaction& tx, std::string_view collection, Resource const& parent,
                                       std::string_view id) {
  auto const sketch = get_part(tx, kinds::sketch, parent, id);
  if (!sketch) return sketch.error();
  return sketch_dto(tx, collection, parent, *sketch);
}

Result<platform::SketchDto> create_sketch(Transaction& tx, std::string_view collection, Resource const& parent,
                                          std::optional<std::string> const& description) {
  NewResource made{.document = {}, .parent = &parent};
  if (description) made.document["description"] = *description;
  auto const sketch = create(tx, kinds::sketch, std::move(made));
  if (!sketch) return sketch.error();
  return sketch_dto(tx, collection, parent, *sketch);
}

Result<platform::SketchDto> update_sketch(Transaction& tx, std::string_view collection, Resource const& parent,
                                          std::string_view id, std::optional<std::string> const& description) {
  auto sketch = get_part(tx, kinds::sketch, parent, id);
  if (!sketch) return sketch.error();
  sketch->document.erase("description");
  if (description) sketch->document["description"] = *description;
  if (auto const saved = save(tx, kinds::sketch, *sketch); !saved) return saved.error();
  return sketch_dto(tx, collection, parent, *sketch);
}

}  // namespace qhub::hub
