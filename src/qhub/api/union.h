#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "qhub/api/json.h"

namespace qhub {

/// One of several wire types. The last alternative is always Json: it takes what no other alternative fits, so that a
/// value from a newer peer survives a round trip. Text goes to the std::string alternative where there is one, else to
/// Json; a number likewise.
template <class... Alternatives>
class Union : public std::variant<Alternatives...> {
  template <class T>
  static constexpr bool holds = (std::same_as<T, Alternatives> || ...);
  template <class Preferred, class Second>
  using First = std::conditional_t<holds<Preferred>, Preferred, std::conditional_t<holds<Second>, Second, Json>>;

 public:
  using Variant = std::variant<Alternatives...>;  ///< The standard type below.

  Union() = default;  ///< The first alternative, made by default.
  template <class T>
  requires holds<std::remove_cvref_t<T>> Union(T&& value)
      : Variant(std::in_place_type<std::remove_cvref_t<T>>, std::forward<T>(value)) {}
  template <class T>
  requires(!holds<std::remove_cvref_t<T>> && std::convertible_to<T, std::string_view>) Union(T const& text)
      : Variant(std::in_place_type<First<std::string, Json>>, std::string_view(text)) {}
  template <class T>
  requires(!holds<T> && std::integral<T> && !std::same_as<T, bool>) Union(T number)
      : Variant(std::in_place_type<First<std::int64_t, double>>, static_cast<First<std::int64_t, double>>(number)) {}

  /// The value if it is a T, else null.
  template <class T>
  T const* get_if() const {
    return std::get_if<T>(static_cast<Variant const*>(this));
  }
  template <class T>
  T* get_if() {  ///< Likewise.
    return std::get_if<T>(static_cast<Variant*>(this));
  }
};

}  // namespace qhub

/// \fn qhub::Union::Union(T&& value)
/// One of the alternatives.

/// \fn qhub::Union::Union(T const& text)
/// Text.

/// \fn qhub::Union::Union(T number)
/// A number.
