#include "qhub/sdk/http.h"

#include <algorithm>

namespace qhub {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (auto const& [field, value] : fields_)
    if (same_name(field, name)) return value;
  return std::nullopt;
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](Field const& field) { return same_name(field.first, name); });
}

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  add(std::string(name), std::move(value));
}

}  // namespace qhub
