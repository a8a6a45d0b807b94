#include "qhub/api/codec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bitset>
#include <boost/json/object.hpp>
#include <ostream>

namespace qhub::api {
namespace {

void* at(void* object, Field const& field) {
  return static_cast<std::byte*>(object) + field.offset;
}
void const* at(void const* object, Field const& field) {
  return static_cast<std::byte const*>(object) + field.offset;
}

JsonObject const& extras_of(Object const& object, void const* in) {
  return *reinterpret_cast<JsonObject const*>(static_cast<std::byte const*>(in) + object.extras_offset);
}

constexpr std::size_t most_fields = 128;  // of one type; the generator checks it

/// Peers write fields in the contract's order, so `next`, the row after the last one found, is tried first.
Field const* find_field(std::span<Field const> fields, std::string_view name, std::size_t& next) {
  if (next < fields.size() && fields[next].name.data() == name.data()) return &fields[next++];  // the reader found it
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

bool decode_object(Object const& object, Reader& reader, void* out) {
  std::size_t const failures_before = reader.failures();
  if (!reader.begin_object()) return false;
  std::bitset<most_fields> seen;
  std::size_t next = 0;
  auto const likely = [&] { return next < object.fields.size() ? object.fields[next].name : std::string_view(); };
  for (std::string_view name; reader.next_member(name, likely());) {
    Field const* const field = find_field(object.fields, name, next);
    if (!field || field->place != FieldPlace::body) {
      if (object.has_extras)
        reader.json((*reinterpret_cast<JsonObject*>(static_cast<std::byte*>(out) + object.extras_offset))[name]);
      else
        reader.skip();
      continue;
    }
    seen.set(static_cast<std::size_t>(field - object.fields.data()));
    std::size_t const failures = reader.failures();
    if (!field->codec->decode(reader, at(out, *field))) {
      reader.prepend(failures, field->name);
      if (reader.full()) return false;
    }
  }
  if (reader.broken()) return false;
  for (std::size_t i = 0; i < object.fields.size(); ++i) {
    Field const& field = object.fields[i];
    if (!field.required || field.place != FieldPlace::body || seen.test(i)) continue;
    std::size_t const failures = reader.failures();
    reader.fail("is required");
    reader.prepend(failures, field.name);
  }
  return reader.failures() == failures_before;
}

bool fail_choice(std::span<std::string_view const> known, Reader& reader) {
  return reader.fail(fmt::format("must be one of {}", fmt::join(known, ", ")));
}

bool equal_objects(Object const& object, void const* left, void const* right) {
  for (Field const& field : object.fields)
    if (!field.codec->equal(at(left, field), at(right, field))) return false;
  return !object.has_extras || extras_of(object, left) == extras_of(object, right);
}

void encode_object(Object const& object, void const* in, Writer& writer, std::string_view discriminator,
                   std::string_view id) {
  writer.begin_object();
  for (Field const& field : object.fields) {
    if (field.place != FieldPlace::body && !writer.for_people) continue;
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
    if (writer.for_people && field.secret)
      writer.string("[REDACTED]");
    else
      field.codec->encode(value, writer);
  }
  if (object.has_extras)
    for (auto const& [name, member] : extras_of(object, in)) {
      writer.key(name);
      writer.value(member);
    }
  writer.end_object();
}

void CodecOf<File>::encode(void const* in, Writer& writer) {
  auto const& file = *static_cast<File const*>(in);
  if (writer.for_people)
    writer.string(file.path.empty() ? fmt::format("{} ({} bytes)", file.filename, file.content.size())
                                    : fmt::format("{} (in {})", file.filename, file.path));
  else
    writer.null();
}

std::ostream& print(std::ostream& out, Codec const& codec, void const* value) {
  Writer writer;
  writer.for_people = true;
  codec.encode(value, writer);
  return out << std::move(writer).take();
}

std::ostream& print(std::ostream& out, Object const& object, void const* value) {
  Writer writer;
  writer.for_people = true;
  encode_object(object, value, writer);
  return out << std::move(writer).take();
}

Result<Json> parse(std::string_view text) {
  Json json;
  Reader reader(text);
  reader.json(json);
  if (Result<void> read = std::move(reader).finish("document"); !read) return std::move(read).error();
  return json;
}

}  // namespace qhub::api
