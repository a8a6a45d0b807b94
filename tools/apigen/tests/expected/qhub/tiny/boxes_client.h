// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "qhub/tiny/boxes_requests.h"
#include "qhub/sdk/client_options.h"

namespace qhub::tiny {

/// Puts things into boxes. Copies are cheap, share one connection pool, and may be used from several threads.
class BoxesClient {
 public:
  explicit BoxesClient(std::shared_ptr<sdk::Connection const> connection) : connection_(std::move(connection)) {}

  /// Lists boxes. `GET /boxes`
  std::vector<Chest> find_boxes(FindBoxesRequest const& request, RequestOptions const& options = {}) const;

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

  /// Puts a file into a box. `PUT /boxes/{id}/files/{path}`
  [[deprecated("only the API of the 1.15.0 clients has it")]] void put_file(std::string_view id, std::string_view path, PutFileRequest const& request, RequestOptions const& options = {}) const;

  /// Returns the lid, if there is one. `GET /boxes/{id}/lid`
  /// \return The lid.
  std::optional<Colour> get_lid(std::string_view id, RequestOptions const& options = {}) const;

 private:
  std::shared_ptr<sdk::Connection const> connection_;
};

}  // namespace qhub::tiny
