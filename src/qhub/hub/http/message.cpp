#include "qhub/hub/http/message.h"

#include <boost/algorithm/string/predicate.hpp>

namespace qhub::hub {

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (auto const& [field, value] : fields_)
    if (boost::algorithm::iequals(field, name)) return value;
  return std::nullopt;
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](auto const& field) { return boost::algorithm::iequals(field.first, name); });
  fields_.emplace_back(name, std::move(value));
}

Response json_response(unsigned status, std::string body) {
  Response response{.status = status, .headers = {}, .body = std::move(body), .stream = nullptr};
  response.headers.add("Content-Type", "application/json");
  return response;
}

Response empty_response(unsigned status) {
  return {.status = status, .headers = {}, .body = {}, .stream = nullptr};
}

Response bytes_response(std::string content, std::string media_type) {
  Response response{.status = 200, .headers = {}, .body = std::move(content), .stream = nullptr};
  response.headers.add("Content-Type", std::move(media_type));
  return response;
}

Response bytes_response(std::unique_ptr<BodySource> source, std::string media_type) {
  Response response{.status = 200, .headers = {}, .body = {}, .stream = std::move(source)};
  response.headers.add("Content-Type", std::move(media_type));
  return response;
}

}  // namespace qhub::hub
