// Made by tools/apigen from api/tiny.yaml; edit the document or the generator instead.
#include "qhub/tiny/boxes_handlers.h"

#include "qhub/tiny/models_codec.h"
#include "qhub/tiny/operations.h"

namespace qhub::tiny {

void mount(hub::Router& router, std::string_view prefix, BoxesHandlers& handlers) {
  router.add(operations::boxes::find_boxes, prefix, [&handlers](hub::Call& call) -> hub::asio::awaitable<hub::Response> {
    FindBoxesRequest request;
    if (auto read = hub::read_request(call, request); !read) return hub::refuse(call, std::move(read).error());
    return hub::answer(call, handlers.find_boxes(call, std::move(request)));
  });
  router.add(operations::boxes::create_box, prefix, [&handlers](hub::Call& call) -> hub::asio::awaitable<hub::Response> {
    CreateBoxRequest request;
    if (auto read = hub::read_request(call, request); !read) return hub::refuse(call, std::move(read).error());
    return hub::answer(call, handlers.create_box(call, std::move(request)));
  });
  router.add(operations::boxes::get_file, prefix, [&handlers](hub::Call& call) -> hub::asio::awaitable<hub::Response> {
    return hub::answer(call, handlers.get_file(call, hub::path_parameter(call, 0), hub::path_parameter(call, 1)));
  });
  router.add(operations::boxes::put_file, prefix, [&handlers](hub::Call& call) -> hub::asio::awaitable<hub::Response> {
    PutFileRequest request;
    if (auto read = hub::read_request(call, request); !read) return hub::refuse(call, std::move(read).error());
    return hub::answer(call, handlers.put_file(call, hub::path_parameter(call, 0), hub::path_parameter(call, 1), std::move(request)));
  });
  router.add(operations::boxes::get_lid, prefix, [&handlers](hub::Call& call) -> hub::asio::awaitable<hub::Response> {
    return hub::answer(call, handlers.get_lid(call, hub::path_parameter(call, 0)));
  });
}

}  // namespace qhub::tiny
