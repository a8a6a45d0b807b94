#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/platform/catalogue.h"
#include "qhub/hub/resource/handlers.h"

namespace qhub::hub {

/// What the operations of algorithms, implementations and use cases have in common, for one kind of them: visibility,
/// permissions and sketches. A namespace passes its requests on to these.
class CatalogueHandlers : protected ResourceHandlers {
 protected:
  /// \param collection  what stands before the resource's id in paths: "algorithms".
  CatalogueHandlers(Transactions const& transactions, Kind const& kind, std::string_view collection)
      : ResourceHandlers(transactions), kind_(kind), collection_(collection) {}

  Answer<void> show(Call& call, std::string id, platform::Visibility visibility) const;

  Answer<std::vector<platform::AccessPermissionDto>> permissions(Call& call, std::string id) const;
  Answer<void> permit(Call& call, std::string id, std::optional<std::string> sid,
                      std::optional<platform::Role> role) const;
  Answer<void> forbid(Call& call, std::string id, std::string sid) const;

  Answer<platform::SketchDto> make_sketch(Call& call, std::string id, std::optional<std::string> description) const;
  Answer<platform::SketchDto> sketch(Call& call, std::string id, std::string sketch_id) const;
  Answer<platform::SketchDto> change_sketch(Call& call, std::string id, std::string sketch_id,
                                            std::optional<std::string> description) const;

  /// Parts of any kind: sketches, authors, relations.
  Answer<void> remove_part(Call& call, Kind const& part, std::string id, std::string part_id) const;
  Answer<Response> part_image(Call& call, Kind const& part, std::string id, std::string part_id) const;
  Answer<void> put_part_image(Call& call, Kind const& part, std::string id, std::string part_id, File image) const;

 private:
  Kind const& kind_;
  std::string_view collection_;
};

}  // namespace qhub::hub
