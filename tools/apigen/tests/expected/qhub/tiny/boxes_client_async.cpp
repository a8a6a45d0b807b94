// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/boxes_client_async.h"

#include "qhub/tiny/models_codec.h"
#include "qhub/tiny/operations.h"
#include "qhub/sdk/internal/async_call.h"
#include "qhub/sdk/internal/async_paging.h"

namespace qhub::tiny {

boost::asio::awaitable<PageOfChests> AsyncBoxesClient::find_boxes(AsyncArgument<FindBoxesRequest> request, AsyncArgument<RequestOptions> options) const {
  FindBoxesRequest const& sent = request;
  return sdk::async_call<PageOfChests>(connection_, operations::boxes::find_boxes, {}, &sent, options);
}

AsyncPageRange<Chest> AsyncBoxesClient::find_all_boxes(AsyncArgument<FindBoxesRequest> request, AsyncArgument<RequestOptions> options) const {
  FindBoxesRequest const& sent = request;
  return AsyncPageRange<Chest>(sent.page.value_or(0), [client = *this, wanted = FindBoxesRequest(request), options = RequestOptions(options)](std::int64_t page) mutable -> boost::asio::awaitable<Page<Chest>> {
    wanted.page = page;
    return sdk::to_page_when_there<Chest>(client.find_boxes(wanted, options), page);
  });
}

boost::asio::awaitable<Chest> AsyncBoxesClient::create_box(AsyncArgument<CreateBoxRequest> request, AsyncArgument<RequestOptions> options) const {
  CreateBoxRequest const& sent = request;
  return sdk::async_call<Chest>(connection_, operations::boxes::create_box, {}, &sent, options);
}

boost::asio::awaitable<void> AsyncBoxesClient::get_file(std::string_view id, std::string_view path, AsyncArgument<ByteSink> sink, AsyncArgument<RequestOptions> options) const {
  return sdk::async_call<void>(connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

boost::asio::awaitable<void> AsyncBoxesClient::get_file(std::string_view id, std::string_view path, AsyncArgument<ToFile> sink, AsyncArgument<RequestOptions> options) const {
  return sdk::async_call<void>(connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

boost::asio::awaitable<void> AsyncBoxesClient::put_file(std::string_view id, std::string_view path, AsyncArgument<PutFileRequest> request, AsyncArgument<RequestOptions> options) const {
  PutFileRequest const& sent = request;
  return sdk::async_call<void>(connection_, operations::boxes::put_file, {id, path}, &sent, options);
}

boost::asio::awaitable<std::optional<Colour>> AsyncBoxesClient::get_lid(std::string_view id, AsyncArgument<RequestOptions> options) const {
  return sdk::async_call<std::optional<Colour>>(connection_, operations::boxes::get_lid, {id}, nullptr, options);
}


boost::asio::awaitable<RawResponse<PageOfChests>> AsyncRawBoxesClient::find_boxes(AsyncArgument<FindBoxesRequest> request, AsyncArgument<RequestOptions> options) const {
  FindBoxesRequest const& sent = request;
  return sdk::async_call<RawResponse<PageOfChests>>(connection_, operations::boxes::find_boxes, {}, &sent, options);
}

boost::asio::awaitable<RawResponse<Chest>> AsyncRawBoxesClient::create_box(AsyncArgument<CreateBoxRequest> request, AsyncArgument<RequestOptions> options) const {
  CreateBoxRequest const& sent = request;
  return sdk::async_call<RawResponse<Chest>>(connection_, operations::boxes::create_box, {}, &sent, options);
}

boost::asio::awaitable<RawResponse<void>> AsyncRawBoxesClient::get_file(std::string_view id, std::string_view path, AsyncArgument<ByteSink> sink, AsyncArgument<RequestOptions> options) const {
  return sdk::async_call<RawResponse<void>>(connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

boost::asio::awaitable<RawResponse<void>> AsyncRawBoxesClient::get_file(std::string_view id, std::string_view path, AsyncArgument<ToFile> sink, AsyncArgument<RequestOptions> options) const {
  return sdk::async_call<RawResponse<void>>(connection_, operations::boxes::get_file, {id, path}, nullptr, sink, options);
}

boost::asio::awaitable<RawResponse<void>> AsyncRawBoxesClient::put_file(std::string_view id, std::string_view path, AsyncArgument<PutFileRequest> request, AsyncArgument<RequestOptions> options) const {
  PutFileRequest const& sent = request;
  return sdk::async_call<RawResponse<void>>(connection_, operations::boxes::put_file, {id, path}, &sent, options);
}

boost::asio::awaitable<RawResponse<std::optional<Colour>>> AsyncRawBoxesClient::get_lid(std::string_view id, AsyncArgument<RequestOptions> options) const {
  return sdk::async_call<RawResponse<std::optional<Colour>>>(connection_, operations::boxes::get_lid, {id}, nullptr, options);
}


}  // namespace qhub::tiny
