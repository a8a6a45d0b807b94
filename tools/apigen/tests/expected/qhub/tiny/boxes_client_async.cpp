// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/boxes_client_async.h"

#include "qhub/tiny/models_codec.h"
#include "qhub/tiny/operations.h"
#include "qhub/sdk/internal/async_call.h"
#include "qhub/sdk/internal/async_paging.h"

namespace qhub::tiny {

boost::asio::awaitable<PageOfChests> AsyncBoxesClient::find_boxes(FindBoxesRequest const& request, RequestOptions const& options) const {
  return sdk::async_call<PageOfChests>(connection_, operations::boxes::find_boxes, {}, &request, options);
}

AsyncPageRange<Chest> AsyncBoxesClient::find_all_boxes(FindBoxesRequest const& request, RequestOptions const& options) const {
  return AsyncPageRange<Chest>(request.page.value_or(0), [client = *this, wanted = request, options](std::int64_t page) mutable -> boost::asio::awaitable<Page<Chest>> {
    wanted.page = page;
    return sdk::to_page_when_there<Chest>(client.find_boxes(wanted, options), page);
  });
}

boost::asio::awaitable<Chest> AsyncBoxesClient::create_box(CreateBoxRequest const& request, RequestOptions const& options) const {
  return sdk::async_call<Chest>(connection_, operations::boxes::create_box, {}, &request, options);
}

boost::asio::awaitable<void> AsyncBoxesClient::get_file(std::string_view id, std::string_view path, ByteSink const& sink, RequestOptions const& options) const {
  return sdk::async_call<void>(connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

boost::asio::awaitable<void> AsyncBoxesClient::get_file(std::string_view id, std::string_view path, ToFile const& sink, RequestOptions const& options) const {
  return sdk::async_call<void>(connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

boost::asio::awaitable<void> AsyncBoxesClient::put_file(std::string_view id, std::string_view path, PutFileRequest const& request, RequestOptions const& options) const {
  return sdk::async_call<void>(connection_, operations::boxes::put_file, {id, path}, &request, options);
}

boost::asio::awaitable<std::optional<Colour>> AsyncBoxesClient::get_lid(std::string_view id, RequestOptions const& options) const {
  return sdk::async_call<std::optional<Colour>>(connection_, operations::boxes::get_lid, {id}, nullptr, options);
}


boost::asio::awaitable<RawResponse<PageOfChests>> AsyncRawBoxesClient::find_boxes(FindBoxesRequest const& request, RequestOptions const& options) const {
  return sdk::async_call<RawResponse<PageOfChests>>(connection_, operations::boxes::find_boxes, {}, &request, options);
}

boost::asio::awaitable<RawResponse<Chest>> AsyncRawBoxesClient::create_box(CreateBoxRequest const& request, RequestOptions const& options) const {
  return sdk::async_call<RawResponse<Chest>>(connection_, operations::boxes::create_box, {}, &request, options);
}

boost::asio::awaitable<RawResponse<void>> AsyncRawBoxesClient::get_file(std::string_view id, std::string_view path, ByteSink const& sink, RequestOptions const& options) const {
  return sdk::async_call<RawResponse<void>>(connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

boost::asio::awaitable<RawResponse<void>> AsyncRawBoxesClient::get_file(std::string_view id, std::string_view path, ToFile const& sink, RequestOptions const& options) const {
  return sdk::async_call<RawResponse<void>>(connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

boost::asio::awaitable<RawResponse<void>> AsyncRawBoxesClient::put_file(std::string_view id, std::string_view path, PutFileRequest const& request, RequestOptions const& options) const {
  return sdk::async_call<RawResponse<void>>(connection_, operations::boxes::put_file, {id, path}, &request, options);
}

boost::asio::awaitable<RawResponse<std::optional<Colour>>> AsyncRawBoxesClient::get_lid(std::string_view id, RequestOptions const& options) const {
  return sdk::async_call<RawResponse<std::optional<Colour>>>(connection_, operations::boxes::get_lid, {id}, nullptr, options);
}


}  // namespace qhub::tiny
