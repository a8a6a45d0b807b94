#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace qhub {

/// A choice between values known when this was built, kept as the text it has on the wire: a value that a newer peer
/// knows and this build does not survives a round trip. `Enum` lists the texts in `known` and has a constant for each.
/// Default-constructed it holds no text, which is no value of any enumeration.
template <class Enum>
class OpenEnum {
 public:
  /// One of the constants of `Enum`.
  struct Known {
    std::string_view text;  ///< As it is on the wire.
    constexpr operator std::string_view() const { return text; }  ///< Likewise.
  };

  OpenEnum() = default;  ///< No text.
  OpenEnum(std::string_view text) : text_(text) {}  ///< This text, known or not.
  OpenEnum(char const* text) : text_(text) {}  ///< Likewise.
  OpenEnum(std::string text) : text_(std::move(text)) {}  ///< Likewise.
  OpenEnum(Known known) : text_(known.text) {}  ///< One of the constants.

  std::string const& text() const { return text_; }  ///< As it is on the wire.
  bool empty() const { return text_.empty(); }  ///< Whether there is no text.
  /// Whether the text is one of `Enum::known`.
  bool is_known() const {
    for (std::string_view const known : Enum::known)
      if (known == text_) return true;
    return false;
  }

  friend bool operator==(OpenEnum const& left, OpenEnum const& right) = default;  ///< Whether the texts are equal.
  friend bool operator==(OpenEnum const& left, std::string_view right) { return left.text_ == right; }  ///< Likewise.
  friend bool operator==(OpenEnum const& left, char const* right) { return left.text_ == right; }  ///< Likewise.
  friend bool operator==(OpenEnum const& left, Known right) { return left.text_ == right.text; }  ///< Likewise.
  /// Writes the text.
  friend std::ostream& operator<<(std::ostream& out, OpenEnum const& value) { return out << value.text_; }

 private:
  std::string text_;
};

}  // namespace qhub
