#include "qhub/api/request_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <iterator>

namespace qhub::api {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string encode_segments(std::string_view path) {
  std::string encoded;
  for (std::size_t begin = 0; begin <= path.size();) {
    std::size_t const end = std::min(path.find('/', begin), path.size());
    if (begin != 0) encoded += '/';
    encoded += percent_encode(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return encoded;
}

template <class Number>
bool write_number(std::string const& text, void (Writer::*write)(Number), Writer& writer) {
  Number value{};
  auto const [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || !std::isfinite(static_cast<double>(value))) return false;
  (writer.*write)(value);
  return true;
}

/// A parameter's text as the JSON value that its type expects. Text that does not fit stays a string, so that the
/// type's own decoder says what was expected.
void write_parameter(JsonKind kind, std::string const& text, Writer& writer) {
  if (kind == JsonKind::integer && write_number(text, &Writer::integer, writer)) return;
  if (kind == JsonKind::number && write_number(text, &Writer::number, writer)) return;
  if (kind == JsonKind::boolean && (text == "true" || text == "false")) return writer.boolean(text == "true");
  writer.string(text);
}

/// Reads one document of a request; what is wrong with it joins `failures`, below the path `where`.
void read_part(std::string_view text, Codec const& codec, void* out, std::string_view where,
               std::vector<ErrorDetail>& failures) {
  Reader reader(text);
  reader.known_values_only = true;
  codec.decode(reader, out);
  if (!where.empty()) reader.prepend(0, where);
  Result<void> read = std::move(reader).finish(where);
  if (read) return;
  Error error = std::move(read).error();
  if (error.details.empty()) error.details.push_back({std::string(where), "is " + error.message});
  std::ranges::move(error.details, std::back_inserter(failures));
}

std::string parameter_document(Codec const& codec, std::vector<std::string const*> const& values) {
  Writer writer;
  if (codec.kind == JsonKind::array || (codec.kind == JsonKind::any && values.size() > 1)) {
    writer.begin_array();
    for (auto const* value : values)
      write_parameter(codec.element ? codec.element->kind : JsonKind::any, *value, writer);
    writer.end_array();
  } else {
    write_parameter(codec.kind, *values.front(), writer);
  }
  return std::move(writer).take();
}

void* at(void* object, Field const& field) {
  return static_cast<std::byte*>(object) + field.offset;
}
void const* at(void const* object, Field const& field) {
  return static_cast<std::byte const*>(object) + field.offset;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (char const c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      encoded += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return encoded;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string encode_query(Parameters const& query) {
  std::string text;
  for (auto const& [name, value] : query) {
    if (!text.empty()) text += '&';
    text += percent_encode(name);
    text += '=';
    text += percent_encode(value);
  }
  return text;
}

Parameters decode_query(std::string_view text) {
  Parameters query;
  auto const decode = [](std::string_view part) {
    std::string spaced(part);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return percent_decode(spaced);
  };
  while (!text.empty()) {
    std::string_view const pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    std::size_t const equals = std::min(pair.find('='), pair.size());
    query.emplace_back(decode(pair.substr(0, equals)), decode(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return query;
}

std::string expand_path(Operation const& operation, std::span<std::string_view const> values) {
  std::string path;
  std::string_view rest = operation.path;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::size_t const open = rest.find('{');
    path += rest.substr(0, open);
    bool const whole_file_path = operation.multi_segment && i + 1 == values.size();
    path += whole_file_path ? encode_segments(values[i]) : percent_encode(values[i]);
    rest.remove_prefix(rest.find('}', open) + 1);
  }
  return path += rest;
}

void append_query(std::string const& name, Json const& value, Parameters& query) {
  if (value.is_null()) return;
  if (value.is_string()) {
    query.emplace_back(name, std::string(value.get_string()));
  } else if (value.is_array()) {
    for (auto const& element : value.get_array()) append_query(name, element, query);
  } else if (value.is_object()) {
    for (auto const& [member, inner] : value.get_object())
      append_query(fmt::format("{}[{}]", name, std::string_view(member)), inner, query);
  } else {
    query.emplace_back(name, to_text(value));
  }
}

WireRequest encode_request(Operation const& operation, std::span<std::string_view const> path_values,
                           Object const* fields, void const* request) {
  WireRequest wire{expand_path(operation, path_values), {}, {}, {}};
  if (!fields) return wire;
  for (Field const& field : fields->fields) {
    void const* value = at(request, field);
    bool const absent = field.codec->absent && field.codec->absent(value);
    if (absent || field.place == FieldPlace::body) continue;
    if (field.place == FieldPlace::file) {
      wire.file = *static_cast<File const*>(value);
      continue;
    }
    Writer writer;
    field.codec->encode(value, writer);
    std::string text = std::move(writer).take();
    if (field.place == FieldPlace::whole_body)
      wire.body = std::move(text);
    else
      append_query(std::string(field.name), *parse(text), wire.query);
  }
  if (operation.body == BodyKind::json && !wire.body) {
    Writer writer;
    encode_object(*fields, request, writer);
    wire.body = std::move(writer).take();
  }
  return wire;
}

Result<void> decode_request(Operation const& operation, Object const& fields, void* request, Parameters const& query,
                            std::string_view body, std::optional<File> file) {
  std::vector<ErrorDetail> failures;
  Codec const* whole_body = nullptr;
  void* whole_body_at = nullptr;
  bool body_has_fields = false;
  for (Field const& field : fields.fields) {
    auto const fail = [&](std::string_view why) { failures.push_back({std::string(field.name), std::string(why)}); };
    switch (field.place) {
      case FieldPlace::query: {
        std::vector<std::string const*> values;
        for (auto const& [name, value] : query)
          if (name == field.name) values.push_back(&value);
        if (!values.empty())
          read_part(parameter_document(*field.codec, values), *field.codec, at(request, field), field.name, failures);
        else if (field.required)
          fail("is required");
        break;
      }
      case FieldPlace::file:
        if (file)
          *static_cast<File*>(at(request, field)) = std::move(*file);
        else
          fail("is required, as the part of this name in a multipart/form-data body");
        break;
      case FieldPlace::whole_body:
        whole_body = field.codec;
        whole_body_at = at(request, field);
        break;
      case FieldPlace::body:
        body_has_fields = true;
    }
  }
  if (whole_body || (operation.body == BodyKind::json && body_has_fields)) {
    Reader reader(body.empty() && !operation.body_required ? "{}" : body);
    reader.known_values_only = true;
    if (whole_body)
      whole_body->decode(reader, whole_body_at);
    else
      decode_object(fields, reader, request);
    Result<void> read = std::move(reader).finish("request body");
    if (!read && read.error().kind == ErrorKind::syntax)
      return Error{ErrorKind::invalid_argument, "the request body is " + read.error().message, {}};
    if (!read) std::ranges::move(read.error().details, std::back_inserter(failures));
  }
  if (failures.empty()) return {};
  return decoding_error("request body", std::move(failures));
}

}  // namespace qhub::api
