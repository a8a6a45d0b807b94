#include "qhub/api/writer.h"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>

namespace qhub::api {

void Writer::separate() {
  if (!first_) text_ += ',';
  first_ = false;
}

void Writer::open(char bracket) {
  separate();
  text_ += bracket;
  first_ = true;
}

void Writer::close(char bracket) {
  text_ += bracket;
  first_ = false;
}

void Writer::literal(std::string_view text) {
  separate();
  text_ += text;
}

void Writer::key(std::string_view name) {
  separate();
  quote(name);
  text_ += ':';
  first_ = true;
}

void Writer::integer(std::int64_t value) {
  char digits[24];
  literal({digits, std::to_chars(digits, digits + sizeof digits, value).ptr});
}

void Writer::number(double value) {
  if (!std::isfinite(value)) return null();
  char digits[32];
  std::string_view const text{digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
  literal(text);
  if (text.find_first_of(".e") == std::string_view::npos) text_ += ".0";
}

void Writer::string(std::string_view text) {
  separate();
  quote(text);
}

void Writer::quote(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  text_ += '"';
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto const c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    text_ += text.substr(copied, at - copied);
    copied = at + 1;
    switch (c) {
      case '"':
        text_ += "\\\"";
        break;
      case '\\':
        text_ += "\\\\";
        break;
      case '\n':
        text_ += "\\n";
        break;
      case '\r':
        text_ += "\\r";
        break;
      case '\t':
        text_ += "\\t";
        break;
      case '\b':
        text_ += "\\b";
        break;
      case '\f':
        text_ += "\\f";
        break;
      default:
        text_ += "\\u00";
        text_ += hex[c >> 4];
        text_ += hex[c & 15];
    }
  }
  text_ += text.substr(copied);
  text_ += '"';
}

void Writer::value(boost::json::value const& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return null();
    case boost::json::kind::bool_:
      return boolean(value.get_bool());
    case boost::json::kind::int64:
      return integer(value.get_int64());
    case boost::json::kind::uint64:
      return literal(std::to_string(value.get_uint64()));
    case boost::json::kind::double_:
      return number(value.get_double());
    case boost::json::kind::string:
      return string(value.get_string());
    case boost::json::kind::array:
      begin_array();
      for (auto const& element : value.get_array()) this->value(element);
      return end_array();
    case boost::json::kind::object:
      begin_object();
      for (auto const& [name, member] : value.get_object()) {
        key(name);
        this->value(member);
      }
      return end_object();
  }
}

std::string to_text(boost::json::value const& value) {
  Writer writer;
  writer.value(value);
  return std::move(writer).take();
}

}  // namespace qhub::api
