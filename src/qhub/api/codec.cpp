#include "qhub/api/codec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>

namespace qhub::api {
namespace {

std::string_view kind_name(Json const& json) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return "an integer";
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
  }
  return "a value";
}

/// Builds the tree as Boost's own parser does, but for numbers with a fraction or an exponent: of these Boost 1.81
/// reads one in fourteen as a neighbour of the nearest double.
struct TreeBuilder {
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = max_key_size;
  using Text = boost::json::string_view;
  using Status = boost::json::error_code;

  boost::json::value_stack tree;
  std::string number;

  TreeBuilder() { tree.reset(); }

  bool on_document_begin(Status&) { return true; }
  bool on_document_end(Status&) { return true; }
  bool on_object_begin(Status&) { return true; }
  bool on_array_begin(Status&) { return true; }
  bool on_object_end(std::size_t size, Status&) { return tree.push_object(size), true; }
  bool on_array_end(std::size_t size, Status&) { return tree.push_array(size), true; }
  bool on_key_part(Text text, std::size_t, Status&) { return tree.push_chars(text), true; }
  bool on_key(Text text, std::size_t, Status&) { return tree.push_key(text), true; }
  bool on_string_part(Text text, std::size_t, Status&) { return tree.push_chars(text), true; }
  bool on_string(Text text, std::size_t, Status&) { return tree.push_string(text), true; }
  bool on_number_part(Text text, Status&) { return number.append(text), true; }
  bool on_int64(std::int64_t value, Text, Status&) { return number.clear(), tree.push_int64(value), true; }
  bool on_uint64(std::uint64_t value, Text, Status&) { return number.clear(), tree.push_uint64(value), true; }
  bool on_double(double value, Text text, Status&) {
    number.append(text);
    // Out of range, from_chars leaves `value` alone: Boost's infinity or zero.
    std::from_chars(number.data(), number.data() + number.size(), value);
    number.clear();
    return tree.push_double(value), true;
  }
  bool on_bool(bool value, Status&) { return tree.push_bool(value), true; }
  bool on_null(Status&) { return tree.push_null(), true; }
  bool on_comment_part(Text, Status&) { return true; }
  bool on_comment(Text, Status&) { return true; }
};

void* at(void* object, Field const& field) {
  return static_cast<std::byte*>(object) + field.offset;
}
void const* at(void const* object, Field const& field) {
  return static_cast<std::byte const*>(object) + field.offset;
}

/// Peers write fields in the contract's order, so the row after the last one found is tried first.
Field const* find_field(std::span<Field const> fields, std::string_view name, std::size_t& next) {
  for (std::size_t tried = 0; tried < fields.size(); ++tried) {
    if (next >= fields.size()) next = 0;
    Field const& field = fields[next++];
    if (field.name == name) return &field;
  }
  return nullptr;
}

bool is_empty_text(Field const& field, void const* in) {
  if (field.codec->kind != JsonKind::string) return false;
  Writer writer;
  field.codec->encode(in, writer);
  return std::move(writer).take() == "\"\"";
}

}  // namespace

bool Decoder::fail(std::string message) {
  errors_.push_back({"", std::move(message)});
  return false;
}

void Decoder::prepend(std::size_t from, std::string_view step) {
  for (std::size_t i = from; i < errors_.size(); ++i) {
    std::string& path = errors_[i].where;
    bool const joined = path.empty() || path.front() == '[';
    path.insert(0, joined ? std::string(step) : fmt::format("{}.", step));
  }
}

void Decoder::prepend_index(std::size_t from, std::size_t index) {
  prepend(from, fmt::format("[{}]", index));
}

std::string_view UnionTable::id_of(std::size_t alternative, std::string_view hint) const {
  std::string_view first;
  for (Entry const& entry : entries) {
    if (entry.alternative != alternative) continue;
    if (entry.id == hint) return entry.id;
    if (first.empty()) first = entry.id;
  }
  return first;
}

std::optional<std::size_t> UnionTable::alternative_of(std::string_view id) const {
  for (Entry const& entry : entries)
    if (entry.id == id) return entry.alternative;
  return std::nullopt;
}

bool fail_choice(std::span<std::string_view const> known, Decoder& decoder) {
  return decoder.fail(fmt::format("must be one of {}", fmt::join(known, ", ")));
}

bool fail_kind(Json const& json, std::string_view expected, Decoder& decoder) {
  return decoder.fail(fmt::format("expected {}, found {}", expected, kind_name(json)));
}

