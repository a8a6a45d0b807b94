#include "qhub/api/reader.h"

#include <fmt/format.h>

#include <bit>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace qhub::api {
namespace {

constexpr int deepest = 200;  // enough for any document of the APIs, little enough for any stack

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// How many of eight bytes are plain text before the first quote, backslash, control character or non-ASCII byte.
/// Source: Anderson, "Bit Twiddling Hacks", determine if a word has a byte less than n; what it says of bytes behind
/// the first that has may be wrong.
int plain_bytes(char const* bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
  auto const has_zero = [](std::uint64_t x) { return (x - ones) & ~x; };
  std::uint64_t word;
  std::memcpy(&word, bytes, 8);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  std::uint64_t const special =
      (has_zero(word ^ (ones * '"')) | has_zero(word ^ (ones * '\\')) | (word - ones * 0x20) | word) & tops;
  return std::countr_zero(special) / 8;
}

/// RFC 3629, section 4.
bool is_utf8(std::string_view text) {
  auto const* at = reinterpret_cast<unsigned char const*>(text.data());
  auto const* const end = at + text.size();
  while (at < end) {
    unsigned char const lead = *at++;
    if (lead < 0x80) continue;
    int const more = lead >= 0xC2 && lead <= 0xDF ? 1 : (lead & 0xF0) == 0xE0 ? 2 : lead >= 0xF0 && lead <= 0xF4 ? 3 : 0;
    if (more == 0 || end - at < more) return false;
    unsigned char const low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char const high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (*at < low || *at > high) return false;
    for (int i = 1; i < more; ++i)
      if ((at[i] & 0xC0) != 0x80) return false;
    at += more;
  }
  return true;
}

void append_utf8(std::string& text, unsigned code) {
  auto const add = [&](unsigned byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6), add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12), add(0x80 | (code >> 6 & 0x3F)), add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18), add(0x80 | (code >> 12 & 0x3F)), add(0x80 | (code >> 6 & 0x3F)), add(0x80 | (code & 0x3F));
  }
}

bool read_double(std::string_view text, double& out) {
  auto const [end, status] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (status == std::errc{}) return true;
  out = std::strtod(std::string(text).c_str(), nullptr);  // too small becomes zero, too large infinity
  return std::isfinite(out);
}

template <class Integer>
bool read_integer(std::string_view text, Integer& out) {
  return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
}

}  // namespace

Error decoding_error(std::string_view what, std::vector<ErrorDetail> failures) {
  ErrorDetail const& first = failures.front();
  std::string message = first.where.empty() ? fmt::format("{}: {}", what, first.message)
                                            : fmt::format("{} {}", first.where, first.message);
  if (failures.size() > 1) message += fmt::format(" (and {} more)", failures.size() - 1);
  return {ErrorKind::invalid_argument, std::move(message), std::move(failures)};
}

bool Reader::broken(char const* mistake, char const* at) {
  if (!mistake_) {
    mistake_ = mistake;
    mistake_at_ = static_cast<std::size_t>(at - begin_);
  }
  at_ = end_;
  return false;
}

bool Reader::literal(std::string_view text) {
  if (static_cast<std::size_t>(end_ - at_) < text.size() || std::string_view(at_, text.size()) != text)
    return broken("expected a value", at_);
  at_ += text.size();
  return true;
}

bool Reader::null() {
  return peek() == Kind::null ? literal("null") : wrong_kind("null");
}

bool Reader::boolean(bool& out) {
  if (peek() != Kind::boolean) return wrong_kind("a boolean");
  out = *at_ == 't';
  return literal(out ? "true" : "false");
}

bool Reader::digits(std::string_view& text, bool& whole) {
  char const* const from = at_;
  char const* at = at_;
  auto const run = [&] {
    char const* const start = at;
    while (at < end_ && is_digit(*at)) ++at;
    return at - start;
  };
  if (*at == '-') ++at;
  bool const zero = at < end_ && *at == '0';
  auto const integral = run();
  if (integral == 0 || (zero && integral > 1)) return broken("not a number", from);
  whole = true;
  if (at < end_ && *at == '.') {
    whole = false;
    ++at;
    if (run() == 0) return broken("not a number", from);
  }
  if (at < end_ && (*at == 'e' || *at == 'E')) {
    whole = false;
    ++at;
    if (at < end_ && (*at == '+' || *at == '-')) ++at;
    if (run() == 0) return broken("not a number", from);
  }
  text = {from, static_cast<std::size_t>(at - from)};
  at_ = at;
  return true;
}

