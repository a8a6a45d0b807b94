#include "qhub/cli/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "qhub/api/writer.h"
#include "qhub/cli/exit_code.h"

namespace qhub::cli {
namespace {

/// The text of a JSON value without any character that steers a terminal: JSON need not escape DEL and C1.
std::string text_of(Json const& json) {
  std::string const text = api::to_text(json);
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (c == 0x7F)
      escaped += "\\u007f";
    else if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
    else
      escaped += text[i];
  }
  return escaped;
}

bool is_plain(Json const& json) {
  return !json.is_object() && !json.is_array();
}

bool is_short(Json const& json) {
  return is_plain(json) || (json.is_object() && json.get_object().empty()) ||
         (json.is_array() && std::ranges::all_of(json.get_array(), is_plain));
}

void indent(Json const& json, std::size_t depth, std::string& text) {
  if (is_short(json)) {
    text += text_of(json);
    return;
  }
  std::string const margin(2 * (depth + 1), ' ');
  bool const is_object = json.is_object();
  text += is_object ? "{\n" : "[\n";
  bool first = true;
  auto const next = [&] {
    if (!first) text += ",\n";
    first = false;
    text += margin;
  };
  if (is_object)
    for (auto const& [name, value] : json.get_object()) {
      next();
      text += text_of(Json(name)) + ": ";
      indent(value, depth + 1, text);
    }
  else
    for (Json const& value : json.get_array()) {
      next();
      indent(value, depth + 1, text);
    }
  text += '\n' + std::string(2 * depth, ' ') + (is_object ? '}' : ']');
}

/// Whether a text may stand in YAML without quotes: nothing that a parser of YAML 1.1 or 1.2 takes for something else.
bool may_be_bare(std::string_view text) {
  static constexpr std::string_view reserved[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (text.empty() || !is_letter(text.front()) || text.back() == ' ') return false;
  for (char const c : text)
    if (!is_letter(c) && !(c >= '0' && c <= '9') && std::string_view(" ._-/+()").find(c) == std::string_view::npos)
      return false;
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::ranges::find(reserved, lower) == std::end(reserved);
}

std::string scalar(Json const& json) {
  if (json.is_string() && may_be_bare(std::string_view(json.get_string()))) return std::string(json.get_string());
  return text_of(json);  // a JSON text is YAML, too
}

void to_yaml(Json const& json, std::size_t depth, std::string& text) {
  std::string const margin(2 * depth, ' ');
  auto const put = [&](Json const& value) {
    bool const nested =
        (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
    if (!nested) {
      text += ' ' + scalar(value) + '\n';
      return;
    }
    text += '\n';
    to_yaml(value, depth + 1, text);
  };
  if (json.is_object() && !json.get_object().empty()) {
    for (auto const& [name, value] : json.get_object()) {
      text += margin + scalar(Json(name)) + ':';
      put(value);
    }
  } else if (json.is_array() && !json.get_array().empty()) {
    for (Json const& value : json.get_array()) {
      text += margin + '-';
      put(value);
    }
  } else {
    text += margin + scalar(json) + '\n';
  }
}

}  // namespace

std::string compact(Json const& json) {
  return text_of(json);
}

std::string indented(Json const& json) {
  std::string text;
  indent(json, 0, text);
  return text;
}

std::string yaml(Json const& json) {
  std::string text;
  to_yaml(json, 0, text);
  return text;
}

Json const* member_at(JsonObject const& object, std::string_view path) {
  // A name with dots in it is a name first.
  if (Json const* const whole = object.if_contains(path)) return whole;
  std::size_t const dot = path.find('.');
  if (dot == std::string_view::npos) return nullptr;
  Json const* const inner = object.if_contains(path.substr(0, dot));
  return inner ? member_at(*inner, path.substr(dot + 1)) : nullptr;
}

Json const* member_at(Json const& json, std::string_view path) {
  return json.is_object() ? member_at(json.get_object(), path) : nullptr;
}

std::string cell_text(Json const& json) {
  if (json.is_null()) return "";
  if (json.is_string()) return printable(std::string_view(json.get_string()));
  if (json.is_array() && std::ranges::all_of(json.get_array(), is_plain)) {
    std::string text;
    for (Json const& value : json.get_array()) text += (text.empty() ? "" : ",") + cell_text(value);
    return text;
  }
  return text_of(json);
}

}  // namespace qhub::cli