bool decode_string(Json const& json, void* out, Decoder& decoder) {
  if (!json.is_string()) return fail_kind(json, "a string", decoder);
  static_cast<std::string*>(out)->assign(json.get_string());
  return true;
}

bool decode_integer(Json const& json, void* out, Decoder& decoder) {
  auto& value = *static_cast<std::int64_t*>(out);
  if (json.is_int64()) {
    value = json.get_int64();
    return true;
  }
  // 2^63 is the first double that does not fit.
  if (json.is_double() && std::trunc(json.get_double()) == json.get_double() &&
      std::abs(json.get_double()) < 9223372036854775808.0) {
    value = static_cast<std::int64_t>(json.get_double());
    return true;
  }
  if (json.is_uint64()) return decoder.fail("is outside the range of a 64-bit integer");
  return fail_kind(json, "an integer", decoder);
}

bool decode_number(Json const& json, void* out, Decoder& decoder) {
  if (!json.is_number()) return fail_kind(json, "a number", decoder);
  *static_cast<double*>(out) = json.to_number<double>();
  return true;
}

bool decode_boolean(Json const& json, void* out, Decoder& decoder) {
  if (!json.is_bool()) return fail_kind(json, "a boolean", decoder);
  *static_cast<bool*>(out) = json.get_bool();
  return true;
}

bool decode_object(Object const& object, Json const& json, void* out, Decoder& decoder) {
  if (!json.is_object()) return fail_kind(json, "an object", decoder);
  std::size_t const failures_before = decoder.count();
  auto const& members = json.get_object();
  std::size_t next = 0;
  for (auto const& [name, member] : members) {
    Field const* field = find_field(object.fields, name, next);
    if (!field || field->place != FieldPlace::body) {
      if (object.has_extras)
        reinterpret_cast<JsonObject*>(static_cast<std::byte*>(out) + object.extras_offset)
            ->insert_or_assign(name, member);
      continue;
    }
    std::size_t const failures = decoder.count();
    if (!field->codec->decode(member, at(out, *field), decoder)) {
      decoder.prepend(failures, name);
      if (decoder.full()) return false;
    }
  }
  for (Field const& field : object.fields)
    if (field.required && field.place == FieldPlace::body && !members.contains(field.name)) {
      std::size_t const failures = decoder.count();
      decoder.fail("is required");
      decoder.prepend(failures, field.name);
    }
  return decoder.count() == failures_before;
}

void encode_object(Object const& object, void const* in, Writer& writer, std::string_view discriminator,
                   std::string_view id) {
  writer.begin_object();
  for (Field const& field : object.fields) {
    if (field.place != FieldPlace::body) continue;
    void const* value = at(in, field);
    if (!discriminator.empty() && field.name == discriminator &&
        ((field.codec->absent && field.codec->absent(value)) || is_empty_text(field, value))) {
      writer.key(field.name);
      writer.string(id);
      continue;
    }
    // A required field that may be null is written as null.
    if (!field.required && field.codec->absent && field.codec->absent(value)) continue;
    if (field.name == object.discriminator_hint) writer.discriminator_hint = *static_cast<std::string const*>(value);
    writer.key(field.name);
    field.codec->encode(value, writer);
  }
  if (object.has_extras) {
    auto const& extras = *reinterpret_cast<JsonObject const*>(static_cast<std::byte const*>(in) + object.extras_offset);
    for (auto const& [name, member] : extras) {
      writer.key(name);
      writer.value(member);
    }
  }
  writer.end_object();
}

Result<Json> parse(std::string_view text) {
  boost::json::error_code status;
  boost::json::parse_options options;
  options.max_depth = 200;  // deep enough for any document of the APIs, shallow enough for any stack
  boost::json::basic_parser<TreeBuilder> parser(options);
  std::size_t const read = parser.write_some(false, text.data(), text.size(), status);
  if (!status && text.substr(read).find_first_not_of(" \t\r\n") != std::string_view::npos)
    status = boost::json::error::extra_data;
  if (status)
    return Error{ErrorKind::syntax, fmt::format("not a JSON document: {} at byte {}", status.message(), read), {}};
  return parser.handler().tree.release();
}

Error decoding_error(std::string_view type, Decoder&& decoder) {
  std::vector<ErrorDetail> details = std::move(decoder).take();
  std::string message;
  if (!details.empty())
    message = details.front().where.empty() ? fmt::format("{}: {}", type, details.front().message)
                                            : fmt::format("{} {}", details.front().where, details.front().message);
  if (details.size() > 1) message += fmt::format(" (and {} more)", details.size() - 1);
  return {ErrorKind::invalid_argument, std::move(message), std::move(details)};
}

}  // namespace qhub::api
