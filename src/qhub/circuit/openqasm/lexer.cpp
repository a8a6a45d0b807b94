#include "qhub/circuit/openqasm/lexer.h"

#include <algorithm>
#include <array>

namespace qhub::circuit::openqasm {
namespace {

enum Class : std::uint8_t { other, blank, symbol, letter, digit };

constexpr std::array<Class, 256> classes = [] {
  std::array<Class, 256> table{};
  for (unsigned char const c : {' ', '\t', '\n', '\r', '\v', '\f'}) table[c] = blank;
  for (unsigned char const c : std::string_view(";,()[]{}:=+-*/%^<>&|!~@")) table[c] = symbol;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = digit;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = letter;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = letter;
  table['_'] = letter;
  for (unsigned c = 0x80; c < 0x100; ++c) table[c] = letter;  // OpenQASM 3 names may hold Unicode letters
  return table;
}();

Class class_of(char c) {
  return classes[static_cast<unsigned char>(c)];
}
bool is_word(char c) {
  return class_of(c) >= letter;
}

std::string_view view(char const* begin, char const* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// Whether two characters are one operator.
constexpr bool is_pair(char first, char second) {
  switch (first) {
    case '=':
    case '!':
    case '/':
    case '%':
    case '^':
      return second == '=';
    case '<':
    case '>':
    case '*':
    case '+':
    case '&':
    case '|':
      return second == first || second == '=';
    case '-':
      return second == '>' || second == '=';
    default:
      return false;
  }
}

}  // namespace

bool Lexer::skip_blanks() {
  while (cursor_ != end_) {
    if (class_of(*cursor_) == blank) {
      ++cursor_;
    } else if (*cursor_ == '/' && end_ - cursor_ > 1 && cursor_[1] == '/') {
      cursor_ = std::find(cursor_, end_, '\n');
    } else if (*cursor_ == '/' && end_ - cursor_ > 1 && cursor_[1] == '*') {
      std::size_t const close = view(cursor_, end_).find("*/", 2);
      if (close == std::string_view::npos) return false;
      cursor_ += close + 2;
    } else {
      return true;
    }
  }
  return true;
}

Token Lexer::next() {
  if (!skip_blanks()) {
    Token const open_comment{Token::Kind::invalid, 0, view(cursor_, cursor_ + 2)};
    cursor_ = end_;
    return open_comment;
  }
  char const* const start = cursor_;
  if (start == end_) return {Token::Kind::end, 0, view(start, start)};
  auto const take = [&](Token::Kind kind, char const* end) {
    cursor_ = end;
    return Token{kind, 0, view(start, end)};
  };
  auto const word_end = [&](char const* from) { return std::find_if_not(from, end_, is_word); };
  char const first = *start;
  if (class_of(first) == letter) return take(Token::Kind::identifier, word_end(start));
  bool const more = end_ - start > 1;
  if (class_of(first) == digit || (first == '.' && more && class_of(start[1]) == digit)) return number(start);
  if (first == '"' || first == '\'') {
    char const* const close = std::find_if(start + 1, end_, [&](char c) { return c == first || c == '\n'; });
    if (close == end_ || *close == '\n') return take(Token::Kind::invalid, close);
    return take(Token::Kind::string, close + 1);
  }
  if (first == '$') {
    char const* const end = std::find_if(start + 1, end_, [](char c) { return class_of(c) != digit; });
    return take(end == start + 1 ? Token::Kind::invalid : Token::Kind::physical_qubit, end);
  }
  if (first == '#') {
    char const* const end = word_end(start + 1);
    return take(view(start, end) == "#pragma" ? Token::Kind::identifier : Token::Kind::invalid, end);
  }
  if (class_of(first) != symbol) return take(Token::Kind::invalid, start + 1);
  if (more && is_pair(first, start[1])) {
    bool const shift_or_power = first == '<' || first == '>' || first == '*';
    bool const assigns = shift_or_power && start[1] == first && end_ - start > 2 && start[2] == '=';
    Token pair = take(Token::Kind::symbol, start + (assigns ? 3 : 2));
    pair.symbol = assigns ? symbol_of_three : symbol_code(pair.text);
    return pair;
  }
  Token token = take(Token::Kind::symbol, start + 1);
  token.symbol = symbol_code(token.text);
  return token;
}

Token Lexer::number(char const* start) {
  auto const digits = [&](char const* from) {
    return std::find_if_not(from, end_, [](char c) { return class_of(c) == digit || c == '_'; });
  };
  if (*start == '0' && end_ - start > 2 && std::string_view("xXoObB").find(start[1]) != std::string_view::npos) {
    cursor_ = std::find_if_not(start + 2, end_, is_word);
    return {Token::Kind::integer, 0, view(start, cursor_)};
  }
  char const* end = digits(start);
  Token::Kind kind = Token::Kind::integer;
  if (end != end_ && *end == '.') {
    kind = Token::Kind::real;
    end = digits(end + 1);
  }
  if (end != end_ && (*end == 'e' || *end == 'E')) {
    char const* exponent = end + 1;
    if (exponent != end_ && (*exponent == '+' || *exponent == '-')) ++exponent;
    if (exponent != end_ && class_of(*exponent) == digit) {
      kind = Token::Kind::real;
      end = digits(exponent);
    }
  }
  cursor_ = end;
  return {kind, 0, view(start, end)};
}

}  // namespace qhub::circuit::openqasm
