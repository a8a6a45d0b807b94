// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/boxes_client.h"

#include "qhub/tiny/models_codec.h"
#include "qhub/tiny/operations.h"
#include "qhub/sdk/internal/call.h"

namespace qhub::tiny {


std::vector<Chest> BoxesClient::find_boxes(FindBoxesRequest const& request, RequestOptions const& options) const {
  return sdk::call<std::vector<Chest>>(*connection_, operations::boxes::find_boxes, {}, &request, options);
}

Chest BoxesClient::create_box(CreateBoxRequest const& request, RequestOptions const& options) const {
  return sdk::call<Chest>(*connection_, operations::boxes::create_box, {}, &request, options);
}

void BoxesClient::get_file(std::string_view id, std::string_view path, ByteSink const& sink, RequestOptions const& options) const {
  return sdk::call<void>(*connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

void BoxesClient::put_file(std::string_view id, std::string_view path, PutFileRequest const& request, RequestOptions const& options) const {
  return sdk::call<void>(*connection_, operations::boxes::put_file, {id, path}, &request, options);
}

std::optional<Colour> BoxesClient::get_lid(std::string_view id, RequestOptions const& options) const {
  return sdk::call<std::optional<Colour>>(*connection_, operations::boxes::get_lid, {id}, nullptr, options);
}

}  // namespace qhub::tiny
