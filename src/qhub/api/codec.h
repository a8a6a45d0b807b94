#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "qhub/api/box.h"
#include "qhub/api/file.h"
#include "qhub/api/json.h"
#include "qhub/api/reader.h"
#include "qhub/api/union.h"
#include "qhub/api/writer.h"
#include "qhub/base/error.h"
#include "qhub/base/open_enum.h"
#include "qhub/base/result.h"
#include "qhub/base/timestamp.h"

/// The mapping between wire types and JSON as tables: a struct is a list of rows, one loop interprets them. A tenth of
/// the machine code of straight-line functions, and the one place where an error learns its path.
namespace qhub::api {

/// What kind of JSON value a type has; tells how to read one from the text of a query parameter.
enum class JsonKind : std::uint8_t { any, string, integer, number, boolean, array, object };

/// How values of one C++ type are read and written. `out` and `in` point to a value of that type.
struct Codec {
  JsonKind kind;
  bool (*decode)(Reader& reader, void* out);
  void (*encode)(void const* in, Writer& writer);
  bool (*equal)(void const* left, void const* right);
  bool (*absent)(void const* in) = nullptr;  ///< Whether there is no value to write; null: there always is.
  Codec const* element = nullptr;            ///< Of an array's elements.
};

/// Where a field of a request travels.
enum class FieldPlace : std::uint8_t { body, query, whole_body, file };

/// One field of a wire type.
struct Field {
  std::string_view name;  ///< On the wire.
  std::size_t offset;     ///< In the C++ struct.
  Codec const* codec;
  bool required = false;
  FieldPlace place = FieldPlace::body;
  bool secret = false;  ///< Not to be shown to people.
};

/// A wire type with named fields.
struct Object {
  std::string_view name;
  std::span<Field const> fields;
  std::size_t extras_offset = 0;  ///< Of the JsonObject that keeps unknown members.
  bool has_extras = false;
  /// The field, if any, whose text tells the discriminated unions beside it which alternative's id to write.
  std::string_view discriminator_hint = {};
};

/// Which alternative of a Union an object is, by one of its members.
struct UnionTable {
  struct Entry {
    std::string_view id;
    std::size_t alternative;
  };
  std::string_view discriminator = {};  ///< Empty: the first alternative that fits is taken.
  std::span<Entry const> entries = {};

