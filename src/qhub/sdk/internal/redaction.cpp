#include "qhub/sdk/internal/redaction.h"

#include <algorithm>
#include <array>

namespace qhub::sdk {

bool is_secret_header(std::string_view name) {
  // Those that the official SDK redacts.
  static constexpr std::array<std::string_view, 16> secrets{
      "authorization", "www-authenticate", "x-api-key",           "api-key",
      "apikey",        "x-api-token",      "x-auth-token",        "auth-token",
      "cookie",        "set-cookie",       "proxy-authorization", "proxy-authenticate",
      "x-csrf-token",  "x-xsrf-token",     "x-session-token",     "x-access-token"};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return std::ranges::find(secrets, lower) != secrets.end();
}

std::string without_secrets(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  std::size_t const scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  std::size_t const authority = scheme + 3;
  std::size_t const at = url.substr(0, url.find('/', authority)).rfind('@');
  std::string plain(url);
  if (at != std::string_view::npos) plain.erase(authority, at + 1 - authority);
  return plain;
}

}  // namespace qhub::sdk
