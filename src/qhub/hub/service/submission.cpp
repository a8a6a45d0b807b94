#include "qhub/hub/service/submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>

#include "qhub/api/codec.h"

namespace qhub::hub {
namespace {

constexpr std::size_t max_name = 200;  ///< Of a parameter: its file has a suffix, too.
constexpr std::size_t max_tags = 50;
constexpr std::size_t max_tag = 100;

Error refuse(std::string where, std::string why) {
  std::string message = where + ": " + why;
  return {.kind = ErrorKind::invalid_argument,
          .message = std::move(message),
          .details = {{std::move(where), std::move(why)}}};
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

Result<std::map<std::string, std::string>> read_secrets(Json const& json) {
  if (!json.is_object()) return refuse("$secrets", "must be an object of names and values");
  std::map<std::string, std::string> secrets;
  for (auto const& [name, value] : json.get_object()) {
    std::string const variable = secret_variable(name);
    bool const is_name = !variable.empty() && std::ranges::all_of(variable, [](char c) {
      return is_upper(c) || is_lower_or_digit(c) || c == '_';
    });
    std::string const where = fmt::format("$secrets.{}", std::string_view(name));
    if (!is_name) return refuse(where, "a secret's name has only letters, digits and underscores");
    std::string text = value.is_string() ? std::string(value.get_string()) : api::to_text(value);
    if (text.find('\0') != std::string::npos) return refuse(where, "a secret cannot hold a zero byte");
    secrets[variable] = std::move(text);
  }
  return secrets;
}

/// It becomes the name of a file.
bool is_parameter_name(std::string_view name) {
  return !name.empty() && name.size() <= max_name && name.front() != '.' && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

Result<void> add_parameter(std::string const& name, Json value, ServiceRequest& request) {
  if (!is_parameter_name(name))
    return refuse(name.empty() ? "\"\"" : name.substr(0, max_name),
                  fmt::format("a parameter's name has 1 to {} bytes, no '/', and does not begin with '.'", max_name));
  if (request.input.contains(name)) return refuse(name, "is given twice");
  if (is_pool_reference(value)) {
    JsonObject& reference = value.get_object();
    Json const* const id = reference.if_contains("id");
    if (!id || !id->is_string()) return refuse(name + ".id", "must be the id of a data pool");
    Json const* const grant = reference.if_contains("grant");
    request.pools.push_back({name, std::string(id->get_string()),
                             grant && grant->is_string() ? std::string(grant->get_string()) : std::string()});
    reference.erase("grant");
  }
  request.input[name] = std::move(value);
  return {};
}

}  // namespace

bool is_pool_reference(Json const& value) {
  JsonObject const* const object = value.if_object();
  Json const* const reference = object ? object->if_contains("ref") : nullptr;
  return reference && reference->is_string() && boost::algorithm::iequals(reference->get_string(), "DATAPOOL");
}

std::string secret_variable(std::string_view name) {
  bool const is_upper_case = std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
  std::string variable;
  for (char const c : name) {
    if (is_upper(c) && !is_upper_case && !variable.empty()) variable += '_';
    variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return variable;
}

Result<std::vector<std::string>> read_tags(std::vector<std::string> tags) {
  if (tags.size() > max_tags) return refuse("tags", fmt::format("are more than {}", max_tags));
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i].empty() || tags[i].size() > max_tag)
      return refuse(fmt::format("tags[{}]", i), fmt::format("a tag has 1 to {} characters", max_tag));
    boost::algorithm::to_lower(tags[i]);
  }
  return tags;
}

Result<ServiceRequest> read_service_request(JsonObject body) {
  ServiceRequest request;
  for (auto& [key, value] : body) {
    std::string const name(key);
    if (name == "$secrets") {
      auto secrets = read_secrets(value);
      if (!secrets) return std::move(secrets).error();
      request.secrets = std::move(*secrets);
    } else if (name == "$tags") {
      std::vector<std::string> texts;
      if (!value.is_array()) return refuse("$tags", "must be an array of texts");
      for (Json const& tag : value.get_array()) {
        if (!tag.is_string()) return refuse("$tags", "must be an array of texts");
        texts.emplace_back(tag.get_string());
      }
      auto tags = read_tags(std::move(texts));
      if (!tags) return std::move(tags).error();
      request.tags = std::move(*tags);
    } else if (name == "inputDataRefs") {
      if (!value.is_object()) return refuse(name, "must be an object of parameters and references to data pools");
      for (auto& [parameter, reference] : value.get_object()) {
        if (!reference.is_object()) return refuse(name + "." + std::string(parameter), "must be an object with an id");
        reference.get_object()["ref"] = "DATAPOOL";
        if (auto const added = add_parameter(std::string(parameter), std::move(reference), request); !added)
          return added.error();
      }
    } else if (!name.starts_with('$')) {
      if (auto const added = add_parameter(name, std::move(value), request); !added) return added.error();
    }
  }
  // The documentation's `{"input": {"molecule": "H2"}}` means the parameter `molecule` of most services, and `input` of
  // some: they get both.
  Json const* const payload = request.input.if_contains("input");
  if (payload && payload->is_object() && !is_pool_reference(*payload)) {
    JsonObject members = payload->get_object();
    for (auto& [name, value] : members) {
      if (!is_parameter_name(name) || name.starts_with('$') || request.input.contains(name)) continue;
      if (auto const added = add_parameter(std::string(name), value, request); !added) return added.error();
      if (is_pool_reference(value)) value.get_object().erase("grant");
    }
    request.input["input"] = std::move(members);
  }
  return request;
}

}  // namespace qhub::hub
