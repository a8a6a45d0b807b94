#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/platform/kinds.h"
#include "qhub/hub/resource/attachments.h"
#include "qhub/hub/resource/grants.h"
#include "qhub/hub/resource/handlers.h"
#include "qhub/hub/resource/wire.h"
#include "qhub/platform/models_codec.h"

/// What algorithms, implementations and use cases have in common beyond being resources.
namespace qhub::hub {

/// Name of a user or an organization as people read it.
[[nodiscard]] std::string tenant_name(Connection& database, std::string_view id);

/// The tenant that owns the resource and who else has the role OWNER.
[[nodiscard]] std::vector<platform::OwnerDto> owners_of(Transaction& tx, Resource const& resource);

/// Who may do what: the tenant that owns the resource, then those it was granted to.
[[nodiscard]] std::vector<platform::AccessPermissionDto> access_permissions(Transaction& tx, Resource const& resource);
/// Errors: those of add_grant, and for what is missing.
[[nodiscard]] Result<void> add_access_permission(Transaction& tx, Resource const& resource,
                                                 std::optional<std::string> const& sid,
                                                 std::optional<platform::Role> const& role);
/// Errors: not_found; conflict for the tenant that owns the resource.
[[nodiscard]] Result<void> remove_access_permission(Transaction& tx, Resource const& resource, std::string_view sid);

/// A list that a catalogue operation asks for. Errors: see read_list_query and read_access.
[[nodiscard]] Result<ListPage> list_catalogue(Transaction& tx, Kind const& kind,
                                              std::optional<platform::CatalogAccess> const& access,
                                              std::optional<std::string> const& text, std::optional<std::int64_t> page,
                                              std::optional<std::int64_t> size,
                                              std::optional<std::vector<std::string>> const& sort);

/// An algorithm with its owners and sketches.
[[nodiscard]] platform::AlgorithmDto algorithm_dto(Transaction& tx, Resource const& algorithm);

/// Of these the ones that the caller may see.
[[nodiscard]] std::vector<Resource> visible(std::vector<Resource> resources);

/// Removes a part. Errors: not_found.
[[nodiscard]] Result<void> remove_part(Transaction& tx, Kind const& kind, Resource const& parent, std::string_view id);
/// The image of a part. Errors: not_found.
[[nodiscard]] Result<Response> part_image(Transaction& tx, Kind const& kind, Resource const& parent,
                                          std::string_view id);
/// Errors: not_found, and those of put_image.
[[nodiscard]] Result<void> put_part_image(Transaction& tx, Kind const& kind, Resource const& parent,
                                          std::string_view id, File const& file);

/// Sketches, which are parts of algorithms and use cases: a description and an image. `collection` is what stands
/// before the parent's id in paths: "algorithms".
[[nodiscard]] platform::SketchDto sketch_dto(Transaction& tx, std::string_view collection, Resource const& parent,
                                             Resource const& sketch);
[[nodiscard]] std::vector<platform::SketchDto> sketch_dtos(Transaction& tx, std::string_view collection,
                                                           Resource const& parent);
[[nodiscard]] Result<platform::SketchDto> get_sketch(Transaction& tx, std::string_view collection,
                                                     Resource const& parent, std::string_view id);
[[nodiscard]] Result<platform::SketchDto> create_sketch(Transaction& tx, std::string_view collection,
                                                        Resource const& parent,
                                                        std::optional<std::string> const& description);
[[nodiscard]] Result<platform::SketchDto> update_sketch(Transaction& tx, std::string_view collection,
                                                        Resource const& parent, std::string_view id,
                                                        std::optional<std::string> const& description);

}  // namespace qhub::hub
