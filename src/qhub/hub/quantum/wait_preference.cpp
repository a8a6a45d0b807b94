#include "qhub/hub/quantum/wait_preference.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <string_view>

namespace qhub::hub {
namespace {

constexpr int max_seconds = 60;  // below the time limits of the official clients

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::chrono::seconds wait_preference(Headers const& headers) {
  for (auto const& [name, value] : headers) {
    if (!boost::algorithm::iequals(name, "Prefer")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      std::size_t const comma = std::min(rest.find(','), rest.size());
      std::string_view const preference = trimmed(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      std::size_t const equals = preference.find('=');
      if (equals == std::string_view::npos || !boost::algorithm::iequals(trimmed(preference.substr(0, equals)), "wait"))
        continue;
      std::string_view const number = trimmed(preference.substr(equals + 1));
      int seconds = 0;
      auto const [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
      if (end != number.data() + number.size() || seconds < 0) continue;
      if (error == std::errc::result_out_of_range) seconds = max_seconds;
      if (error != std::errc::invalid_argument) return std::chrono::seconds(std::min(seconds, max_seconds));
    }
  }
  return std::chrono::seconds(0);
}

}  // namespace qhub::hub