bool Reader::integer(std::int64_t& out) {
  if (peek() != Kind::number) return wrong_kind("an integer");
  std::string_view text;
  bool whole = false;
  if (!digits(text, whole)) return false;
  if (whole) return read_integer(text, out) || fail("is outside the range of a 64-bit integer");
  double value = 0;
  if (!read_double(text, value) || std::trunc(value) != value) return fail("expected an integer, found a number");
  // 2^63 is the first double that does not fit.
  if (std::abs(value) >= 9223372036854775808.0) return fail("is outside the range of a 64-bit integer");
  out = static_cast<std::int64_t>(value);
  return true;
}

bool Reader::number(double& out) {
  if (peek() != Kind::number) return wrong_kind("a number");
  char const* const from = at_;
  std::string_view text;
  bool whole = false;
  return digits(text, whole) && (read_double(text, out) || broken("a number too large for a double", from));
}

bool Reader::quoted(std::string_view& out) {
  char const* const from = ++at_;
  char const* at = from;
  bool ascii = true;
  for (;; ++at) {
    for (int plain = 8; plain == 8 && end_ - at >= 8; at += plain) plain = plain_bytes(at);
    if (at == end_) return broken("incomplete", end_);
    auto const c = static_cast<unsigned char>(*at);
    if (c == '"') break;
    if (c == '\\') return unescape(from, out);
    if (c < 0x20) return broken("a control character in a string", at);
    if (c >= 0x80) ascii = false;
  }
  out = {from, static_cast<std::size_t>(at - from)};
  at_ = at + 1;
  return ascii || is_utf8(out) || broken("invalid UTF-8", from);
}

bool Reader::hex4(char const*& at, unsigned& code) {
  if (end_ - at < 4) return broken("incomplete", end_);
  auto const [stop, status] = std::from_chars(at, at + 4, code, 16);
  if (status != std::errc{} || stop != at + 4) return broken("not a \\u escape", at);
  at = stop;
  return true;
}

