#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "qhub/api/file.h"
#include "qhub/hub/http/message.h"
#include "qhub/hub/resource/resource.h"

/// Images and other small files that belong to something.
namespace qhub::hub {

/// Largest image.
inline constexpr std::size_t max_image_bytes = 5u << 20;

/// Stores content under a name of the object `owner_id` (a resource, a user, an organization), in place of what is
/// there.
void put_attachment(Transaction& transaction, std::string_view owner_id, std::string_view name, std::string_view type,
                    std::string_view content);
/// The same for an image. Its type is what its first bytes say: PNG, JPEG, GIF, WebP or SVG. Errors: too_large;
/// invalid_argument for anything else, whatever the client calls it.
[[nodiscard]] Result<void> put_image(Transaction& transaction, std::string_view owner_id, File const& file);

struct Attachment {
  std::string type;  ///< Media type.
  std::string content;
};
[[nodiscard]] std::optional<Attachment> find_attachment(Transaction& transaction, std::string_view owner_id,
                                                        std::string_view name);
[[nodiscard]] bool has_attachment(Transaction& transaction, std::string_view owner_id, std::string_view name);
void delete_attachment(Transaction& transaction, std::string_view owner_id, std::string_view name);

/// The image as an answer that a browser may show but will not run. Errors: not_found.
[[nodiscard]] Result<Response> image_response(Transaction& transaction, std::string_view owner_id);

/// The name under which put_image() stores.
inline constexpr std::string_view image_name = "image";

}  // namespace qhub::hub
