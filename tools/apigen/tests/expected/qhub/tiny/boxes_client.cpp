// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/boxes_client.h"

#include "qhub/tiny/models_codec.h"
#include "qhub/tiny/operations.h"
#include "qhub/sdk/internal/call.h"
#include "qhub/sdk/internal/paging.h"

namespace qhub::tiny {

PageOfChests BoxesClient::find_boxes(FindBoxesRequest const& request, RequestOptions const& options) const {
  return sdk::call<PageOfChests>(*connection_, operations::boxes::find_boxes, {}, &request, options);
}

PageRange<Chest> BoxesClient::find_all_boxes(FindBoxesRequest const& request, RequestOptions const& options) const {
  return PageRange<Chest>(request.page.value_or(0), [client = *this, wanted = request, options = options](std::int64_t page) mutable {
    wanted.page = page;
    return sdk::to_page<Chest>(client.find_boxes(wanted, options), page);
  });
}

Chest BoxesClient::create_box(CreateBoxRequest const& request, RequestOptions const& options) const {
  return sdk::call<Chest>(*connection_, operations::boxes::create_box, {}, &request, options);
}

void BoxesClient::get_file(std::string_view id, std::string_view path, ByteSink const& sink, RequestOptions const& options) const {
  return sdk::call<void>(*connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

void BoxesClient::get_file(std::string_view id, std::string_view path, ToFile const& sink, RequestOptions const& options) const {
  return sdk::call<void>(*connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

void BoxesClient::put_file(std::string_view id, std::string_view path, PutFileRequest const& request, RequestOptions const& options) const {
  return sdk::call<void>(*connection_, operations::boxes::put_file, {id, path}, &request, options);
}

std::optional<Colour> BoxesClient::get_lid(std::string_view id, RequestOptions const& options) const {
  return sdk::call<std::optional<Colour>>(*connection_, operations::boxes::get_lid, {id}, nullptr, options);
}


RawResponse<PageOfChests> RawBoxesClient::find_boxes(FindBoxesRequest const& request, RequestOptions const& options) const {
  return sdk::call<RawResponse<PageOfChests>>(*connection_, operations::boxes::find_boxes, {}, &request, options);
}

RawResponse<Chest> RawBoxesClient::create_box(CreateBoxRequest const& request, RequestOptions const& options) const {
  return sdk::call<RawResponse<Chest>>(*connection_, operations::boxes::create_box, {}, &request, options);
}

RawResponse<void> RawBoxesClient::get_file(std::string_view id, std::string_view path, ByteSink const& sink, RequestOptions const& options) const {
  return sdk::call<RawResponse<void>>(*connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

RawResponse<void> RawBoxesClient::get_file(std::string_view id, std::string_view path, ToFile const& sink, RequestOptions const& options) const {
  return sdk::call<RawResponse<void>>(*connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

RawResponse<void> RawBoxesClient::put_file(std::string_view id, std::string_view path, PutFileRequest const& request, RequestOptions const& options) const {
  return sdk::call<RawResponse<void>>(*connection_, operations::boxes::put_file, {id, path}, &request, options);
}

RawResponse<std::optional<Colour>> RawBoxesClient::get_lid(std::string_view id, RequestOptions const& options) const {
  return sdk::call<RawResponse<std::optional<Colour>>>(*connection_, operations::boxes::get_lid, {id}, nullptr, options);
}


}  // namespace qhub::tiny
