#include "qhub/sdk/internal/call.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace qhub::sdk {
namespace {

/// Some answers that the contract calls a page are a bare list, or a single entry, on other servers.
Json as_page(Json json) {
  if (json.is_array()) return JsonObject{{"content", std::move(json)}};
  if (json.is_object() && !json.get_object().contains("content") && json.get_object().contains("id"))
    return JsonObject{{"content", boost::json::array{std::move(json)}}};
  return json;
}

}  // namespace

void read_answer(api::Operation const& operation, HttpResponse response, api::Codec const& codec, bool is_page,
                 void* answer) {
  auto const fail = [&](std::string const& why) {
    throw ParsingError(
        fmt::format("{} {}: the answer is not what the contract promises: {}", operation.method, operation.path, why),
        std::move(response));
  };
  if (response.body.empty()) fail("it is empty");
  Result<Json> json = api::parse(response.body);
  if (!json) fail(json.error().message);
  api::Decoder decoder;
  if (!codec.decode(is_page ? as_page(*std::move(json)) : *json, answer, decoder))
    fail(api::decoding_error("the document", std::move(decoder)).message);
}

}  // namespace qhub::sdk
