#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "qhub/sdk/page_range.h"

namespace qhub::sdk {

/// A value, whether its field is required or not; nothing counts as `otherwise`.
template <class Value, class Field>
Value value_of(Field const& field, Value otherwise) {
  if constexpr (std::is_convertible_v<Field, Value>)
    return field;
  else
    return field ? static_cast<Value>(*field) : otherwise;
}

/// An API's page as the ranges have it. A list that does not say how many pages it has is all there is, as a bare list
/// is that an older server sends.
template <class T, class ApiPage>
Page<T> to_page(ApiPage&& page, std::int64_t number) {
  Page<T> result;
  if constexpr (std::is_same_v<std::decay_t<decltype(page.content)>, std::vector<T>>)
    result.content = std::move(page.content);
  else if (page.content)
    result.content = *std::move(page.content);
  result.is_last = number + 1 >= value_of<std::int64_t>(page.total_pages, 0);
  return result;
}

}  // namespace qhub::sdk
