#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace qhub::circuit::openqasm {

/// A word of OpenQASM 2 or 3. `text` points into the source.
struct Token {
  enum class Kind : std::uint8_t {
    end,
    identifier,      ///< Keywords too, and "#pragma".
    integer,         ///< Decimal, or with prefix 0x, 0o, 0b; may hold underscores.
    real,            ///< With a point or an exponent.
    string,          ///< Text with its quotes.
    physical_qubit,  ///< $ and digits.
    symbol,          ///< One operator or bracket; see `symbol`.
    invalid,         ///< A character or an open string or comment that fits nowhere.
  };
  Kind kind = Kind::end;
  std::uint16_t symbol = 0;  ///< symbol_code() of a symbol's text, else 0.
  std::string_view text;
};

/// Token::symbol of "<<=", ">>=" and "**=".
inline constexpr std::uint16_t symbol_of_three = 0xFFFF;

/// Names a symbol of one or two characters, so that it can be compared as a number.
constexpr std::uint16_t symbol_code(std::string_view text) {
  auto const byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  return static_cast<std::uint16_t>(byte(0) | byte(1) << 8);
}

/// Cuts OpenQASM text into tokens on demand; blanks and comments vanish.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : cursor_(text.data()), end_(text.data() + text.size()) {}

  Token next();

  [[nodiscard]] char const* cursor() const { return cursor_; }
  [[nodiscard]] char const* end() const { return end_; }
  void seek(char const* cursor) { cursor_ = cursor; }
  void set_end(char const* end) { end_ = end; }  ///< Where the text ends from now on.

 private:
  /// Skips blanks and comments; false at a block comment that does not end.
  bool skip_blanks();
  Token number(char const* start);

  char const* cursor_;
  char const* end_;
};

}  // namespace qhub::circuit::openqasm
