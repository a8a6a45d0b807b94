// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "qhub/tiny/boxes_requests.h"
#include "qhub/sdk/async_page_range.h"
#include "qhub/sdk/async_argument.h"
#include "qhub/sdk/client_options.h"

namespace qhub::sdk {
class AsyncConnection;
}

namespace qhub::tiny {

/// AsyncBoxesClient with what HTTP says of each answer.
class AsyncRawBoxesClient {
 public:
  /// Shares the connection.
  explicit AsyncRawBoxesClient(std::shared_ptr<sdk::AsyncConnection const> connection) : connection_(std::move(connection)) {}

  /// See AsyncBoxesClient::find_boxes.
  boost::asio::awaitable<RawResponse<PageOfChests>> find_boxes(AsyncArgument<FindBoxesRequest> request, AsyncArgument<RequestOptions> options = {}) const;

  /// See AsyncBoxesClient::create_box.
  boost::asio::awaitable<RawResponse<Chest>> create_box(AsyncArgument<CreateBoxRequest> request, AsyncArgument<RequestOptions> options = {}) const;

  /// See AsyncBoxesClient::get_file.
  boost::asio::awaitable<RawResponse<void>> get_file(std::string_view id, std::string_view path, AsyncArgument<ByteSink> sink, AsyncArgument<RequestOptions> options = {}) const;
  /// The same into a file.
  boost::asio::awaitable<RawResponse<void>> get_file(std::string_view id, std::string_view path, AsyncArgument<ToFile> sink, AsyncArgument<RequestOptions> options = {}) const;

  /// See AsyncBoxesClient::put_file.
  [[deprecated("only the API of the 1.15.0 clients has it")]] boost::asio::awaitable<RawResponse<void>> put_file(std::string_view id, std::string_view path, AsyncArgument<PutFileRequest> request, AsyncArgument<RequestOptions> options = {}) const;

  /// See AsyncBoxesClient::get_lid.
  boost::asio::awaitable<RawResponse<std::optional<Colour>>> get_lid(std::string_view id, AsyncArgument<RequestOptions> options = {}) const;

 private:
  std::shared_ptr<sdk::AsyncConnection const> connection_;
};


/// Puts things into boxes. The counterpart of BoxesClient whose methods return awaitables: arguments are taken at once,
/// nothing is sent before the awaitable is awaited, and it completes on the executor of the coroutine that awaits it.
/// Copies are cheap and share one connection pool.
class AsyncBoxesClient {
 public:
  /// Shares the connection.
  explicit AsyncBoxesClient(std::shared_ptr<sdk::AsyncConnection const> connection) : connection_(std::move(connection)) {}

  /// The same operations, returning status and headers beside the data.
  AsyncRawBoxesClient with_raw_response() const { return AsyncRawBoxesClient(connection_); }

  /// Lists boxes. `GET /boxes`
  boost::asio::awaitable<PageOfChests> find_boxes(AsyncArgument<FindBoxesRequest> request, AsyncArgument<RequestOptions> options = {}) const;
  /// All entries of find_boxes, page after page from `request.page` on.
  AsyncPageRange<Chest> find_all_boxes(AsyncArgument<FindBoxesRequest> request, AsyncArgument<RequestOptions> options = {}) const;
  /// The name of find_boxes in the official documentation.
  boost::asio::awaitable<PageOfChests> list_boxes(AsyncArgument<FindBoxesRequest> request, AsyncArgument<RequestOptions> options = {}) const {
    return find_boxes(request, options);
  }

  /// Puts a box on the shelf. `POST /boxes`
  /// \return The box as it stands now.
  /// \throws ConflictError, or another ApiError; ConnectionError; TimeoutError.
  boost::asio::awaitable<Chest> create_box(AsyncArgument<CreateBoxRequest> request, AsyncArgument<RequestOptions> options = {}) const;
  /// The name of create_box in the official SDK 1.15.0.
  boost::asio::awaitable<Chest> add_box(AsyncArgument<CreateBoxRequest> request, AsyncArgument<RequestOptions> options = {}) const {
    return create_box(request, options);
  }

  /// Reads a file in a box. `GET /boxes/{id}/files/{path}`
  /// \param sink  Gets the bytes in pieces, as they arrive; what it throws ends the call and is passed on.
  boost::asio::awaitable<void> get_file(std::string_view id, std::string_view path, AsyncArgument<ByteSink> sink, AsyncArgument<RequestOptions> options = {}) const;
  /// The same into a file.
  boost::asio::awaitable<void> get_file(std::string_view id, std::string_view path, AsyncArgument<ToFile> sink, AsyncArgument<RequestOptions> options = {}) const;

  /// Puts a file into a box. `PUT /boxes/{id}/files/{path}`
  [[deprecated("only the API of the 1.15.0 clients has it")]] boost::asio::awaitable<void> put_file(std::string_view id, std::string_view path, AsyncArgument<PutFileRequest> request, AsyncArgument<RequestOptions> options = {}) const;

  /// Returns the lid, if there is one. `GET /boxes/{id}/lid`
  /// \return The lid.
  boost::asio::awaitable<std::optional<Colour>> get_lid(std::string_view id, AsyncArgument<RequestOptions> options = {}) const;

 private:
  std::shared_ptr<sdk::AsyncConnection const> connection_;
};


}  // namespace qhub::tiny
