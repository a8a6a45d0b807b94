// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "qhub/tiny/boxes_requests.h"
#include "qhub/sdk/client_options.h"
#include "qhub/sdk/page_range.h"

namespace qhub::sdk {
class Connection;
}

namespace qhub::tiny {

/// BoxesClient with what HTTP says of each answer.
class RawBoxesClient {
 public:
  /// Shares the connection.
  explicit RawBoxesClient(std::shared_ptr<sdk::Connection const> connection) : connection_(std::move(connection)) {}

  /// See BoxesClient::find_boxes.
  RawResponse<PageOfChests> find_boxes(FindBoxesRequest const& request, RequestOptions const& options = {}) const;

  /// See BoxesClient::create_box.
  RawResponse<Chest> create_box(CreateBoxRequest const& request, RequestOptions const& options = {}) const;

  /// See BoxesClient::get_file.
  RawResponse<void> get_file(std::string_view id, std::string_view path, ByteSink const& sink, RequestOptions const& options = {}) const;
  /// The same into a file.
  RawResponse<void> get_file(std::string_view id, std::string_view path, ToFile const& sink, RequestOptions const& options = {}) const;

  /// See BoxesClient::put_file.
  [[deprecated("only the API of the 1.15.0 clients has it")]] RawResponse<void> put_file(std::string_view id, std::string_view path, PutFileRequest const& request, RequestOptions const& options = {}) const;

  /// See BoxesClient::get_lid.
  RawResponse<std::optional<Colour>> get_lid(std::string_view id, RequestOptions const& options = {}) const;

 private:
  std::shared_ptr<sdk::Connection const> connection_;
};


/// Puts things into boxes. Copies are cheap, share one connection pool, and may be used from several threads.
class BoxesClient {
 public:
  /// Shares the connection.
  explicit BoxesClient(std::shared_ptr<sdk::Connection const> connection) : connection_(std::move(connection)) {}

  /// The same operations, returning status and headers beside the data.
  RawBoxesClient with_raw_response() const { return RawBoxesClient(connection_); }

  /// Lists boxes. `GET /boxes`
  PageOfChests find_boxes(FindBoxesRequest const& request, RequestOptions const& options = {}) const;
  /// All entries of find_boxes, page after page from `request.page` on.
  PageRange<Chest> find_all_boxes(FindBoxesRequest const& request, RequestOptions const& options = {}) const;
  /// The name of find_boxes in the official documentation.
  PageOfChests list_boxes(FindBoxesRequest const& request, RequestOptions const& options = {}) const {
    return find_boxes(request, options);
  }

  /// Puts a box on the shelf. `POST /boxes`
  /// \return The box as it stands now.
  /// \throws ConflictError, or another ApiError; ConnectionError; TimeoutError.
  Chest create_box(CreateBoxRequest const& request, RequestOptions const& options = {}) const;
  /// The name of create_box in the official SDK 1.15.0.
  Chest add_box(CreateBoxRequest const& request, RequestOptions const& options = {}) const {
    return create_box(request, options);
  }

  /// Reads a file in a box. `GET /boxes/{id}/files/{path}`
  /// \param sink  Gets the bytes in pieces, as they arrive; what it throws ends the call and is passed on.
  void get_file(std::string_view id, std::string_view path, ByteSink const& sink, RequestOptions const& options = {}) const;
  /// The same into a file.
  void get_file(std::string_view id, std::string_view path, ToFile const& sink, RequestOptions const& options = {}) const;

  /// Puts a file into a box. `PUT /boxes/{id}/files/{path}`
  [[deprecated("only the API of the 1.15.0 clients has it")]] void put_file(std::string_view id, std::string_view path, PutFileRequest const& request, RequestOptions const& options = {}) const;

  /// Returns the lid, if there is one. `GET /boxes/{id}/lid`
  /// \return The lid.
  std::optional<Colour> get_lid(std::string_view id, RequestOptions const& options = {}) const;

 private:
  std::shared_ptr<sdk::Connection const> connection_;
};


}  // namespace qhub::tiny
