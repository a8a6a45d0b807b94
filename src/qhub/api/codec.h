#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
#include "qhub/api/union.h"
#include "qhub/api/writer.h"
#include "qhub/base/error.h"
#include "qhub/base/open_enum.h"
#include "qhub/base/result.h"
#include "qhub/base/timestamp.h"

/// The mapping between wire types and JSON as tables: a struct is a list of rows, one loop interprets them. A tenth of
/// the machine code of straight-line functions, and the one place where an error learns its path.
namespace qhub::api {

/// What went wrong while decoding. A path is put together only on failure, innermost step first, so success costs
/// nothing.
class Decoder {
 public:
  /// Records a failure at the value being decoded; returns false for the caller to pass on.
  bool fail(std::string message);
  /// Puts a step before the path of each failure recorded since `from`.
  void prepend(std::size_t from, std::string_view step);
  void prepend_index(std::size_t from, std::size_t index);

  std::size_t count() const { return errors_.size(); }
  /// More failures than these are not looked for.
  bool full() const { return errors_.size() >= 20; }
  std::vector<ErrorDetail> take() && { return std::move(errors_); }

  /// Whether a value that an enumeration does not know is an error: for a server it is, to a client it may be news.
  bool known_values_only = false;

 private:
  std::vector<ErrorDetail> errors_;
};

/// What kind of JSON value a type has; tells how to read one from the text of a query parameter.
enum class JsonKind : std::uint8_t { any, string, integer, number, boolean, array, object };

/// How values of one C++ type are read and written. `out` and `in` point to a value of that type.
struct Codec {
  JsonKind kind;
  bool (*decode)(Json const& json, void* out, Decoder& decoder);
  void (*encode)(void const* in, Writer& writer);
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

bool decode_object(Object const& object, Json const& json, void* out, Decoder& decoder);
/// Writes the fields that travel in the body. `discriminator` replaces that field's value if the value is empty.
void encode_object(Object const& object, void const* in, Writer& writer, std::string_view discriminator = {},
                   std::string_view id = {});

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

bool decode_string(Json const& json, void* out, Decoder& decoder);
bool decode_integer(Json const& json, void* out, Decoder& decoder);
bool decode_number(Json const& json, void* out, Decoder& decoder);
bool decode_boolean(Json const& json, void* out, Decoder& decoder);
bool fail_kind(Json const& json, std::string_view expected, Decoder& decoder);
bool fail_choice(std::span<std::string_view const> known, Decoder& decoder);

template <>
struct CodecOf<std::string> {
  static void encode(void const* in, Writer& writer) { writer.string(*static_cast<std::string const*>(in)); }
  static constexpr Codec value{JsonKind::string, decode_string, encode};
};
template <>
struct CodecOf<std::int64_t> {
  static void encode(void const* in, Writer& writer) { writer.integer(*static_cast<std::int64_t const*>(in)); }
  static constexpr Codec value{JsonKind::integer, decode_integer, encode};
};
template <>
struct CodecOf<double> {
  static void encode(void const* in, Writer& writer) { writer.number(*static_cast<double const*>(in)); }
  static constexpr Codec value{JsonKind::number, decode_number, encode};
};
template <>
struct CodecOf<bool> {
  static void encode(void const* in, Writer& writer) { writer.boolean(*static_cast<bool const*>(in)); }
  static constexpr Codec value{JsonKind::boolean, decode_boolean, encode};
};
template <>
struct CodecOf<Json> {
  static bool decode(Json const& json, void* out, Decoder&) {
    *static_cast<Json*>(out) = json;
    return true;
  }
  static void encode(void const* in, Writer& writer) { writer.value(*static_cast<Json const*>(in)); }
  static constexpr Codec value{JsonKind::any, decode, encode};
};
template <>
struct CodecOf<Timestamp> {
  static bool decode(Json const& json, void* out, Decoder& decoder) {
    std::string text;
    if (!decode_string(json, &text, decoder)) return false;
    *static_cast<Timestamp*>(out) = Timestamp(std::move(text));
    return true;
  }
  static void encode(void const* in, Writer& writer) { writer.string(static_cast<Timestamp const*>(in)->text()); }
  static constexpr Codec value{JsonKind::string, decode, encode};
};
/// A file's place in a request is the multipart body, never JSON.
template <>
struct CodecOf<File> {
  static bool decode(Json const& json, void*, Decoder& decoder) { return fail_kind(json, "a file", decoder); }
  static void encode(void const*, Writer& writer) { writer.null(); }
  static constexpr Codec value{JsonKind::any, decode, encode};
};
template <AnyOpenEnum T>
struct CodecOf<T> {
  static bool decode(Json const& json, void* out, Decoder& decoder) {
    std::string text;
    if (!decode_string(json, &text, decoder)) return false;
    T& value_out = *static_cast<T*>(out);
    value_out = T(std::move(text));
    if (decoder.known_values_only && !value_out.is_known()) return fail_choice(T::known, decoder);
    return true;
  }
  static void encode(void const* in, Writer& writer) { writer.string(static_cast<T const*>(in)->text()); }
  static constexpr Codec value{JsonKind::string, decode, encode};
};
template <Described T>
struct CodecOf<T> {
  static bool decode(Json const& json, void* out, Decoder& decoder) {
    return decode_object(describe<T>(), json, out, decoder);
  }
  static void encode(void const* in, Writer& writer) { encode_object(describe<T>(), in, writer); }
  static constexpr Codec value{JsonKind::object, decode, encode};
};
template <class T>
struct CodecOf<std::optional<T>> {
  static bool decode(Json const& json, void* out, Decoder& decoder) {
    auto& optional = *static_cast<std::optional<T>*>(out);
    if (json.is_null()) {
      optional.reset();
      return true;
    }
    return codec<T>.decode(json, &optional.emplace(), decoder);
  }
  static void encode(void const* in, Writer& writer) {
    auto const& optional = *static_cast<std::optional<T> const*>(in);
    if (optional)
      codec<T>.encode(&*optional, writer);
    else
      writer.null();
  }
  static bool absent(void const* in) { return !static_cast<std::optional<T> const*>(in)->has_value(); }
  static constexpr Codec value{codec<T>.kind, decode, encode, absent, codec<T>.element};
};
template <class T>
struct CodecOf<Box<T>> {
  static bool decode(Json const& json, void* out, Decoder& decoder) {
    return CodecOf<T>::decode(json, &**static_cast<Box<T>*>(out), decoder);
  }
  static void encode(void const* in, Writer& writer) { CodecOf<T>::encode(&**static_cast<Box<T> const*>(in), writer); }
  static constexpr Codec value{JsonKind::object, decode, encode};
};
template <class T>
struct CodecOf<std::vector<T>> {
  static bool decode(Json const& json, void* out, Decoder& decoder) {
    if (!json.is_array()) return fail_kind(json, "an array", decoder);
    auto& vector = *static_cast<std::vector<T>*>(out);
    auto const& array = json.get_array();
    vector.clear();
    vector.reserve(array.size());
    bool good = true;
    for (auto const& element : array) {
      std::size_t const failures = decoder.count();
      T decoded{};
      if (!codec<T>.decode(element, &decoded, decoder)) {
        decoder.prepend_index(failures, vector.size());
        if (decoder.full()) return false;
        good = false;
      }
      vector.push_back(std::move(decoded));
    }
    return good;
  }
  static void encode(void const* in, Writer& writer) {
    writer.begin_array();
    for (T const& element : *static_cast<std::vector<T> const*>(in)) codec<T>.encode(&element, writer);
    writer.end_array();
  }
  static constexpr Codec value{JsonKind::array, decode, encode, nullptr, &codec<T>};
};
template <class T>
struct CodecOf<std::map<std::string, T>> {
  static bool decode(Json const& json, void* out, Decoder& decoder) {
    if (!json.is_object()) return fail_kind(json, "an object", decoder);
    auto& map = *static_cast<std::map<std::string, T>*>(out);
    map.clear();
    for (auto const& [name, member] : json.get_object()) {
      std::size_t const failures = decoder.count();
      if (!codec<T>.decode(member, &map[name], decoder)) {
        decoder.prepend(failures, name);
        return false;
      }
    }
    return true;
  }
  static void encode(void const* in, Writer& writer) {
    writer.begin_object();
    for (auto const& [name, member] : *static_cast<std::map<std::string, T> const*>(in)) {
      writer.key(name);
      codec<T>.encode(&member, writer);
    }
    writer.end_object();
  }
  static constexpr Codec value{JsonKind::object, decode, encode};
};
template <AnyUnion T>
struct CodecOf<T> {
  using Variant = typename T::Variant;
  static constexpr std::size_t size = std::variant_size_v<Variant>;

