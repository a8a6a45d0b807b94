// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/operations.h"

namespace qhub::tiny::operations {
namespace {

using api::AnswerKind, api::BodyKind, api::Operation;

constexpr std::string_view boxes_find_boxes_query[] = {"minWeight", "page", "sort"};
constexpr std::string_view boxes_get_file_path[] = {"id", "path"};
constexpr std::string_view boxes_put_file_path[] = {"id", "path"};
constexpr std::string_view boxes_get_lid_path[] = {"id"};

constexpr Operation all[] = {
    {.id = "tiny.boxes.find_boxes",
     .method = "GET",
     .path = "/boxes",
     .summary = "Lists boxes",
     .query_parameters = boxes_find_boxes_query,
     .answer = AnswerKind::json,
     .anonymous = true,
    },
    {.id = "tiny.boxes.create_box",
     .method = "POST",
     .path = "/boxes",
     .summary = "Puts a box on the shelf",
     .body = BodyKind::json,
     .answer = AnswerKind::json,
     .body_required = true,
     .legacy_id = "boxes.add_box",
    },
    {.id = "tiny.boxes.get_file",
     .method = "GET",
     .path = "/boxes/{id}/files/{path}",
     .summary = "Reads a file in a box",
     .path_parameters = boxes_get_file_path,
     .answer = AnswerKind::bytes,
     .multi_segment = true,
    },
    {.id = "tiny.boxes.put_file",
     .method = "PUT",
     .path = "/boxes/{id}/files/{path}",
     .summary = "Puts a file into a box",
     .path_parameters = boxes_put_file_path,
     .body = BodyKind::multipart,
     .answer = AnswerKind::none,
     .multi_segment = true,
     .deprecated = true,
    },
    {.id = "tiny.boxes.get_lid",
     .method = "GET",
     .path = "/boxes/{id}/lid",
     .summary = "Returns the lid, if there is one",
     .path_parameters = boxes_get_lid_path,
     .answer = AnswerKind::optional_json,
    },
};

}  // namespace

api::OperationTable const table{"tiny", "https://tiny.example/v1", all};

namespace boxes {
Operation const& find_boxes = all[0];
Operation const& create_box = all[1];
Operation const& get_file = all[2];
Operation const& put_file = all[3];
Operation const& get_lid = all[4];
}  // namespace boxes

}  // namespace qhub::tiny::operations