  /// The id to write for an alternative: `hint` if it names this alternative, else its first.
  std::string_view id_of(std::size_t alternative, std::string_view hint) const;
  std::optional<std::size_t> alternative_of(std::string_view id) const;
};

/// Generated for each wire type.
template <class T>
Object const& describe();
/// Generated for each union.
template <class T>
UnionTable const& describe_union();

bool decode_object(Object const& object, Reader& reader, void* out);
/// Writes the fields that travel in the body. `discriminator` replaces that field's value if the value is empty.
void encode_object(Object const& object, void const* in, Writer& writer, std::string_view discriminator = {},
                   std::string_view id = {});
bool equal_objects(Object const& object, void const* left, void const* right);
/// JSON text for people and logs: all fields wherever they travel, secrets left out, files by name and size.
std::ostream& print(std::ostream& out, Codec const& codec, void const* value);
std::ostream& print(std::ostream& out, Object const& object, void const* value);

template <class T>
concept Described = requires(T value) {
  { value.extras } -> std::same_as<JsonObject&>;
};
template <class T>
concept AnyOpenEnum = std::derived_from<T, OpenEnum<T>>;
template <class T>
concept AnyUnion = requires {
  typename T::Variant;
};

template <class T>
struct CodecOf;
template <class T>
inline constexpr Codec codec = CodecOf<T>::value;

bool fail_choice(std::span<std::string_view const> known, Reader& reader);

template <class T>
bool equal_values(void const* left, void const* right) {
  return *static_cast<T const*>(left) == *static_cast<T const*>(right);
}

template <>
struct CodecOf<std::string> {
  static bool decode(Reader& reader, void* out) { return reader.string(*static_cast<std::string*>(out)); }
  static void encode(void const* in, Writer& writer) { writer.string(*static_cast<std::string const*>(in)); }
  static constexpr Codec value{JsonKind::string, decode, encode, equal_values<std::string>};
};
template <>
struct CodecOf<std::int64_t> {
  static bool decode(Reader& reader, void* out) { return reader.integer(*static_cast<std::int64_t*>(out)); }
  static void encode(void const* in, Writer& writer) { writer.integer(*static_cast<std::int64_t const*>(in)); }
  static constexpr Codec value{JsonKind::integer, decode, encode, equal_values<std::int64_t>};
};
template <>
struct CodecOf<double> {
  static bool decode(Reader& reader, void* out) { return reader.number(*static_cast<double*>(out)); }
  static void encode(void const* in, Writer& writer) { writer.number(*static_cast<double const*>(in)); }
  static constexpr Codec value{JsonKind::number, decode, encode, equal_values<double>};
};
template <>
struct CodecOf<bool> {
  static bool decode(Reader& reader, void* out) { return reader.boolean(*static_cast<bool*>(out)); }
  static void encode(void const* in, Writer& writer) { writer.boolean(*static_cast<bool const*>(in)); }
  static constexpr Codec value{JsonKind::boolean, decode, encode, equal_values<bool>};
};
template <>
struct CodecOf<Json> {
  static bool decode(Reader& reader, void* out) { return reader.json(*static_cast<Json*>(out)); }
  static void encode(void const* in, Writer& writer) { writer.value(*static_cast<Json const*>(in)); }
  static constexpr Codec value{JsonKind::any, decode, encode, equal_values<Json>};
};
template <>
struct CodecOf<Timestamp> {
  static bool decode(Reader& reader, void* out) {
    std::string_view text;
    if (!reader.text(text)) return false;
    *static_cast<Timestamp*>(out) = Timestamp(std::string(text));
    return true;
  }
  static void encode(void const* in, Writer& writer) { writer.string(static_cast<Timestamp const*>(in)->text()); }
  static constexpr Codec value{JsonKind::string, decode, encode, equal_values<Timestamp>};
};
/// A file's place in a request is the multipart body, never JSON.
template <>
struct CodecOf<File> {
  static bool decode(Reader& reader, void*) { return reader.wrong_kind("a file"); }
  static void encode(void const* in, Writer& writer);
  static constexpr Codec value{JsonKind::any, decode, encode, equal_values<File>};
};
template <AnyOpenEnum T>
struct CodecOf<T> {
  static bool decode(Reader& reader, void* out) {
    std::string_view text;
    if (!reader.text(text)) return false;
    T& choice = *static_cast<T*>(out);
    choice = T(text);
    return !reader.known_values_only || choice.is_known() || fail_choice(T::known, reader);
  }
  static void encode(void const* in, Writer& writer) { writer.string(static_cast<T const*>(in)->text()); }
  static constexpr Codec value{JsonKind::string, decode, encode, equal_values<T>};
};
template <Described T>
struct CodecOf<T> {
  static bool decode(Reader& reader, void* out) { return decode_object(describe<T>(), reader, out); }
  static void encode(void const* in, Writer& writer) { encode_object(describe<T>(), in, writer); }
  static bool equal(void const* left, void const* right) { return equal_objects(describe<T>(), left, right); }
  static constexpr Codec value{JsonKind::object, decode, encode, equal};
};
template <class T>
struct CodecOf<std::optional<T>> {
  static bool decode(Reader& reader, void* out) {
    auto& optional = *static_cast<std::optional<T>*>(out);
    if (reader.peek() == Reader::Kind::null) {
      optional.reset();
      return reader.null();
    }
    return codec<T>.decode(reader, &optional.emplace());
  }
  static void encode(void const* in, Writer& writer) {
    auto const& optional = *static_cast<std::optional<T> const*>(in);
    if (optional)
      codec<T>.encode(&*optional, writer);
    else
      writer.null();
  }
  static bool equal(void const* left, void const* right) {
    auto const& a = *static_cast<std::optional<T> const*>(left);
    auto const& b = *static_cast<std::optional<T> const*>(right);
    return a && b ? codec<T>.equal(&*a, &*b) : !a && !b;
  }
  static bool absent(void const* in) { return !static_cast<std::optional<T> const*>(in)->has_value(); }
  static constexpr Codec value{codec<T>.kind, decode, encode, equal, absent, codec<T>.element};
};
template <class T>
struct CodecOf<Box<T>> {
  static bool decode(Reader& reader, void* out) { return CodecOf<T>::decode(reader, &**static_cast<Box<T>*>(out)); }
  static void encode(void const* in, Writer& writer) { CodecOf<T>::encode(&**static_cast<Box<T> const*>(in), writer); }
  static bool equal(void const* left, void const* right) {
    return CodecOf<T>::equal(&**static_cast<Box<T> const*>(left), &**static_cast<Box<T> const*>(right));
  }
  static constexpr Codec value{JsonKind::object, decode, encode, equal};
};
template <class T>
struct CodecOf<std::vector<T>> {
  static bool decode_element(Reader& reader, std::vector<T>& vector) {
    if constexpr (std::same_as<T, bool>) {  // whose elements have no address
      bool element = false;
      bool const read = codec<T>.decode(reader, &element);
      vector.push_back(element);
      return read;
    } else {
      return codec<T>.decode(reader, &vector.emplace_back());
    }
  }
  static bool decode(Reader& reader, void* out) {
    auto& vector = *static_cast<std::vector<T>*>(out);
    vector.clear();
    std::size_t const failures_before = reader.failures();
    if (!reader.begin_array()) return false;
    std::size_t const before = reader.left();
    while (reader.next_element()) {
      // A list that most of a document is, a page for instance: the others will be about as long as the first. There is
      // a limit, because they need not.
      if (vector.size() == 1 && reader.depth() <= 2)
        vector.reserve(std::min(reader.left() / (before - reader.left()) + 2, std::size_t{1024}));
      std::size_t const failures = reader.failures();
      if (!decode_element(reader, vector)) {
        reader.prepend_index(failures, vector.size() - 1);
        if (reader.full()) return false;
      }
    }
    return !reader.broken() && reader.failures() == failures_before;
  }
  static void encode(void const* in, Writer& writer) {
    writer.begin_array();
    for (T const& element : *static_cast<std::vector<T> const*>(in)) codec<T>.encode(&element, writer);
    writer.end_array();
  }
  static bool equal(void const* left, void const* right) {
    auto const& a = *static_cast<std::vector<T> const*>(left);
    auto const& b = *static_cast<std::vector<T> const*>(right);
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (T const &x = a[i], &y = b[i]; !codec<T>.equal(&x, &y)) return false;
    return true;
  }
  static constexpr Codec value{JsonKind::array, decode, encode, equal, nullptr, &codec<T>};
};
template <class T>
struct CodecOf<std::map<std::string, T>> {
  static bool decode(Reader& reader, void* out) {
    auto& map = *static_cast<std::map<std::string, T>*>(out);
    map.clear();
    std::size_t const failures_before = reader.failures();
    if (!reader.begin_object()) return false;
    for (std::string_view name; reader.next_member(name);) {
      std::size_t const failures = reader.failures();
      auto const entry = map.insert_or_assign(std::string(name), T{}).first;
      if (!codec<T>.decode(reader, &entry->second)) {
        reader.prepend(failures, entry->first);
        if (reader.full()) return false;
      }
    }
    return !reader.broken() && reader.failures() == failures_before;
  }
  static void encode(void const* in, Writer& writer) {
    writer.begin_object();
    for (auto const& [name, member] : *static_cast<std::map<std::string, T> const*>(in)) {
      writer.key(name);
      codec<T>.encode(&member, writer);
    }
    writer.end_object();
  }
  static constexpr Codec value{JsonKind::object, decode, encode, equal_values<std::map<std::string, T>>};
};
template <AnyUnion T>
struct CodecOf<T> {
  using Variant = typename T::Variant;
  static constexpr std::size_t size = std::variant_size_v<Variant>;

