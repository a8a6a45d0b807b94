#include "qhub/hub/http/dispatch.h"

#include <algorithm>

#include "qhub/api/request_codec.h"
#include "qhub/hub/http/multipart.h"

namespace qhub::hub {

std::string path_parameter(Call const& call, std::size_t index) {
  std::size_t const from_prefix = call.request.path_parameters.size() - call.operation.path_parameters.size();
  return call.request.path_parameters[from_prefix + index];
}

asio::awaitable<Response> refuse(Call const& call, Error error) {
  co_return problem(error, call.request_id);
}

Result<void> read_request(Call const& call, api::Object const& fields, void* request) {
  std::optional<File> file;
  auto const place = [](api::Field const& field) { return field.place; };
  if (auto const field = std::ranges::find(fields.fields, api::FieldPlace::file, place); field != fields.fields.end()) {
    Result<File> part =
        read_multipart_file(call.request.headers.find("content-type").value_or(""), call.request.body, field->name);
    if (!part) return std::move(part).error();
    file = *std::move(part);
  }
  return api::decode_request(call.operation, fields, request, call.request.query, call.request.body, std::move(file));
}

}  // namespace qhub::hub
