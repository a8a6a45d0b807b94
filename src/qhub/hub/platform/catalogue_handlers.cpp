#include "qhub/hub/platform/catalogue_handlers.h"

namespace qhub::hub {

Answer<void> CatalogueHandlers::show(Call& call, std::string id, platform::Visibility visibility) const {
  return write(call, kind_, std::move(id), Role::owner, [this, visibility](Transaction& tx, Resource& resource) {
    return set_visibility(tx, kind_, resource, visibility.text());
  });
}

Answer<std::vector<platform::AccessPermissionDto>> CatalogueHandlers::permissions(Call& call, std::string id) const {
  return read(call, kind_, std::move(id), access_permissions);
}

Answer<void> CatalogueHandlers::permit(Call& call, std::string id, std::optional<std::string> sid,
                                       std::optional<platform::Role> role) const {
  return write(call, kind_, std::move(id), Role::owner, [sid, role](Transaction& tx, Resource& resource) {
    return add_access_permission(tx, resource, sid, role);
  });
}

Answer<void> CatalogueHandlers::forbid(Call& call, std::string id, std::string sid) const {
  return write(call, kind_, std::move(id), Role::owner,
               [sid](Transaction& tx, Resource& resource) { return remove_access_permission(tx, resource, sid); });
}

Answer<platform::SketchDto> CatalogueHandlers::make_sketch(Call& call, std::string id,
                                                           std::optional<std::string> description) const {
  return write(call, kind_, std::move(id), Role::maintainer, [this, description](Transaction& tx, Resource& parent) {
    return create_sketch(tx, collection_, parent, description);
  });
}

Answer<platform::SketchDto> CatalogueHandlers::sketch(Call& call, std::string id, std::string sketch_id) const {
  return read(call, kind_, std::move(id), [this, sketch_id](Transaction& tx, Resource const& parent) {
    return get_sketch(tx, collection_, parent, sketch_id);
  });
}

Answer<platform::SketchDto> CatalogueHandlers::change_sketch(Call& call, std::string id, std::string sketch_id,
                                                             std::optional<std::string> description) const {
  return write(call, kind_, std::move(id), Role::maintainer,
               [this, sketch_id, description](Transaction& tx, Resource& parent) {
                 return update_sketch(tx, collection_, parent, sketch_id, description);
               });
}

Answer<void> CatalogueHandlers::remove_part(Call& call, Kind const& part, std::string id, std::string part_id) const {
  return write(call, kind_, std::move(id), Role::maintainer, [&part, part_id](Transaction& tx, Resource& parent) {
    return hub::remove_part(tx, part, parent, part_id);
  });
}

Answer<Response> CatalogueHandlers::part_image(Call& call, Kind const& part, std::string id, std::string part_id) const {
  return read(call, kind_, std::move(id), [&part, part_id](Transaction& tx, Resource const& parent) {
    return hub::part_image(tx, part, parent, part_id);
  });
}

Answer<void> CatalogueHandlers::put_part_image(Call& call, Kind const& part, std::string id, std::string part_id,
                                               File image) const {
  return write(call, kind_, std::move(id), Role::maintainer,
               [&part, part_id, image](Transaction& tx, Resource& parent) {
                 return hub::put_part_image(tx, part, parent, part_id, image);
               });
}

}  // namespace qhub::hub
