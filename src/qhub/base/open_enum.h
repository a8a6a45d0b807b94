#pragma once

#include <algorithm>
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
    std::string_view text;
    constexpr operator std::string_view() const { return text; }
  };

  OpenEnum() = default;
  OpenEnum(std::string_view text) : text_(text) {}
  OpenEnum(char const* text) : text_(text) {}
  OpenEnum(std::string text) : text_(std::move(text)) {}
  OpenEnum(Known known) : text_(known.text) {}

  std::string const& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  /// Whether the text is one of `Enum::known`.
  bool is_known() const { return std::ranges::find(Enum::known, text_) != std::end(Enum::known); }

  friend bool operator==(OpenEnum const& left, OpenEnum const& right) = default;
  friend bool operator==(OpenEnum const& left, std::string_view right) { return left.text_ == right; }
  friend bool operator==(OpenEnum const& left, char const* right) { return left.text_ == right; }
  friend bool operator==(OpenEnum const& left, Known right) { return left.text_ == right.text; }

 private:
  std::string text_;
};

}  // namespace qhub
