#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace qhub::api {

/// Appends compact JSON (RFC 8259) to a string: no white space, non-ASCII text unescaped, numbers in their shortest
/// form that reads back equal, a number with a fraction always with a point or exponent.
class Writer {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  /// The key of the next value. \pre inside an object.
  void key(std::string_view name);

  void null() { literal("null"); }
  void boolean(bool value) { literal(value ? "true" : "false"); }
  void integer(std::int64_t value);
  /// NaN and infinities have no JSON form and are written as null.
  void number(double value);
  void string(std::string_view text);
  void value(boost::json::value const& value);

  std::string take() && { return std::move(text_); }

  /// Which backend the request being written is for; discriminated unions in it write this id if it is one of theirs.
  std::string discriminator_hint;
  /// Whether to write what people may see instead of what goes over the wire: no secrets, and the fields of a request
  /// wherever they travel.
  bool for_people = false;

 private:
  void open(char bracket);
  void close(char bracket);
  void literal(std::string_view text);
  void separate();
  void quote(std::string_view text);

  std::string text_;
  bool first_ = true;  ///< Nothing stands before the next value in its array or object, or its key does.
};

/// The compact text of a free-form value.
std::string to_text(boost::json::value const& value);

}  // namespace qhub::api
