// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#pragma once

#include <string>
#include <string_view>

#include "qhub/tiny/boxes_requests.h"
#include "qhub/hub/http/dispatch.h"

namespace qhub::tiny {

/// What a hub does for the namespace `boxes`. Puts things into boxes.
class BoxesHandlers {
 public:
  virtual ~BoxesHandlers() = default;

  /// Lists boxes. `GET /boxes`
  virtual hub::asio::awaitable<Result<PageOfChests>> find_boxes(hub::Call& call, FindBoxesRequest request) = 0;

  /// Puts a box on the shelf. `POST /boxes`
  virtual hub::asio::awaitable<Result<Chest>> create_box(hub::Call& call, CreateBoxRequest request) = 0;

  /// Reads a file in a box. `GET /boxes/{id}/files/{path}`
  virtual hub::asio::awaitable<Result<hub::Response>> get_file(hub::Call& call, std::string id, std::string path) = 0;

  /// Puts a file into a box. `PUT /boxes/{id}/files/{path}`
  virtual hub::asio::awaitable<Result<void>> put_file(hub::Call& call, std::string id, std::string path, PutFileRequest request) = 0;

  /// Returns the lid, if there is one. `GET /boxes/{id}/lid`
  virtual hub::asio::awaitable<Result<std::optional<Colour>>> get_lid(hub::Call& call, std::string id) = 0;
};

/// Routes every operation of the namespace below `prefix` to `handlers`, which must outlive the router.
void mount(hub::Router& router, std::string_view prefix, BoxesHandlers& handlers);

}  // namespace qhub::tiny
