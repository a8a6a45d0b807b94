#include "qhub/hub/http/multipart.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace qhub::hub {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::size_t find_ignoring_case(std::string_view text, std::string_view word) {
  auto const found = std::ranges::search(text, word, {}, lower, lower);
  return found.empty() ? std::string_view::npos : static_cast<std::size_t>(found.begin() - text.begin());
}

/// The value of `; name="value"` or `; name=value` in a header field; `%22` stands for a quotation mark (RFC 7578, 2).
std::optional<std::string> parameter(std::string_view field, std::string_view name) {
  std::size_t const at = find_ignoring_case(field, fmt::format("; {}=", name));
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = field.substr(at + name.size() + 3);
  bool const quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  std::string value(rest.substr(0, rest.find(quoted ? '"' : ';')));
  for (std::size_t mark; (mark = value.find("%22")) != std::string::npos;) value.replace(mark, 3, 1, '"');
  return value;
}

/// The value of a header field among `lines`, each ended by CRLF.
std::string_view header_field(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    std::string_view const line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(std::min(line.size() + 2, lines.size()));
    if (line.size() > name.size() && line[name.size()] == ':' && find_ignoring_case(line, name) == 0) {
      std::string_view value = line.substr(name.size() + 1);
      value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
      return value;
    }
  }
  return {};
}

}  // namespace

Result<File> read_multipart_file(std::string_view content_type, std::string_view body, std::string_view name) {
  auto const refuse = [&](std::string why) {
    return Error{ErrorKind::invalid_argument,
                 fmt::format("the body must be multipart/form-data with a part '{}': {}", name, why),
                 {{std::string(name), std::move(why)}}};
  };
  auto const boundary = parameter(content_type, "boundary");
  if (find_ignoring_case(content_type, "multipart/form-data") != 0 || !boundary || boundary->empty())
    return refuse("the Content-Type is another or has no boundary");

  std::string delimiter = "\r\n--";
  delimiter += *boundary;
  std::string const first = delimiter.substr(2);
  if (!body.starts_with(first)) return refuse("the body does not begin with its boundary");
  body.remove_prefix(first.size());
  while (body.starts_with("\r\n")) {
    body.remove_prefix(2);
    std::size_t const end = body.find(delimiter);
    std::size_t const head_end = body.find("\r\n\r\n");
    if (end == std::string_view::npos || head_end == std::string_view::npos || head_end > end)
      return refuse("a part is cut off");
    std::string_view const head = body.substr(0, head_end + 2);
    std::string_view const disposition = header_field(head, "Content-Disposition");
    if (parameter(disposition, "name") == name)
      return File{std::string(body.substr(head_end + 4, end - head_end - 4)),
                  parameter(disposition, "filename").value_or("upload"),
                  std::string(header_field(head, "Content-Type"))};
    body.remove_prefix(end + delimiter.size());
  }
  return refuse("there is none");
}

}  // namespace qhub::hub
