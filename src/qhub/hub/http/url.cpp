#include "qhub/hub/http/url.h"

#include <algorithm>
#include <charconv>

namespace qhub::hub {
namespace {

Error bad_target(std::string message) {
  return {.kind = ErrorKind::invalid_argument, .message = std::move(message), .details = {}};
}

/// Calls visit(piece) for each piece between separators; an empty text has one empty piece.
template <class Visit>
bool split(std::string_view text, char separator, Visit visit) {
  while (true) {
    std::size_t const end = text.find(separator);
    if (!visit(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::string> decode_query(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    unsigned byte = 0;
    auto const [end, error] = std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16);
    if (error != std::errc() || end != &text[i + 1] + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

Result<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/')
    return bad_target("the request target must be a path that starts with '/'");
  target = target.substr(0, target.find('#'));
  std::size_t const question = target.find('?');
  Target parsed;
  bool const path_is_good = split(
      target.substr(1, question == std::string_view::npos ? question : question - 1), '/', [&](std::string_view piece) {
        auto segment = percent_decode(piece);
        if (!segment || *segment == "." || *segment == ".." || segment->find('\0') != std::string::npos) return false;
        parsed.segments.push_back(std::move(*segment));
        return true;
      });
  if (!path_is_good) return bad_target("the path holds a bad %-escape, a zero byte, or a segment '.' or '..'");
  if (question == std::string_view::npos) return parsed;
  bool const query_is_good = split(target.substr(question + 1), '&', [&](std::string_view piece) {
    if (piece.empty()) return true;
    std::size_t const equals = piece.find('=');
    auto name = decode_query(piece.substr(0, equals));
    auto value = decode_query(equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1));
    if (!name || !value) return false;
    parsed.query.emplace_back(std::move(*name), std::move(*value));
    return true;
  });
  if (!query_is_good) return bad_target("the query holds a bad %-escape");
  return parsed;
}

}  // namespace qhub::hub