  template <std::size_t index>
  static bool decode_as(Reader& reader, Variant& variant) {
    return codec<std::variant_alternative_t<index, Variant>>.decode(reader, &variant.template emplace<index>());
  }
  template <std::size_t... index>
  static constexpr auto decoders(std::index_sequence<index...>) {
    return std::array<bool (*)(Reader&, Variant&), size>{&decode_as<index>...};
  }

  static bool decode(Reader& reader, void* out) {
    static constexpr auto decode_alternative = decoders(std::make_index_sequence<size>());
    Variant& variant = *static_cast<T*>(out);
    UnionTable const& table = describe_union<T>();
    std::size_t first = 0, last = size - 1;
    if (!table.discriminator.empty()) {
      first = last;
      if (std::string id; reader.look_for(table.discriminator, id))
        if (auto const alternative = table.alternative_of(id)) first = *alternative, last = first + 1;
    }
    auto const start = reader.mark();
    for (std::size_t alternative = first; alternative < last; ++alternative) {
      if (decode_alternative[alternative](reader, variant)) return true;
      if (reader.broken()) return false;
      reader.back_to(start);
    }
    return decode_alternative[size - 1](reader, variant);
  }
  static void encode(void const* in, Writer& writer) {
    Variant const& variant = *static_cast<T const*>(in);
    UnionTable const& table = describe_union<T>();
    std::visit(
        [&]<class Alternative>(Alternative const& value) {
          if constexpr (Described<Alternative>)
            encode_object(describe<Alternative>(), &value, writer, table.discriminator,
                          table.id_of(variant.index(), writer.discriminator_hint));
          else
            codec<Alternative>.encode(&value, writer);
        },
        variant);
  }
  static constexpr Codec value{JsonKind::any, decode, encode, equal_values<T>};
};

/// Errors: syntax, with the offset.
Result<Json> parse(std::string_view text);

/// Reads a JSON document as a T. Errors: syntax with the offset; invalid_argument with one detail per field.
template <class T>
Result<T> decode_text(std::string_view text) {
  T value{};
  Reader reader(text);
  codec<T>.decode(reader, &value);
  std::string_view name = "document";
  if constexpr (Described<T>) name = describe<T>().name;
  if (Result<void> read = std::move(reader).finish(name); !read) return std::move(read).error();
  return value;
}

template <class T>
Result<T> decode(Json const& json) {
  return decode_text<T>(to_text(json));
}

template <class T>
std::string encode(T const& value) {
  Writer writer;
  codec<T>.encode(&value, writer);
  return std::move(writer).take();
}

}  // namespace qhub::api