bool Reader::unescape(char const* from, std::string_view& out) {
  scratch_.clear();
  auto const is_plain = [](char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; };
  for (char const* at = from;;) {
    char const* const run = at;
    while (at < end_ && is_plain(*at)) ++at;
    scratch_.append(run, at);
    if (at == end_) break;
    char const c = *at++;
    if (c == '"') {
      at_ = at;
      out = scratch_;
      return is_utf8(out) || broken("invalid UTF-8", from);
    }
    if (c != '\\') return broken("a control character in a string", at - 1);
    if (at == end_) break;
    static constexpr std::string_view escapes = "\"\\/bfnrtu", meanings = "\"\\/\b\f\n\r\t";
    std::size_t const index = escapes.find(*at++);
    if (index == std::string_view::npos) return broken("not an escape", at - 2);
    if (index < meanings.size()) {
      scratch_ += meanings[index];
      continue;
    }
    unsigned code = 0;
    if (!hex4(at, code)) return false;
    if (code >= 0xD800 && code < 0xE000) {  // half of a pair, RFC 8259, section 7
      unsigned low = 0;
      if (code >= 0xDC00 || end_ - at < 2 || at[0] != '\\' || at[1] != 'u') return broken("half a surrogate pair", at);
      at += 2;
      if (!hex4(at, low)) return false;
      if (low < 0xDC00 || low > 0xDFFF) return broken("half a surrogate pair", at);
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(scratch_, code);
  }
  return broken("incomplete", end_);
}

bool Reader::text(std::string_view& out) {
  return peek() == Kind::string ? quoted(out) : wrong_kind("a string");
}

bool Reader::string(std::string& out) {
  std::string_view found;
  if (!text(found)) return false;
  out.assign(found);
  return true;
}

bool Reader::open(char bracket) {
  if (at_ == end_ || *at_ != bracket) return false;
  if (depth_ == deepest) return broken("nested too deeply", at_);
  ++at_;
  ++depth_;
  first_ = true;
  return true;
}

bool Reader::next(char closing) {
  skip_space();
  if (at_ == end_) return broken("incomplete", at_);
  if (*at_ == closing) {
    ++at_;
    --depth_;
    first_ = false;
    return false;
  }
  if (!first_) {
    if (*at_ != ',') return broken(closing == ']' ? "expected , or ]" : "expected , or }", at_);
    ++at_;
  }
  first_ = false;
  return true;
}

bool Reader::begin_array() {
  return peek() == Kind::array ? open('[') : wrong_kind("an array");
}

bool Reader::next_element() {
  return next(']');
}

bool Reader::begin_object() {
  return peek() == Kind::object ? open('{') : wrong_kind("an object");
}

bool Reader::next_member(std::string_view& name, std::string_view likely) {
  if (!next('}')) return false;
  skip_space();
  if (at_ == end_ || *at_ != '"') return broken("expected a member's name", at_);
  std::size_t const size = likely.size();
  if (static_cast<std::size_t>(end_ - at_) > size + 1 && at_[size + 1] == '"' &&
      std::memcmp(at_ + 1, likely.data(), size) == 0) {
    name = likely;
    at_ += size + 2;
  } else if (!quoted(name)) {
    return false;
  }
  skip_space();
  if (at_ == end_ || *at_ != ':') return broken("expected :", at_);
  ++at_;
  return true;
}

bool Reader::json(Json& out) {
  std::string_view text;
  switch (peek()) {
    case Kind::none:
      return false;
    case Kind::null:
      out = nullptr;
      return null();
    case Kind::boolean:
      return boolean(out.emplace_bool());
    case Kind::number: {
      char const* const from = at_;
      bool whole = false;
      if (!digits(text, whole)) return false;
      std::int64_t integer = 0;
      std::uint64_t large = 0;
      double fraction = 0;
      if (whole && read_integer(text, integer))
        out = integer;
      else if (whole && text.front() != '-' && read_integer(text, large))
        out = large;
      else if (read_double(text, fraction))
        out = fraction;
      else
        return broken("a number too large for a double", from);
      return true;
    }
    case Kind::string:
      if (!quoted(text)) return false;
      out.emplace_string().assign(text);
      return true;
    case Kind::array: {
      auto& array = out.emplace_array();
      open('[');
      while (next_element())
        if (!json(array.emplace_back(nullptr))) break;
      return !broken();
    }
    case Kind::object: {
      auto& object = out.emplace_object();
      open('{');
      while (next_member(text))
        if (!json(object[text])) break;
      return !broken();
    }
  }
  return false;
}

bool Reader::skip() {
  std::string_view text;
  bool flag = false;
  switch (peek()) {
    case Kind::none:
      return false;
    case Kind::null:
      return null();
    case Kind::boolean:
      return boolean(flag);
    case Kind::number:
      return digits(text, flag);
    case Kind::string:
      return quoted(text);
    case Kind::array:
      open('[');
      while (next_element()) skip();
      return !broken();
    case Kind::object:
      open('{');
      while (next_member(text)) skip();
      return !broken();
  }
  return false;
}

bool Reader::look_for(std::string_view name, std::string& out) {
  if (peek() != Kind::object) return false;
  Mark const here = mark();
  bool found = false;
  open('{');
  for (std::string_view member; !found && next_member(member);) {
    if (member == name && peek() == Kind::string)
      found = string(out);
    else
      skip();
  }
  if (!broken()) back_to(here);
  return found;
}

void Reader::back_to(Mark const& mark) {
  at_ = mark.at;
  first_ = mark.first;
  depth_ = mark.depth;
  failures_.resize(mark.failures);
}

bool Reader::fail(std::string message) {
  failures_.push_back({"", std::move(message)});
  return false;
}

bool Reader::wrong_kind(std::string_view expected) {
  std::string_view found;
  switch (peek()) {
    case Kind::none:
      return false;
    case Kind::null:
      found = "null";
      break;
    case Kind::boolean:
      found = "a boolean";
      break;
    case Kind::number:
      found = "a number";
      break;
    case Kind::string:
      found = "a string";
      break;
    case Kind::array:
      found = "an array";
      break;
    case Kind::object:
      found = "an object";
      break;
  }
  fail(fmt::format("expected {}, found {}", expected, found));
  skip();
  return false;
}

void Reader::prepend(std::size_t from, std::string_view step) {
  for (std::size_t i = from; i < failures_.size(); ++i) {
    std::string& path = failures_[i].where;
    bool const joined = path.empty() || path.front() == '[';
    path.insert(0, joined ? std::string(step) : fmt::format("{}.", step));
  }
}

void Reader::prepend_index(std::size_t from, std::size_t index) {
  prepend(from, fmt::format("[{}]", index));
}

Result<void> Reader::finish(std::string_view what) && {
  skip_space();
  if (!mistake_ && at_ != end_ && failures_.empty()) broken("more follows the document", at_);
  if (mistake_)
    return Error{ErrorKind::syntax, fmt::format("not a JSON document: {} at byte {}", mistake_, mistake_at_), {}};
  if (failures_.empty()) return {};
  return decoding_error(what, std::move(failures_));
}

}  // namespace qhub::api