  template <std::size_t index>
  static bool decode_as(Json const& json, Variant& variant, Decoder& decoder) {
    return codec<std::variant_alternative_t<index, Variant>>.decode(json, &variant.template emplace<index>(), decoder);
  }
  template <std::size_t... index>
  static constexpr auto decoders(std::index_sequence<index...>) {
    return std::array<bool (*)(Json const&, Variant&, Decoder&), size>{&decode_as<index>...};
  }

  static bool decode(Json const& json, void* out, Decoder& decoder) {
    static constexpr auto decode_alternative = decoders(std::make_index_sequence<size>());
    Variant& variant = *static_cast<T*>(out);
    UnionTable const& table = describe_union<T>();
    std::size_t first = 0, last = size - 1;
    if (!table.discriminator.empty()) {
      first = last;
      auto const* object = json.if_object();
      auto const* id = object ? object->if_contains(table.discriminator) : nullptr;
      if (id && id->is_string())
        if (auto const alternative = table.alternative_of(id->get_string())) first = *alternative, last = first + 1;
    }
    for (std::size_t alternative = first; alternative < last; ++alternative) {
      Decoder attempt;
      attempt.known_values_only = decoder.known_values_only;
      if (decode_alternative[alternative](json, variant, attempt)) return true;
    }
    return decode_alternative[size - 1](json, variant, decoder);
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
  static constexpr Codec value{JsonKind::any, decode, encode};
};

/// Reads a JSON document as a T. Errors: syntax with the offset; invalid_argument with one detail per field.
Result<Json> parse(std::string_view text);
Error decoding_error(std::string_view type, Decoder&& decoder);

template <class T>
Result<T> decode(Json const& json) {
  T value{};
  Decoder decoder;
  if (!codec<T>.decode(json, &value, decoder)) {
    if constexpr (Described<T>)
      return decoding_error(describe<T>().name, std::move(decoder));
    else
      return decoding_error("document", std::move(decoder));
  }
  return value;
}

template <class T>
Result<T> decode_text(std::string_view text) {
  Result<Json> json = parse(text);
  if (!json) return std::move(json).error();
  return decode<T>(*json);
}

template <class T>
std::string encode(T const& value) {
  Writer writer;
  codec<T>.encode(&value, writer);
  return std::move(writer).take();
}

}  // namespace qhub::api
