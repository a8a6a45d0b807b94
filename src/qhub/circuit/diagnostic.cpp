#include "qhub/circuit/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace qhub::circuit {
namespace {

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

SourcePosition position_at(std::string_view text, std::size_t offset) {
  std::string_view const before = text.substr(0, offset);
  std::size_t const line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  auto const line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
  auto const characters = static_cast<std::size_t>(
      std::ranges::count_if(before.substr(line_start), [](char c) { return !continues_character(c); }));
  return {line, characters + 1};
}

std::string draw_caret(std::string_view text, SourcePosition position) {
  for (std::size_t line = 1; line < position.line; ++line) {
    std::size_t const end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find_first_of("\r\n"));
  std::string marks;
  std::size_t at = 0;
  for (std::size_t column = 1; column < position.column && at < text.size(); ++column) {
    marks += text[at] == '\t' ? '\t' : ' ';
    ++at;
    while (at < text.size() && continues_character(text[at])) ++at;
  }
  marks += '^';
  if (at < text.size() && is_word(text[at]))
    for (++at; at < text.size() && is_word(text[at]); ++at)
      if (!continues_character(text[at])) marks += '~';
  return fmt::format("    {}\n    {}\n", text, marks);
}

std::string describe_errors(Error const& error, std::string_view text) {
  if (error.details.empty()) return error.message + "\n";
  std::string described;
  for (ErrorDetail const& detail : error.details) {
    described += fmt::format("{}: {}\n", detail.where, detail.message);
    // The two numbers at the end.
    std::string_view where = detail.where;
    std::array<std::size_t, 2> numbers{};  // column, line
    bool is_position = true;
    for (std::size_t& number : numbers) {
      std::size_t const colon = where.rfind(':');
      std::string_view const digits = colon == std::string_view::npos ? "" : where.substr(colon + 1);
      auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      is_position = is_position && !digits.empty() && failed == std::errc{} && end == digits.data() + digits.size();
      if (is_position) where = where.substr(0, colon);
    }
    if (is_position) described += draw_caret(text, {numbers[1], numbers[0]});
  }
  return described;
}

void Diagnostics::add(ErrorKind kind, std::size_t offset, std::string message) {
  if (full()) return;
  if (empty()) kind_ = kind;
  SourcePosition const position = position_at(text_, offset);
  details_.push_back({fmt::format("{}:{}:{}", source_name_, position.line, position.column), std::move(message)});
}

Error Diagnostics::to_error() const {
  return {kind_, fmt::format("{}: {}", details_.front().where, details_.front().message), details_};
}

}  // namespace qhub::circuit
