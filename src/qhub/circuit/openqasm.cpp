#include "qhub/circuit/openqasm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <unordered_map>
#include <utility>

#include "qhub/circuit/diagnostic.h"
#include "qhub/circuit/emitter.h"
#include "qhub/circuit/named_gate.h"
#include "qhub/circuit/openqasm_lexer.h"

namespace qhub::circuit {
namespace {

using boost::container::small_vector;

/// A compile-time number. Booleans and integers keep their type, because indices and conditions ask for it.
struct Value {
  enum class Type : std::uint8_t { integer, real };
  Type type = Type::integer;
  std::int64_t integer = 0;
  double real = 0;

  static Value of(std::int64_t value) { return {Type::integer, value, static_cast<double>(value)}; }
  static Value of(double value) { return {Type::real, 0, value}; }
  [[nodiscard]] bool is_integer() const { return type == Type::integer; }
  [[nodiscard]] bool is_true() const { return real != 0; }
};

/// Evenly spaced indices of qubits or bits: first, first + step, …
struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 1;
  std::int64_t step = 1;
  bool scalar = true;  ///< One element, rather than a register of size one.

  [[nodiscard]] std::uint32_t operator[](std::uint32_t index) const {
    return static_cast<std::uint32_t>(first + step * index);
  }
};

enum class Keyword : std::uint8_t {
  openqasm,
  include,
  qreg,
  creg,
  gate,
  opaque,
  barrier,
  measure,
  reset,
  if_,
  pragma,
  qubit,
  bit,
  const_,
  input,
  output,
  ctrl,
  negctrl,
  inv,
  pow,
  for_,
  while_,
  box,
  delay,
  number_type,
  end,
  unsupported,
};

struct Symbol {
  enum class Kind : std::uint8_t { keyword, named_gate, user_gate, opaque_gate, qubits, bits, value };
  Kind kind = Kind::keyword;
  Keyword keyword = Keyword::unsupported;
  bool constant = true;              ///< Of a value: cannot be assigned.
  NamedGate const* named = nullptr;  ///< Of a named gate.
  std::size_t definition = 0;        ///< Of a user gate: position in Parser::definitions_.
  Range range{};                     ///< Of qubits and bits.
  Value value{};
};

struct Definition {
  small_vector<std::string_view, 4> parameters;
  small_vector<std::string_view, 4> qubits;
  char const* body = nullptr;  ///< Its opening brace.
  bool valid = false;          ///< The body had no errors.
};

struct Modifier {
  Keyword kind;         ///< ctrl, negctrl, inv or pow
  double argument = 1;  ///< Number of controls, or the exponent.
};

/// A boolean expression of measured bits.
struct ConditionNode {
  enum class Kind : std::uint8_t { constant, test, negation, conjunction };
  Kind kind = Kind::constant;
  bool value = false;                       ///< Of a constant.
  Condition test{};                         ///< Its parent is set when it is used.
  std::array<std::uint32_t, 2> operands{};  ///< Of negation (one) and conjunction.
  std::vector<Condition::Id> used_below{};  ///< Parents under which the test has been made …
  std::vector<Condition::Id> identities{};  ///< … and its identity there.
};

constexpr std::pair<std::string_view, Keyword> keywords_of_both[] = {
    {"OPENQASM", Keyword::openqasm}, {"include", Keyword::include}, {"qreg", Keyword::qreg},
    {"creg", Keyword::creg},         {"gate", Keyword::gate},       {"barrier", Keyword::barrier},
    {"measure", Keyword::measure},   {"reset", Keyword::reset},     {"if", Keyword::if_},
    {"#pragma", Keyword::pragma},    {"opaque", Keyword::opaque},
};
constexpr std::pair<std::string_view, Keyword> keywords_of_3[] = {
    {"pragma", Keyword::pragma},
    {"qubit", Keyword::qubit},
    {"bit", Keyword::bit},
    {"const", Keyword::const_},
    {"input", Keyword::input},
    {"output", Keyword::output},
    {"ctrl", Keyword::ctrl},
    {"negctrl", Keyword::negctrl},
    {"inv", Keyword::inv},
    {"pow", Keyword::pow},
    {"for", Keyword::for_},
    {"while", Keyword::while_},
    {"box", Keyword::box},
    {"delay", Keyword::delay},
    {"int", Keyword::number_type},
    {"uint", Keyword::number_type},
    {"float", Keyword::number_type},
    {"angle", Keyword::number_type},
    {"bool", Keyword::number_type},
    {"end", Keyword::end},
    {"def", Keyword::unsupported},
    {"return", Keyword::unsupported},
    {"switch", Keyword::unsupported},
    {"let", Keyword::unsupported},
    {"array", Keyword::unsupported},
    {"duration", Keyword::unsupported},
    {"stretch", Keyword::unsupported},
    {"extern", Keyword::unsupported},
    {"cal", Keyword::unsupported},
    {"defcal", Keyword::unsupported},
    {"complex", Keyword::unsupported},
    {"break", Keyword::unsupported},
    {"continue", Keyword::unsupported},
    {"defcalgrammar", Keyword::unsupported},
};

using Function = double (*)(double);
constexpr std::pair<std::string_view, Function> functions[] = {
    {"sin", [](double x) { return std::sin(x); }},     {"cos", [](double x) { return std::cos(x); }},
    {"tan", [](double x) { return std::tan(x); }},     {"exp", [](double x) { return std::exp(x); }},
    {"ln", [](double x) { return std::log(x); }},      {"log", [](double x) { return std::log(x); }},
    {"sqrt", [](double x) { return std::sqrt(x); }},   {"arcsin", [](double x) { return std::asin(x); }},
    {"arccos", [](double x) { return std::acos(x); }}, {"arctan", [](double x) { return std::atan(x); }},
    {"asin", [](double x) { return std::asin(x); }},   {"acos", [](double x) { return std::acos(x); }},
    {"atan", [](double x) { return std::atan(x); }},   {"ceiling", [](double x) { return std::ceil(x); }},
    {"floor", [](double x) { return std::floor(x); }}, {"abs", [](double x) { return std::abs(x); }},
};

constexpr std::pair<std::string_view, double> constants[] = {
    {"pi", std::numbers::pi},
    {"π", std::numbers::pi},
    {"tau", 2 * std::numbers::pi},
    {"τ", 2 * std::numbers::pi},
    {"euler", std::numbers::e},
    {"ℇ", std::numbers::e},
    {"true", 1},
    {"false", 0},
};

/// FNV-1a: names are short, and one is looked up for every gate and operand.
struct NameHash {
  std::size_t operator()(std::string_view name) const {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (char const c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
  }
};

/// Binds tighter the higher the number.
struct BinaryOperator {
  std::uint16_t symbol;
  int precedence;
};
constexpr int comparison_precedence = 6, equality_precedence = 5, shift_precedence = 7, unary_precedence = 10,
              power_precedence = 11;
constexpr BinaryOperator operators[] = {
    {symbol_code("||"), 0},
    {symbol_code("&&"), 1},
    {symbol_code("|"), 2},
    {symbol_code("^"), 3},
    {symbol_code("&"), 4},
    {symbol_code("=="), equality_precedence},
    {symbol_code("!="), equality_precedence},
    {symbol_code("<"), comparison_precedence},
    {symbol_code(">"), comparison_precedence},
    {symbol_code("<="), comparison_precedence},
    {symbol_code(">="), comparison_precedence},
    {symbol_code("<<"), shift_precedence},
    {symbol_code(">>"), shift_precedence},
    {symbol_code("+"), 8},
    {symbol_code("-"), 8},
    {symbol_code("*"), 9},
    {symbol_code("/"), 9},
    {symbol_code("%"), 9},
    {symbol_code("**"), power_precedence},
};

/// Reads and carries out a program in one pass. Bodies of gates, loops and conditions are read again each time they
/// are carried out: no syntax tree is built. Functions that return bool or an optional report their error themselves;
/// false then means "skip the rest of this statement".
class Parser {
 public:
  Parser(std::string_view text, ReadOptions const& options)
      : text_(text), options_(options), emitter_(options), diagnostics_(options.source_name, text), lexer_(text) {}

  Result<Circuit> run() {
    if (text_.size() > options_.max_bytes)
      return Error{
          ErrorKind::too_large,
          fmt::format("{}: {} bytes, more than {} (max_bytes)", options_.source_name, text_.size(), options_.max_bytes),
          {}};
    advance();
    if (!version_line()) resynchronise();
    declare_builtin_names();
    while (token_.kind != Token::Kind::end && !stopped())
      if (!statement()) resynchronise();
    if (!diagnostics_.empty()) return diagnostics_.to_error();
    emitter_.circuit.shrink_to_fit();
    return std::move(emitter_.circuit);
  }

 private:
  // --- tokens and errors -------------------------------------------------------------------------------------------

  void advance() {
    previous_end_ = token_.text.data() + token_.text.size();
    token_ = lexer_.next();
  }
  void seek(char const* position) {
    lexer_.seek(position);
    advance();
  }
  [[nodiscard]] bool at(std::string_view symbol) const { return token_.symbol == symbol_code(symbol); }
  bool accept(std::string_view symbol) {
    if (!at(symbol)) return false;
    advance();
    return true;
  }
  bool expect(std::string_view symbol) {
    if (accept(symbol)) return true;
    return fail("expected '{}', found {}", symbol, found());
  }
  [[nodiscard]] bool at_word(std::string_view word) const {
    return token_.kind == Token::Kind::identifier && token_.text == word;
  }

  [[nodiscard]] std::string found() const {
    switch (token_.kind) {
      case Token::Kind::end:
        return lexer_.end() == text_.data() + text_.size() ? "end of file" : "end of line";
      case Token::Kind::invalid:
        if (token_.text.starts_with("/*")) return "a comment that does not end";
        if (token_.text.starts_with('"') || token_.text.starts_with('\'')) return "a string that does not end";
        return static_cast<unsigned char>(token_.text[0]) < 0x20
                   ? fmt::format("the character 0x{:02x}", static_cast<unsigned char>(token_.text[0]))
                   : fmt::format("'{}'", token_.text);
      default:
        return fmt::format("'{}'", token_.text.substr(0, 40));
    }
  }

  template <class... Args>
  bool fail_at(ErrorKind kind, std::string_view where, fmt::format_string<Args...> format, Args&&... args) {
    if (kind == ErrorKind::too_large) gave_up_ = true;
    diagnostics_.add(kind, static_cast<std::size_t>(where.data() - text_.data()),
                     fmt::format(format, std::forward<Args>(args)...));
    return false;
  }
  template <class... Args>
  bool fail(fmt::format_string<Args...> format, Args&&... args) {
    return fail_at(ErrorKind::syntax, token_.text, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  bool unsupported(std::string_view where, fmt::format_string<Args...> format, Args&&... args) {
    return fail_at(ErrorKind::unsupported, where, format, std::forward<Args>(args)...);
  }
  bool report(Result<void> const& result, std::string_view where) {
    if (result) return true;
    ErrorKind const kind = result.error().kind == ErrorKind::invalid_argument ? ErrorKind::syntax : result.error().kind;
    return fail_at(kind, where, "{}", result.error().message);
  }
  [[nodiscard]] bool stopped() const { return gave_up_ || diagnostics_.full(); }

  /// Skips what is left of a broken statement: to its semicolon or past its block, but not out of the enclosing block.
  void resynchronise() {
    for (std::size_t depth = 0; token_.kind != Token::Kind::end; advance()) {
      if (at("{")) ++depth;
      if (at("}") && depth == 0) return;
      if ((at(";") && depth == 0) || (at("}") && --depth == 0)) return advance();
    }
  }

  /// Guards recursion; false (with an error) when the text nests too deeply.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.nesting_; }
    ~Nesting() { --parser_.nesting_; }
    Nesting(Nesting const&) = delete;
    Nesting& operator=(Nesting const&) = delete;
    [[nodiscard]] bool ok() const {
      if (parser_.nesting_ <= parser_.options_.max_nesting) return true;
      return parser_.fail_at(ErrorKind::too_large, parser_.token_.text, "nested deeper than {} levels (max_nesting)",
                             parser_.options_.max_nesting);
    }

   private:
    Parser& parser_;
  };

  // --- names -------------------------------------------------------------------------------------------------------

  void declare_builtin_names() {
    for (NamedGate const& named : named_gates())
      if (version_ == 3 || named.openqasm2)
        globals_.emplace(named.name, Symbol{.kind = Symbol::Kind::named_gate, .named = &named});
    auto const declare = [&](auto const& keywords) {
      for (auto const& [text, keyword] : keywords) globals_.insert_or_assign(text, Symbol{.keyword = keyword});
    };
    declare(keywords_of_both);
    if (version_ == 3) declare(keywords_of_3);
  }

  [[nodiscard]] Symbol* find_global(std::string_view name) {
    auto const found_name = globals_.find(name);
    return found_name == globals_.end() ? nullptr : &found_name->second;
  }
  [[nodiscard]] Symbol* find_local(std::string_view name) {
    for (std::size_t i = locals_.size(); i > locals_begin_; --i)
      if (locals_[i - 1].first == name) return &locals_[i - 1].second;
    return nullptr;
  }
  [[nodiscard]] Symbol* find(std::string_view name) {
    Symbol* const local = find_local(name);
    return local != nullptr ? local : find_global(name);
  }

  /// Consumes the identifier of a declaration, refusing keywords and names in use.
  std::optional<Token> new_name(std::string_view what) {
    Token const name = token_;
    if (name.kind != Token::Kind::identifier)
      return fail("expected a name for the {}, found {}", what, found()), std::nullopt;
    if (in_block()) {
      if (Symbol const* global = find_global(name.text); global != nullptr && global->kind == Symbol::Kind::keyword)
        return fail("'{}' is a keyword", name.text), std::nullopt;
    } else if (Symbol const* global = find_global(name.text); global != nullptr) {
      if (global->kind == Symbol::Kind::keyword) return fail("'{}' is a keyword", name.text), std::nullopt;
      if (global->kind != Symbol::Kind::named_gate) return fail("'{}' is declared already", name.text), std::nullopt;
    }
    advance();
    return name;
  }

  [[nodiscard]] bool in_block() const { return block_depth_ != 0; }

  /// Local names are looked up one by one, so there may not be many.
  static constexpr std::size_t most_locals = 4096;
  bool too_many_names() {
    return fail_at(ErrorKind::too_large, token_.text, "more than {} names in a gate or a block", most_locals);
  }

  bool declare(std::string_view name, Symbol const& symbol) {
    if (!in_block()) {
      globals_.insert_or_assign(name, symbol);
      return true;
    }
    if (locals_.size() - locals_begin_ >= 2 * most_locals) return too_many_names();
    locals_.emplace_back(name, symbol);
    return true;
  }

  // --- numbers -----------------------------------------------------------------------------------------------------

  std::optional<Value> number() {
    std::string without_underscores;
    std::string_view digits = token_.text;
    if (digits.find('_') != std::string_view::npos) {
      without_underscores = digits;
      std::erase(without_underscores, '_');
      digits = without_underscores;
    }
    std::optional<Value> value;
    auto const complete = [&](std::from_chars_result const& result) {
      return result.ec == std::errc{} && result.ptr == digits.data() + digits.size();
    };
    if (token_.kind == Token::Kind::real) {
      double parsed = 0;
      if (complete(std::from_chars(digits.data(), digits.data() + digits.size(), parsed))) value = Value::of(parsed);
    } else {
      int base = 10;
      if (digits.size() > 2 && digits[0] == '0' && digits[1] > '9') {
        base = digits[1] == 'x' || digits[1] == 'X' ? 16 : digits[1] == 'o' || digits[1] == 'O' ? 8 : 2;
        digits.remove_prefix(2);
      }
      std::int64_t parsed = 0;
      if (complete(std::from_chars(digits.data(), digits.data() + digits.size(), parsed, base)))
        value = Value::of(parsed);
    }
    if (!value) fail("the number '{}' is out of range or malformed", token_.text.substr(0, 40));
    advance();
    return value;
  }

  std::optional<Value> expression(int lowest = 0) {
    Nesting const guard(*this);
    if (!guard.ok()) return std::nullopt;
    std::optional<Value> left = prefix();
    while (left && token_.kind == Token::Kind::symbol && !at(")") && !at(",") && !at("]")) {
      std::uint16_t symbol = token_.symbol;
      if (version_ == 2 && symbol == symbol_code("^")) symbol = symbol_code("**");
      auto const* const op = std::ranges::find(operators, symbol, &BinaryOperator::symbol);
      if (op == std::end(operators) || op->precedence < lowest) break;
      Token const where = token_;
      advance();
      bool const right_associative = op->precedence == power_precedence;
      std::optional<Value> const right = expression(op->precedence + (right_associative ? 0 : 1));
      if (!right) return std::nullopt;
      left = binary(where, symbol, *left, *right);
    }
    return left;
  }

  std::optional<Value> prefix() {
    if (at("-") || at("+") || at("!") || at("~")) {
      Token const sign = token_;
      advance();
      auto operand = expression(unary_precedence);
      if (!operand || sign.text == "+") return operand;
      if (sign.text == "!") return Value::of(std::int64_t{!operand->is_true()});
      if (!operand->is_integer()) {
        if (sign.text == "~") return fail_at(ErrorKind::syntax, sign.text, "'~' needs an integer"), std::nullopt;
        return Value::of(-operand->real);
      }
      // Two's complement, so that the lowest integer does not overflow.
      auto const bits = static_cast<std::uint64_t>(operand->integer);
      return Value::of(static_cast<std::int64_t>(sign.text == "~" ? ~bits : 0 - bits));
    }
    if (token_.kind == Token::Kind::integer || token_.kind == Token::Kind::real) return number();
    if (accept("(")) {
      auto inner = expression();
      if (inner && !expect(")")) return std::nullopt;
      return inner;
    }
    if (token_.kind != Token::Kind::identifier) return fail("expected a number, found {}", found()), std::nullopt;
    return named_number();
  }

  std::optional<Value> named_number() {
    Token const name = token_;
    Symbol const* const symbol = find(name.text);
    if (symbol != nullptr && symbol->kind == Symbol::Kind::value) {
      advance();
      return symbol->value;
    }
    if (auto const* constant = std::ranges::find(constants, name.text, &std::pair<std::string_view, double>::first);
        constant != std::end(constants) && (version_ == 3 || name.text == "pi")) {
      advance();
      bool const boolean = name.text == "true" || name.text == "false";
      return boolean ? Value::of(static_cast<std::int64_t>(constant->second)) : Value::of(constant->second);
    }
    if (symbol != nullptr && symbol->kind == Symbol::Kind::keyword && symbol->keyword == Keyword::number_type)
      return cast(name);
    if (symbol != nullptr && (symbol->kind == Symbol::Kind::bits || symbol->keyword == Keyword::measure))
      return unsupported(name.text, "'{}' is known only when the circuit runs; here a constant is needed", name.text),
             std::nullopt;
    auto const* function = std::ranges::find(functions, name.text, &std::pair<std::string_view, Function>::first);
    bool const two_arguments = version_ == 3 && (name.text == "pow" || name.text == "mod");
    if (function == std::end(functions) && !two_arguments)
      return fail("unknown name '{}' in an expression", name.text), std::nullopt;
    advance();
    if (!expect("(")) return std::nullopt;
    auto const argument = expression();
    if (!argument) return std::nullopt;
    if (!two_arguments) return expect(")") ? std::optional(Value::of(function->second(argument->real))) : std::nullopt;
    if (!expect(",")) return std::nullopt;
    auto const second = expression();
    if (!second || !expect(")")) return std::nullopt;
    return binary(name, symbol_code(name.text == "pow" ? "**" : "%"), *argument, *second);
  }

  /// int(…), float[64](…), bool(…) …
  std::optional<Value> cast(Token const& type) {
    advance();
    if (!skip_width() || !expect("(")) return std::nullopt;
    auto const operand = expression();
    if (!operand || !expect(")")) return std::nullopt;
    return convert(type, *operand);
  }

  std::optional<Value> convert(Token const& type, Value value) {
    if (type.text == "bool") return Value::of(std::int64_t{value.is_true()});
    if (type.text == "float" || type.text == "angle") return Value::of(value.real);
    if (value.is_integer()) return value;
    if (!(std::abs(value.real) < 0x1p62))
      return fail_at(ErrorKind::syntax, type.text, "{} does not fit an integer", value.real), std::nullopt;
    return Value::of(static_cast<std::int64_t>(value.real));
  }

  std::optional<Value> binary(Token const& where, std::uint16_t symbol, Value left, Value right) {
    bool const integers = left.is_integer() && right.is_integer();
    auto const boolean = [](bool value) { return Value::of(std::int64_t{value}); };
    std::int64_t result = 0;
    auto const checked = [&](bool overflowed) -> std::optional<Value> {
      if (!overflowed) return Value::of(result);
      return fail_at(ErrorKind::syntax, where.text, "the result of '{}' does not fit 64 bits", where.text),
             std::nullopt;
    };
    switch (symbol) {
      case symbol_code("||"):
        return boolean(left.is_true() || right.is_true());
      case symbol_code("&&"):
        return boolean(left.is_true() && right.is_true());
      case symbol_code("=="):
        return boolean(integers ? left.integer == right.integer : left.real == right.real);
      case symbol_code("!="):
        return boolean(integers ? left.integer != right.integer : left.real != right.real);
      case symbol_code("<"):
        return boolean(integers ? left.integer < right.integer : left.real < right.real);
      case symbol_code(">"):
        return boolean(integers ? left.integer > right.integer : left.real > right.real);
      case symbol_code("<="):
        return boolean(integers ? left.integer <= right.integer : left.real <= right.real);
      case symbol_code(">="):
        return boolean(integers ? left.integer >= right.integer : left.real >= right.real);
      case symbol_code("+"):
        if (!integers) return Value::of(left.real + right.real);
        return checked(__builtin_add_overflow(left.integer, right.integer, &result));
      case symbol_code("-"):
        if (!integers) return Value::of(left.real - right.real);
        return checked(__builtin_sub_overflow(left.integer, right.integer, &result));
      case symbol_code("*"):
        if (!integers) return Value::of(left.real * right.real);
        return checked(__builtin_mul_overflow(left.integer, right.integer, &result));
      case symbol_code("/"):
        if (right.real == 0) return division_by_zero(where);
        // -1 is left to the real quotient: the lowest integer has no opposite.
        if (integers && right.integer != -1 && left.integer % right.integer == 0)
          return Value::of(left.integer / right.integer);
        if (integers && right.integer == -1 && left.integer != INT64_MIN) return Value::of(-left.integer);
        return Value::of(left.real / right.real);
      case symbol_code("%"):
        if (right.real == 0) return division_by_zero(where);
        if (!integers) return Value::of(std::fmod(left.real, right.real));
        return Value::of(right.integer == -1 ? 0 : left.integer % right.integer);
      case symbol_code("**"): {
        double const power = std::pow(left.real, right.real);
        constexpr double exact = 0x1p53;
        if (integers && right.integer >= 0 && std::abs(power) <= exact)
          return Value::of(static_cast<std::int64_t>(power));
        return Value::of(power);
      }
      default:
        break;
    }
    if (!integers) return fail_at(ErrorKind::syntax, where.text, "'{}' needs integers", where.text), std::nullopt;
    auto const a = static_cast<std::uint64_t>(left.integer), b = static_cast<std::uint64_t>(right.integer);
    auto const bits = [](std::uint64_t value) { return Value::of(static_cast<std::int64_t>(value)); };
    switch (symbol) {
      case symbol_code("&"):
        return bits(a & b);
      case symbol_code("|"):
        return bits(a | b);
      case symbol_code("^"):
        return bits(a ^ b);
      case symbol_code("<<"):
        return bits(b < 64 ? a << b : 0);
      default:
        return bits(b < 64 ? a >> b : 0);
    }
  }

  /// In a body that is read but not carried out, variables have any value: what depends on them is no mistake. (In the
  /// body of a gate nothing about qubits depends on them.)
  [[nodiscard]] bool values_are_made_up() const { return checking_ != 0 && !in_gate_body_; }

  std::optional<Value> division_by_zero(Token const& where) {
    if (checking_ != 0) return Value::of(1.0);  // a parameter of a gate that is only checked has no value yet
    fail_at(ErrorKind::syntax, where.text, "division by zero");
    return std::nullopt;
  }

  std::optional<std::int64_t> integer_expression(std::string_view what) {
    Token const where = token_;
    auto const value = expression();
    if (!value) return std::nullopt;
    if (!value->is_integer())
      return fail_at(ErrorKind::syntax, where.text, "{} must be an integer", what), std::nullopt;
    return value->integer;
  }

  // --- qubits and bits ---------------------------------------------------------------------------------------------

  /// operand := name | name '[' index ']' | name '[' first ':' (step ':')? last ']' | '$' digits
  std::optional<Range> operand(Symbol::Kind kind) {
    bool const quantum = kind == Symbol::Kind::qubits;
    if (token_.kind == Token::Kind::physical_qubit && quantum) return physical_qubit();
    if (token_.kind != Token::Kind::identifier)
      return fail("expected a {}, found {}", quantum ? "qubit" : "classical bit", found()), std::nullopt;
    Token const name = token_;
    Symbol const* symbol = find_local(name.text);
    bool const local = symbol != nullptr && symbol->kind == kind;
    if (!local) symbol = in_gate_body_ ? nullptr : find_global(name.text);
    if (symbol == nullptr || symbol->kind != kind) {
      if (symbol != nullptr && (symbol->kind == Symbol::Kind::qubits || symbol->kind == Symbol::Kind::bits))
        return fail("'{}' is a {} register, expected a {} one", name.text, quantum ? "classical" : "quantum",
                    quantum ? "quantum" : "classical"),
               std::nullopt;
      return fail("unknown {} '{}'", quantum ? "qubit" : "classical bit", name.text), std::nullopt;
    }
    Range const range = symbol->range;
    advance();
    if (!at("[")) return range;
    if (range.scalar)
      return fail("'{}' is a single {} and has no index", name.text, quantum ? "qubit" : "bit"), std::nullopt;
    advance();
    return index(name, range);
  }

  std::optional<Range> index(Token const& name, Range range) {
    if (version_ == 2 && token_.kind != Token::Kind::integer)
      return fail("expected an index, found {}", found()), std::nullopt;
    if (at("{"))
      return unsupported(token_.text, "index sets are not supported; write the qubits one by one"), std::nullopt;
    Token const first_token = token_;
    std::int64_t first = 0;
    std::int64_t step = 1;
    if (!at(":")) {
      auto const value = integer_expression("an index");
      if (!value) return std::nullopt;
      first = *value;
    }
    if (version_ == 2 || !at(":")) {
      if (!expect("]")) return std::nullopt;
      auto const element = element_of(name, range, first, first_token);
      return element ? std::optional(Range{range[*element]}) : std::nullopt;
    }
    advance();
    Token last_token = token_;
    std::int64_t last = std::int64_t{range.count} - 1;
    if (!at("]")) {
      auto const value = integer_expression("an index");
      if (!value) return std::nullopt;
      last = *value;
    }
    if (accept(":")) {
      step = last;
      last_token = token_;
      auto const value = integer_expression("an index");
      if (!value) return std::nullopt;
      last = *value;
    }
    if (!expect("]")) return std::nullopt;
    auto const from = element_of(name, range, first, first_token);
    auto const to = from ? element_of(name, range, last, last_token) : std::nullopt;
    if (!to) return std::nullopt;
    if (values_are_made_up()) return range;
    if (step == 0 || std::abs(static_cast<double>(step)) > max_bits)
      return fail_at(ErrorKind::syntax, last_token.text, "a slice cannot have step {}", step), std::nullopt;
    std::int64_t const distance = std::int64_t{*to} - *from;
    if ((distance < 0) != (step < 0) && distance != 0)
      return fail_at(ErrorKind::syntax, first_token.text, "the slice is empty"), std::nullopt;
    return Range{range[*from], static_cast<std::uint32_t>(distance / step + 1), range.step * step, false};
  }

  /// A possibly negative index (counted from the end, OpenQASM 3) as an index from the start.
  std::optional<std::uint32_t> element_of(Token const& name, Range const& range, std::int64_t index,
                                          Token const& where) {
    std::int64_t const from_start = index < 0 && version_ == 3 ? index + range.count : index;
    if (values_are_made_up()) return 0;
    if (from_start < 0 || from_start >= range.count)
      return fail_at(ErrorKind::syntax, where.text, "index {} is outside register '{}' of size {}", index, name.text,
                     range.count),
             std::nullopt;
    return static_cast<std::uint32_t>(from_start);
  }

  std::optional<Range> physical_qubit() {
    if (version_ == 2) return fail("physical qubits need OpenQASM 3"), std::nullopt;
    auto const number_of = [](Token const& token) {
      std::uint32_t number = max_bits;
      std::string_view const digits = token.text.substr(1);
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
      return number;
    };
    if (!physical_) {
      if (emitter_.circuit.qubit_count() != 0)
        return unsupported(token_.text, "a program cannot have both declared and physical qubits"), std::nullopt;
      // How many there are is known only at the end, so look ahead once.
      std::int64_t highest = number_of(token_);
      Lexer ahead(std::string_view(token_.text.data(),
                                   static_cast<std::size_t>(text_.data() + text_.size() - token_.text.data())));
      for (Token token = ahead.next(); token.kind != Token::Kind::end; token = ahead.next())
        if (token.kind == Token::Kind::physical_qubit) highest = std::max<std::int64_t>(highest, number_of(token));
      if (!add_register("$", highest + 1, Symbol::Kind::qubits, token_)) return std::nullopt;
      physical_ = true;
    }
    Range const qubit{number_of(token_)};
    advance();
    return qubit;
  }

  std::optional<Range> add_register(std::string_view name, std::int64_t size, Symbol::Kind kind, Token const& where) {
    bool const quantum = kind == Symbol::Kind::qubits;
    std::uint32_t const present = quantum ? emitter_.circuit.qubit_count() : emitter_.circuit.clbit_count();
    if (size <= 0)
      return fail_at(ErrorKind::syntax, where.text, "register '{}' needs a size of at least 1", name), std::nullopt;
    if (size > std::int64_t{options_.max_qubits} - present)
      return fail_at(ErrorKind::too_large, where.text, "more than {} {} (max_qubits)", options_.max_qubits,
                     quantum ? "qubits" : "classical bits"),
             std::nullopt;
    auto const count = static_cast<std::uint32_t>(size);
    auto const added = quantum ? emitter_.circuit.add_qubits(std::string(name), count)
                               : emitter_.circuit.add_clbits(std::string(name), count);
    if (!added) return fail_at(ErrorKind::syntax, where.text, "{}", added.error().message), std::nullopt;
    return Range{added->first, added->size, 1, false};
  }

  // --- statements --------------------------------------------------------------------------------------------------

  bool version_line() {
    if (!at_word("OPENQASM")) {
      version_ = openqasm_version(text_);
      return true;
    }
    advance();
    if (token_.text == "2.0" || token_.text == "2")
      version_ = 2;
    else if (token_.text == "3" || token_.text == "3.0" || token_.text == "3.1")
      version_ = 3;
    else
      return gave_up_ = true, unsupported(token_.text, "OpenQASM version {}; known are 2.0, 3.0 and 3.1", found());
    advance();
    return expect(";");
  }

  bool statement() {
    if (token_.kind == Token::Kind::identifier) {
      Symbol* symbol = find_global(token_.text);
      if (symbol == nullptr) symbol = find_local(token_.text);
      if (symbol == nullptr) return fail("unknown gate or statement '{}'", token_.text);
      switch (symbol->kind) {
        case Symbol::Kind::named_gate:
        case Symbol::Kind::user_gate:
        case Symbol::Kind::opaque_gate:
          return gate_call(symbol, {}, 0);
        case Symbol::Kind::keyword:
          return keyword_statement(symbol->keyword);
        case Symbol::Kind::bits:
          return assign_measurement();
        case Symbol::Kind::value:
          return assign_value(*symbol);
        case Symbol::Kind::qubits:
          break;
      }
      return fail("expected a gate or a statement, found the quantum register '{}'", token_.text);
    }
    if (version_ == 3 && accept(";")) return true;
    if (version_ == 3 && at("{")) return block();
    if (version_ == 3 && at("@")) {  // an annotation; it ends with its line
      lexer_.seek(std::find(token_.text.data(), lexer_.end(), '\n'));
      advance();
      return true;
    }
    fail("expected a statement, found {}", found());
    if (at("}") && !in_block()) advance();  // resynchronise() stops at it
    return false;
  }

  bool keyword_statement(Keyword keyword) {
    Token const word = token_;
    if (in_gate_body_ && !allowed_in_gate(keyword)) return fail("'{}' cannot stand in the body of a gate", word.text);
    switch (keyword) {
      case Keyword::ctrl:
      case Keyword::negctrl:
      case Keyword::inv:
      case Keyword::pow:
        return gate_statement();
      case Keyword::openqasm:
        return fail("the OPENQASM line must come first");
      case Keyword::opaque:
        if (version_ == 3) return fail("'opaque' belongs to OpenQASM 2");
        [[fallthrough]];
      case Keyword::gate:
        return advance(), gate_definition(keyword == Keyword::opaque);
      case Keyword::unsupported:
        return unsupported(word.text, "'{}' is not supported", word.text);
      case Keyword::end:
        return unsupported(word.text, "'end' is not supported; leave the statements behind it out");
      default:
        break;
    }
    advance();
    switch (keyword) {
      case Keyword::include:
        return include();
      case Keyword::qreg:
        return old_declaration(Symbol::Kind::qubits);
      case Keyword::creg:
        return old_declaration(Symbol::Kind::bits);
      case Keyword::qubit:
        return declaration(Symbol::Kind::qubits, word);
      case Keyword::bit:
        return declaration(Symbol::Kind::bits, word);
      case Keyword::output:
        return output();
      case Keyword::input:
        return input(word);
      case Keyword::const_:
        if (number_type_follows()) return declare_value(true);
        return fail("expected a type (int, uint, float, angle, bool), found {}", found());
      case Keyword::number_type:
        return seek(word.text.data()), declare_value(false);
      case Keyword::barrier:
        return barrier();
      case Keyword::measure:
        return measure_arrow();
      case Keyword::reset:
        return reset();
      case Keyword::delay:
        return delay();
      case Keyword::box:
        return box();
      case Keyword::if_:
        return version_ == 2 ? if_old() : if_else();
      case Keyword::for_:
        return for_loop(word);
      case Keyword::while_:
        return while_loop(word);
      default:
        return pragma(word);
    }
  }

  static bool allowed_in_gate(Keyword keyword) {
    switch (keyword) {
      case Keyword::ctrl:
      case Keyword::negctrl:
      case Keyword::inv:
      case Keyword::pow:
      case Keyword::barrier:
      case Keyword::reset:
      case Keyword::delay:
      case Keyword::for_:
      case Keyword::const_:
        return true;
      default:
        return false;
    }
  }

  /// '{' statement* '}'
  bool block() {
    Nesting const guard(*this);
    if (!guard.ok() || !expect("{")) return false;
    std::size_t const outer_locals = locals_.size();
    ++block_depth_;
    while (!at("}") && token_.kind != Token::Kind::end && !stopped())
      if (!statement()) resynchronise();
    --block_depth_;
    locals_.resize(outer_locals);
    return !stopped() && expect("}");
  }

  bool block_or_statement() {
    if (at("{")) return block();
    Nesting const guard(*this);
    if (!guard.ok()) return false;
    ++block_depth_;
    bool const succeeded = statement();
    --block_depth_;
    return succeeded;
  }

  /// Reads a body without carrying it out.
  bool skip_body() {
    ++checking_;
    bool const succeeded = block_or_statement();
    --checking_;
    return succeeded;
  }

  bool include() {
    if (token_.kind != Token::Kind::string) return fail("expected a file name in quotes, found {}", found());
    std::string_view const file = token_.text.substr(1, token_.text.size() - 2);
    if (file != "qelib1.inc" && file != "stdgates.inc")
      return unsupported(token_.text, "file '{}' cannot be included; known are qelib1.inc and stdgates.inc", file);
    advance();
    return expect(";");
  }

  /// ('qreg' | 'creg') name '[' size ']' ';'
  bool old_declaration(Symbol::Kind kind) {
    if (in_block()) return fail("registers are declared outside of blocks");
    auto const name = new_name("register");
    if (!name) return false;
    std::int64_t size = 1;
    Token size_token = token_;
    if (version_ == 2 ? expect("[") : accept("[")) {
      size_token = token_;
      if (version_ == 2 && token_.kind != Token::Kind::integer) return fail("expected a size, found {}", found());
      auto const value = integer_expression("a size");
      if (!value || !expect("]")) return false;
      size = *value;
    } else if (version_ == 2) {
      return false;
    }
    auto const range = add_register(name->text, size, kind, size_token);
    if (!range) return false;
    return declare(name->text, {.kind = kind, .range = *range}) && expect(";");
  }

  /// ('qubit' | 'bit') ('[' size ']')? name ('=' ('measure' operand | string))? ';'
  bool declaration(Symbol::Kind kind, Token const& word) {
    if (in_block()) return unsupported(word.text, "'{}' inside a block is not supported; declare it before", word.text);
    std::int64_t size = 1;
    Token const size_token = token_;
    bool const is_array = accept("[");
    if (is_array) {
      auto const value = integer_expression("a size");
      if (!value || !expect("]")) return false;
      size = *value;
    }
    auto const name = new_name("register");
    if (!name) return false;
    if (physical_ && kind == Symbol::Kind::qubits)
      return unsupported(word.text, "a program cannot have both declared and physical qubits");
    auto range = add_register(name->text, size, kind, is_array ? size_token : *name);
    if (!range) return false;
    range->scalar = !is_array;
    if (!declare(name->text, {.kind = kind, .range = *range})) return false;
    if (kind == Symbol::Kind::bits && accept("=")) {
      if (token_.kind == Token::Kind::string) return initial_zeros(*range);
      return measurement_into(*range, *name);
    }
    return expect(";");
  }

  bool initial_zeros(Range const& range) {
    std::string_view const digits = token_.text.substr(1, token_.text.size() - 2);
    if (digits.size() != range.count) return fail("{} bits for a register of size {}", digits.size(), range.count);
    if (digits.find_first_not_of('0') != std::string_view::npos)
      return unsupported(token_.text, "classical bits can only start as 0");
    advance();
    return expect(";");
  }

  /// 'output' 'bit' …; the other types of output have no place in a circuit.
  bool output() {
    Token const word = token_;
    if (!at_word("bit")) return unsupported(word.text, "only bits can be an output, found {}", found());
    advance();
    return declaration(Symbol::Kind::bits, word);
  }

  [[nodiscard]] bool number_type_follows() {
    Symbol const* const symbol = token_.kind == Token::Kind::identifier ? find_global(token_.text) : nullptr;
    return symbol != nullptr && symbol->kind == Symbol::Kind::keyword && symbol->keyword == Keyword::number_type;
  }

  /// The '[64]' of float[64].
  bool skip_width() {
    if (!accept("[")) return true;
    return integer_expression("a width").has_value() && expect("]");
  }

  /// 'input' type name ';'
  bool input(Token const& word) {
    if (!number_type_follows())
      return unsupported(token_.text, "only numbers (int, uint, float, angle, bool) can be an input, found {}",
                         found());
    Token const type = token_;
    advance();
    if (!skip_width()) return false;
    auto const name = new_name("input");
    if (!name) return false;
    auto const bound = options_.inputs.find(std::string(name->text));
    // Declared either way, so that each use does not become an error of its own.
    auto const value =
        bound == options_.inputs.end() ? std::optional(Value::of(1.0)) : convert(type, Value::of(bound->second));
    if (!value) return false;
    if (!declare(name->text, {.kind = Symbol::Kind::value, .value = *value})) return false;
    if (bound == options_.inputs.end())
      unsupported(word.text, "input '{}' has no value; bind it before the circuit is run", name->text);
    return expect(";");
  }

  /// type name '=' expression ';'
  bool declare_value(bool constant) {
    Token const type = token_;
    advance();
    if (!skip_width()) return false;
    auto const name = new_name("value");
    if (!name) return false;
    Value value = type.text == "float" || type.text == "angle" ? Value::of(0.0) : Value::of(std::int64_t{0});
    if (constant || at("=")) {
      if (!expect("=")) return false;
      auto const initial = expression();
      auto const converted = initial ? convert(type, *initial) : std::nullopt;
      if (!converted) return false;
      value = *converted;
    }
    return declare(name->text, {.kind = Symbol::Kind::value, .constant = constant, .value = value}) && expect(";");
  }

  /// name ('=' | '+=' | '-=' | '*=' | '/=') expression ';'
  bool assign_value(Symbol& symbol) {
    Token const name = token_;
    if (symbol.constant) return fail("'{}' is a constant", name.text);
    advance();
    Token const assignment = token_;
    if (!at("=") && !at("+=") && !at("-=") && !at("*=") && !at("/="))
      return fail("expected '=' after '{}', found {}", name.text, found());
    advance();
    auto right = expression();
    if (right && assignment.text != "=")
      right = binary(assignment, symbol_code(assignment.text.substr(0, 1)), symbol.value, *right);
    if (!right) return false;
    if (emitter_.condition)
      return unsupported(name.text, "'{}' cannot be assigned where measured bits decide whether it happens", name.text);
    if (checking_ == 0) {
      if (symbol.value.is_integer() && !right->is_integer())
        right = convert({Token::Kind::identifier, 0, "int"}, *right);
      if (!right) return false;
      symbol.value = symbol.value.is_integer() ? *right : Value::of(right->real);
    }
    return expect(";");
  }

  /// bits '=' 'measure' qubits ';'
  bool assign_measurement() {
    Token const name = token_;
    if (in_gate_body_) return fail("'{}' cannot be assigned in the body of a gate", name.text);
    auto const bits = operand(Symbol::Kind::bits);
    return bits && expect("=") && measurement_into(*bits, name);
  }

  bool measurement_into(Range const& bits, Token const& where) {
    if (!at_word("measure"))
      return unsupported(token_.text, "bits can only be assigned from 'measure', found {}", found());
    advance();
    Token const qubit_token = token_;
    auto const qubits = operand(Symbol::Kind::qubits);
    return qubits && measure(*qubits, bits, qubit_token, where) && expect(";");
  }

  /// 'measure' qubits '->' bits ';'
  bool measure_arrow() {
    Token const qubit_token = token_;
    auto const qubits = operand(Symbol::Kind::qubits);
    if (!qubits) return false;
    if (version_ == 3 && at(";")) return unsupported(qubit_token.text, "a measurement needs a classical bit to go to");
    if (!expect("->")) return false;
    Token const bit_token = token_;
    auto const bits = operand(Symbol::Kind::bits);
    return bits && measure(*qubits, *bits, qubit_token, bit_token) && expect(";");
  }

  bool measure(Range const& qubits, Range const& bits, Token const& qubit_token, Token const& bit_token) {
    if (qubits.count != bits.count && !values_are_made_up())
      return fail_at(ErrorKind::syntax, bit_token.text, "{} qubits cannot be measured into {} bits", qubits.count,
                     bits.count);
    for (std::uint32_t i = 0; i < qubits.count; ++i) {
      Qubit const qubit = qubits[i];
      if (!emit({.kind = InstructionKind::measure, .targets = {&qubit, 1}, .clbit = bits[i]}, qubit_token))
        return false;
    }
    return true;
  }

  bool emit(Instruction const& instruction, Token const& where) {
    return checking_ != 0 || report(emitter_.emit(instruction), where.text);
  }

  bool reset() {
    Token const where = token_;
    auto const qubits = operand(Symbol::Kind::qubits);
    if (!qubits) return false;
    for (std::uint32_t i = 0; i < qubits->count; ++i) {
      Qubit const qubit = (*qubits)[i];
      if (!emit({.kind = InstructionKind::reset, .targets = {&qubit, 1}}, where)) return false;
    }
    return expect(";");
  }

  /// Comma-separated operands; all qubits of the circuit, or of the gate whose body is read, if there are none.
  bool qubit_list(std::vector<Qubit>& qubits) {
    if (at(";") && in_gate_body_) {
      for (std::size_t i = locals_begin_; i < locals_.size(); ++i)
        if (locals_[i].second.kind == Symbol::Kind::qubits) qubits.push_back(locals_[i].second.range.first);
      return true;
    }
    if (at(";")) {
      for (Qubit qubit = 0; qubit < emitter_.circuit.qubit_count(); ++qubit) qubits.push_back(qubit);
      return true;
    }
    do {
      auto const range = operand(Symbol::Kind::qubits);
      if (!range) return false;
      for (std::uint32_t i = 0; i < range->count; ++i) qubits.push_back((*range)[i]);
    } while (accept(","));
    return true;
  }

  bool barrier() {
    Token const where = token_;
    std::vector<Qubit> qubits;
    if (version_ == 2 && at(";")) return fail("expected a qubit, found ';'");
    if (!qubit_list(qubits)) return false;
    return emit({.kind = InstructionKind::barrier, .targets = qubits}, where) && expect(";");
  }

  std::optional<double> duration() {
    constexpr std::pair<std::string_view, double> units[] = {{"s", 1},     {"ms", 1e-3}, {"us", 1e-6},
                                                             {"µs", 1e-6}, {"μs", 1e-6}, {"ns", 1e-9}};
    auto const value = expression();
    if (!value) return std::nullopt;
    if (token_.kind == Token::Kind::identifier && token_.text == "dt") return advance(), value->real * options_.dt;
    auto const* const unit = std::ranges::find(units, token_.text, &std::pair<std::string_view, double>::first);
    if (unit == std::end(units))
      return fail("expected a unit of time (s, ms, us, ns, dt), found {}", found()), std::nullopt;
    advance();
    return value->real * unit->second;
  }

  /// 'delay' '[' duration ']' operands ';'
  bool delay() {
    Token const where = token_;
    if (!expect("[")) return false;
    auto const seconds = duration();
    std::vector<Qubit> qubits;
    if (!seconds || !expect("]") || !qubit_list(qubits)) return false;
    return emit({.kind = InstructionKind::delay, .targets = qubits, .parameters = {&*seconds, 1}}, where) &&
           expect(";");
  }

  /// 'box' ('[' duration ']')? block
  bool box() {
    if (accept("[") && (!duration() || !expect("]"))) return false;
    return block();
  }

  // --- gates -------------------------------------------------------------------------------------------------------

  /// ('gate' | 'opaque') name ('(' names? ')')? names (block | ';')
  bool gate_definition(bool opaque) {
    if (in_block()) return fail("gates are defined outside of blocks");
    auto const name = new_name("gate");
    if (!name) return false;
    Definition definition;
    auto const names = [&](auto& list, std::string_view what) {
      do {
        if (token_.kind != Token::Kind::identifier) return fail("expected the name of a {}, found {}", what, found());
        if (std::ranges::find(definition.parameters, token_.text) != definition.parameters.end() ||
            std::ranges::find(definition.qubits, token_.text) != definition.qubits.end())
          return fail("'{}' is declared already", token_.text);
        if (definition.parameters.size() + definition.qubits.size() == most_locals) return too_many_names();
        list.push_back(token_.text);
        advance();
      } while (accept(","));
      return true;
    };
    if (accept("(") && !accept(")") && (!names(definition.parameters, "parameter") || !expect(")"))) return false;
    if (!at("{") && !names(definition.qubits, "qubit")) return false;
    if (opaque) {
      return declare(name->text, {.kind = Symbol::Kind::opaque_gate}) && expect(";");
    }
    if (!at("{")) return expect("{");
    definition.body = token_.text.data();
    // Read once to find its errors where they stand; the gate itself is not known yet, so it cannot call itself.
    std::size_t const errors_before = diagnostics_.count();
    small_vector<double, 4> const values(definition.parameters.size(), 1.0);
    small_vector<Qubit, 4> qubits;
    for (Qubit qubit = 0; qubit < definition.qubits.size(); ++qubit) qubits.push_back(qubit);
    ++checking_;
    bool const succeeded = gate_body(definition, values, qubits);
    --checking_;
    definition.valid = diagnostics_.count() == errors_before;
    definitions_.push_back(std::move(definition));
    return declare(name->text, {.kind = Symbol::Kind::user_gate, .definition = definitions_.size() - 1}) && succeeded;
  }

  /// Carries out the block at the cursor with the gate's names bound.
  bool gate_body(Definition const& definition, std::span<double const> values, std::span<Qubit const> qubits) {
    std::size_t const outer_begin = std::exchange(locals_begin_, locals_.size());
    bool const outer_in_gate = std::exchange(in_gate_body_, true);
    for (std::size_t i = 0; i < values.size(); ++i)
      locals_.emplace_back(definition.parameters[i],
                           Symbol{.kind = Symbol::Kind::value, .value = Value::of(values[i])});
    for (std::size_t i = 0; i < qubits.size(); ++i)
      locals_.emplace_back(definition.qubits[i], Symbol{.kind = Symbol::Kind::qubits, .range = {.first = qubits[i]}});
    bool const succeeded = block();
    locals_.resize(locals_begin_);
    locals_begin_ = outer_begin;
    in_gate_body_ = outer_in_gate;
    return succeeded;
  }

  struct Call {
    Token name;
    Symbol const* symbol;
    std::span<double const> parameters;
  };

  /// (modifier '@')* name ('(' expressions? ')')? operands? ';'
  bool gate_statement() {
    small_vector<Modifier, 4> modifiers;
    std::size_t modifier_controls = 0;
    if (!read_modifiers(modifiers, modifier_controls)) return false;
    Symbol const* const symbol = token_.kind == Token::Kind::identifier ? find_global(token_.text) : nullptr;
    if (symbol == nullptr || (symbol->kind != Symbol::Kind::named_gate && symbol->kind != Symbol::Kind::user_gate &&
                              symbol->kind != Symbol::Kind::opaque_gate))
      return fail("expected a gate, found {}", found());
    return gate_call(symbol, {modifiers.data(), modifiers.size()}, modifier_controls);
  }

  /// A gate statement from the gate's name on.
  bool gate_call(Symbol const* symbol, std::span<Modifier const> modifiers, std::size_t modifier_controls) {
    Call call{token_, symbol, {}};
    if (call.symbol->kind == Symbol::Kind::opaque_gate)
      return unsupported(call.name.text, "gate '{}' is opaque: it has no definition to carry out", call.name.text);
    advance();

    small_vector<double, 8> parameters;
    if (accept("(") && !accept(")")) {
      do {
        auto const value = expression();
        if (!value) return false;
        parameters.push_back(value->real);
      } while (accept(","));
      if (!expect(")")) return false;
    }
    call.parameters = {parameters.data(), parameters.size()};

    small_vector<Range, 8> ranges;
    small_vector<Token, 8> places;
    if (!at(";")) do {
        places.push_back(token_);
        auto const range = operand(Symbol::Kind::qubits);
        if (!range) return false;
        ranges.push_back(*range);
      } while (accept(","));
    bool const named = call.symbol->kind == Symbol::Kind::named_gate;
    std::size_t const expected_parameters =
        named ? call.symbol->named->parameter_count() : definitions_[call.symbol->definition].parameters.size();
    std::size_t const expected_qubits =
        modifier_controls +
        (named ? call.symbol->named->operand_count() : definitions_[call.symbol->definition].qubits.size());
    if (parameters.size() != expected_parameters)
      return fail_at(ErrorKind::syntax, call.name.text, "gate '{}' takes {} parameters, {} given", call.name.text,
                     expected_parameters, parameters.size());
    if (ranges.size() != expected_qubits)
      return fail_at(ErrorKind::syntax, call.name.text, "gate '{}' acts on {} qubits, {} given", call.name.text,
                     expected_qubits, ranges.size());
    if (!at(";")) return expect(";");
    return broadcast(call, modifiers, {ranges.data(), ranges.size()}, {places.data(), places.size()}) && expect(";");
  }

  /// Carries out a call once, or once per element of the registers among its operands.
  bool broadcast(Call const& call, std::span<Modifier const> modifiers, std::span<Range const> ranges,
                 std::span<Token const> places) {
    if (values_are_made_up()) return true;
    std::uint32_t repetitions = 1;
    bool is_broadcast = false;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (ranges[i].scalar) continue;
      if (is_broadcast && ranges[i].count != repetitions)
        return fail_at(ErrorKind::syntax, places[i].text, "registers of size {} and {} in one gate", repetitions,
                       ranges[i].count);
      repetitions = ranges[i].count;
      is_broadcast = true;
    }
    constexpr std::size_t few = 16;  // up to which comparing all pairs is the fastest
    small_vector<Qubit, 8> qubits(ranges.size());
    for (std::uint32_t repetition = 0; repetition < repetitions; ++repetition) {
      for (std::size_t i = 0; i < ranges.size(); ++i) {
        qubits[i] = ranges[i][ranges[i].scalar ? 0 : repetition];
        if (ranges.size() > few) continue;
        for (std::size_t j = 0; j < i; ++j)
          if (qubits[j] == qubits[i])
            return fail_at(ErrorKind::syntax, places[i].text, "the same qubit is used twice in one gate");
      }
      if (ranges.size() > few) {
        std::vector<Qubit> sorted(qubits.begin(), qubits.end());
        std::ranges::sort(sorted);
        if (std::ranges::adjacent_find(sorted) != sorted.end())
          return fail_at(ErrorKind::syntax, call.name.text, "the same qubit is used twice in one gate");
      }
      if (!invoke(call, modifiers, {qubits.data(), qubits.size()})) return false;
    }
    return true;
  }

  bool read_modifiers(small_vector<Modifier, 4>& modifiers, std::size_t& controls) {
    while (token_.kind == Token::Kind::identifier) {
      Symbol const* const symbol = find_global(token_.text);
      if (symbol == nullptr || symbol->kind != Symbol::Kind::keyword) return true;
      Modifier modifier{symbol->keyword};
      bool const control = modifier.kind == Keyword::ctrl || modifier.kind == Keyword::negctrl;
      if (!control && modifier.kind != Keyword::inv && modifier.kind != Keyword::pow) return true;
      if (modifiers.size() >= options_.max_nesting)
        return fail_at(ErrorKind::too_large, token_.text, "more than {} modifiers (max_nesting)", options_.max_nesting);
      advance();
      Token const argument_token = token_;
      if (modifier.kind == Keyword::pow ? expect("(") : modifier.kind != Keyword::inv && accept("(")) {
        auto const argument = expression();
        if (!argument || !expect(")")) return false;
        if (control && (!argument->is_integer() || argument->integer < 1 || argument->integer > options_.max_qubits))
          return fail_at(ErrorKind::syntax, argument_token.text, "the number of controls must be an integer from 1");
        if (!std::isfinite(argument->real))
          return fail_at(ErrorKind::syntax, argument_token.text, "the exponent is not a finite number");
        modifier.argument = argument->real;
      } else if (modifier.kind == Keyword::pow) {
        return false;
      }
      if (control) controls += static_cast<std::size_t>(modifier.argument);
      if (!expect("@")) return false;
      modifiers.push_back(modifier);
    }
    return true;
  }

  /// Carries out a call on single qubits: the modifiers from the left, then the gate.
  bool invoke(Call const& call, std::span<Modifier const> modifiers, std::span<Qubit const> qubits) {
    if (modifiers.empty()) return invoke(call, qubits);
    if (checking_ != 0) return true;
    Modifier const modifier = modifiers.front();
    auto const rest = modifiers.subspan(1);
    if (modifier.kind == Keyword::inv || modifier.kind == Keyword::pow) {
      bool succeeded = true;
      auto const result = emitter_.power(modifier.kind == Keyword::inv ? -1 : modifier.argument,
                                         [&] { return succeeded = invoke(call, rest, qubits); });
      return succeeded && report(result, call.name.text);
    }
    auto const controls = static_cast<std::size_t>(modifier.argument);
    return emitter_.controlled(qubits.first(controls), modifier.kind == Keyword::ctrl,
                               [&] { return invoke(call, rest, qubits.subspan(controls)); });
  }

  bool invoke(Call const& call, std::span<Qubit const> qubits) {
    if (checking_ != 0) return true;
    if (call.symbol->kind == Symbol::Kind::named_gate)
      return report(emitter_.gate(*call.symbol->named, call.parameters, {}, qubits), call.name.text);
    Definition const& definition = definitions_[call.symbol->definition];
    if (!definition.valid) return true;  // its errors are reported
    Nesting const guard(*this);
    if (!guard.ok()) return false;
    std::size_t const errors_before = diagnostics_.count();
    char const* const here = token_.text.data();
    seek(definition.body);
    gate_body(definition, call.parameters, qubits);
    bool const affordable = count_reading(definition.body, call.name);
    seek(here);
    return affordable && diagnostics_.count() == errors_before;
  }

  // --- conditions and loops ----------------------------------------------------------------------------------------

  /// OpenQASM 2: 'if' '(' register '==' integer ')' statement
  bool if_old() {
    if (!expect("(")) return false;
    Token const name = token_;
    auto const bits = operand(Symbol::Kind::bits);
    if (!bits || !expect("==")) return false;
    if (token_.kind != Token::Kind::integer) return fail("expected an integer, found {}", found());
    auto const value = number();
    if (!value || !expect(")")) return false;
    std::vector<ConditionNode> nodes;
    std::uint32_t const root = equality(nodes, *bits, value->integer);
    if (at_word("if")) return fail("'if' cannot follow 'if'");
    return branches(nodes, root, name);
  }

  /// 'if' '(' condition ')' body ('else' body)?
  bool if_else() {
    Token const where = token_;
    if (!expect("(")) return false;
    std::vector<ConditionNode> nodes;
    auto const root = condition(nodes);
    return root && expect(")") && branches(nodes, *root, where);
  }

  bool branches(std::vector<ConditionNode>& nodes, std::uint32_t root, Token const& where) {
    if (!branch(nodes, root, true, where)) return false;
    if (version_ == 2 || !at_word("else")) return true;
    advance();
    return branch(nodes, root, false, where);
  }

  /// Carries out the body at the cursor once for each of the exclusive ways in which the condition can come out as
  /// wanted.
  bool branch(std::vector<ConditionNode>& nodes, std::uint32_t root, bool wanted, Token const& where) {
    std::vector<Condition::Id> ways;
    if (checking_ == 0 && !collect_ways(nodes, root, wanted, emitter_.condition, ways, where)) return false;
    char const* const body = token_.text.data();
    if (ways.empty()) return skip_body();
    std::size_t const errors_before = diagnostics_.count();
    Condition::Id const outer = emitter_.condition;
    bool succeeded = true;
    for (Condition::Id const way : ways) {
      seek(body);
      emitter_.condition = way;
      succeeded = block_or_statement() && count_reading(body, where);
      if (!succeeded || diagnostics_.count() != errors_before) break;
    }
    emitter_.condition = outer;
    return succeeded;
  }

  bool collect_ways(std::vector<ConditionNode>& nodes, std::uint32_t index, bool wanted, Condition::Id parent,
                    std::vector<Condition::Id>& ways, Token const& where) {
    constexpr std::size_t most_ways = 256;
    ConditionNode& node = nodes[index];
    switch (node.kind) {
      case ConditionNode::Kind::constant:
        if (node.value == wanted) ways.push_back(parent);
        break;
      case ConditionNode::Kind::test: {
        auto const known = std::ranges::find(node.used_below, parent);
        Condition::Id id;
        if (known != node.used_below.end()) {
          id = node.identities[static_cast<std::size_t>(known - node.used_below.begin())];
        } else {
          Condition test = node.test;
          test.parent = parent;
          auto const added = emitter_.circuit.add_condition(test);
          if (!added) return fail_at(ErrorKind::syntax, where.text, "{}", added.error().message);
          id = *added;
          node.used_below.push_back(parent);
          node.identities.push_back(id);
        }
        id.negated = !wanted;
        ways.push_back(id);
        break;
      }
      case ConditionNode::Kind::negation:
        return collect_ways(nodes, node.operands[0], !wanted, parent, ways, where);
      case ConditionNode::Kind::conjunction: {
        auto const [left, right] = node.operands;
        std::vector<Condition::Id> left_true;
        if (!collect_ways(nodes, left, true, parent, left_true, where)) return false;
        if (!wanted && !collect_ways(nodes, left, false, parent, ways, where)) return false;
        for (Condition::Id const way : left_true)
          if (!collect_ways(nodes, right, wanted, way, ways, where)) return false;
        break;
      }
    }
    if (ways.size() > most_ways)
      return unsupported(where.text, "the condition can come true in more than {} ways", most_ways);
    return true;
  }

  static std::uint32_t add_node(std::vector<ConditionNode>& nodes, ConditionNode node) {
    nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(nodes.size() - 1);
  }
  static std::uint32_t add_negation(std::vector<ConditionNode>& nodes, std::uint32_t operand) {
    return add_node(nodes, {.kind = ConditionNode::Kind::negation, .operands = {operand, 0}});
  }
  static std::uint32_t add_disjunction(std::vector<ConditionNode>& nodes, std::uint32_t left, std::uint32_t right) {
    std::uint32_t const not_left = add_negation(nodes, left), not_right = add_negation(nodes, right);
    return add_negation(nodes,
                        add_node(nodes, {.kind = ConditionNode::Kind::conjunction, .operands = {not_left, not_right}}));
  }

  static std::uint32_t equality(std::vector<ConditionNode>& nodes, Range const& bits, std::int64_t value) {
    bool const fits = value >= 0 && (bits.count >= 63 || value >> bits.count == 0);
    if (!fits) return add_node(nodes, {.value = false});
    return add_node(nodes, {.kind = ConditionNode::Kind::test,
                            .test = {bits.first, bits.count, static_cast<std::uint64_t>(value), {}}});
  }

  /// condition := and_condition ('||' and_condition)*
  std::optional<std::uint32_t> condition(std::vector<ConditionNode>& nodes) {
    Nesting const guard(*this);
    if (!guard.ok()) return std::nullopt;
    auto left = and_condition(nodes);
    while (left && accept("||")) {
      auto const right = and_condition(nodes);
      if (!right) return std::nullopt;
      left = add_disjunction(nodes, *left, *right);
    }
    return left;
  }

  /// and_condition := basic_condition ('&&' basic_condition)*
  std::optional<std::uint32_t> and_condition(std::vector<ConditionNode>& nodes) {
    auto left = basic_condition(nodes);
    while (left && accept("&&")) {
      auto const right = basic_condition(nodes);
      if (!right) return std::nullopt;
      left = add_node(nodes, {.kind = ConditionNode::Kind::conjunction, .operands = {*left, *right}});
    }
    return left;
  }

  /// basic_condition := '!' basic_condition | '(' condition ')' | bits (comparison constant)? | constant
  std::optional<std::uint32_t> basic_condition(std::vector<ConditionNode>& nodes) {
    Nesting const guard(*this);
    if (!guard.ok()) return std::nullopt;
    if (accept("!") || accept("~")) {
      auto const operand_node = basic_condition(nodes);
      return operand_node ? std::optional(add_negation(nodes, *operand_node)) : std::nullopt;
    }
    if (accept("(")) {
      auto const inner = condition(nodes);
      return inner && expect(")") ? inner : std::nullopt;
    }
    Symbol const* const symbol = token_.kind == Token::Kind::identifier ? find(token_.text) : nullptr;
    if (symbol != nullptr && symbol->kind == Symbol::Kind::bits) return comparison(nodes);
    auto const value = expression(equality_precedence);
    return value ? std::optional(add_node(nodes, {.value = value->is_true()})) : std::nullopt;
  }

  std::optional<std::uint32_t> comparison(std::vector<ConditionNode>& nodes) {
    Token const where = token_;
    auto const bits = operand(Symbol::Kind::bits);
    if (!bits) return std::nullopt;
    if (bits->step != 1) return unsupported(where.text, "a condition on bits that are not neighbours"), std::nullopt;
    Token const relation = token_;
    bool const equal = at("=="), unequal = at("!=");
    bool const ordered = at("<") || at(">") || at("<=") || at(">=");
    if (!equal && !unequal && !ordered) {  // the bits as a truth value: not all zero
      if (bits->count == 1) return equality(nodes, *bits, 1);
      return add_negation(nodes, equality(nodes, *bits, 0));
    }
    advance();
    auto const value = compared_value(*bits);
    if (!value) return std::nullopt;
    if (equal) return equality(nodes, *bits, *value);
    if (unequal) return add_negation(nodes, equality(nodes, *bits, *value));
    constexpr std::uint32_t most_bits = 6;
    if (bits->count > most_bits)
      return unsupported(relation.text, "'{}' on a register of more than {} bits", relation.text, most_bits),
             std::nullopt;
    std::uint32_t any = add_node(nodes, {.value = false});
    for (std::int64_t candidate = 0; candidate < std::int64_t{1} << bits->count; ++candidate)
      if (binary(relation, relation.symbol, Value::of(candidate), Value::of(*value))->is_true())
        any = add_disjunction(nodes, any, equality(nodes, *bits, candidate));
    return any;
  }

  /// The constant that bits are compared with: an integer, or a bit string whose last character is bit 0.
  std::optional<std::int64_t> compared_value(Range const& bits) {
    if (token_.kind != Token::Kind::string) {
      Token const where = token_;
      auto const value = expression(shift_precedence);
      if (!value) return std::nullopt;
      if (!value->is_integer())
        return fail_at(ErrorKind::syntax, where.text, "bits are compared with an integer"), std::nullopt;
      return value->integer;
    }
    std::string_view const digits = token_.text.substr(1, token_.text.size() - 2);
    if (digits.size() != bits.count || digits.find_first_not_of("01") != std::string_view::npos || digits.size() > 62)
      return fail("expected a string of {} bits (at most 62), found {}", bits.count, found()), std::nullopt;
    std::int64_t value = 0;
    for (char const digit : digits) value = value * 2 + (digit - '0');
    advance();
    return value;
  }

  /// Charges the reading of a body from `start` to the cursor against the limit, as it may happen again and again.
  bool count_reading(char const* start, Token const& where) {
    constexpr std::size_t bytes_per_instruction = 64;
    std::ptrdiff_t const length = std::max<std::ptrdiff_t>(previous_end_ - start, 0);
    return checking_ != 0 ||
           report(emitter_.count(1 + static_cast<std::size_t>(length) / bytes_per_instruction), where.text);
  }

  bool count_iteration(Token const& where) {
    if (checking_ != 0 || ++iterations_ <= options_.max_loop_iterations) return true;
    return fail_at(ErrorKind::too_large, where.text, "more than {} loop iterations (max_loop_iterations)",
                   options_.max_loop_iterations);
  }

  /// 'for' type? name 'in' ('[' first ':' (step ':')? last ']' | '{' values '}') body
  bool for_loop(Token const& where) {
    if (number_type_follows()) {
      advance();
      if (!skip_width()) return false;
    }
    Token const name = token_;
    if (name.kind != Token::Kind::identifier) return fail("expected the name of the loop variable, found {}", found());
    advance();
    if (!at_word("in")) return fail("expected 'in', found {}", found());
    advance();
    // Values are first + k * step for k < count, or those listed.
    std::vector<std::int64_t> listed;
    std::int64_t first = 0, step = 1;
    std::uint64_t count = 0;
    Token const set = token_;
    if (accept("{")) {
      do {
        auto const value = integer_expression("a loop value");
        if (!value) return false;
        listed.push_back(*value);
      } while (accept(","));
      if (!expect("}")) return false;
      count = listed.size();
    } else {
      if (!expect("[")) return false;
      auto const begin = integer_expression("a loop bound");
      if (!begin || !expect(":")) return false;
      auto last = integer_expression("a loop bound");
      if (last && accept(":")) {
        step = *last;
        last = integer_expression("a loop bound");
      }
      if (!last || !expect("]")) return false;
      if (step == 0) return fail_at(ErrorKind::syntax, set.text, "a loop cannot have step 0");
      first = *begin;
      auto const low = static_cast<std::uint64_t>(step > 0 ? first : *last);
      auto const high = static_cast<std::uint64_t>(step > 0 ? *last : first);
      std::uint64_t const stride = step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
      if (step > 0 ? first <= *last : first >= *last) count = (high - low) / stride + 1;
    }
    if (checking_ != 0) count = std::min<std::uint64_t>(count, 1);
    char const* const body = token_.text.data();
    std::size_t const outer_locals = locals_.size();
    locals_.emplace_back(name.text, Symbol{.kind = Symbol::Kind::value});
    std::size_t const errors_before = diagnostics_.count();
    bool succeeded = count != 0 || skip_body();
    for (std::uint64_t k = 0; k < count && succeeded && diagnostics_.count() == errors_before; ++k) {
      if (!(succeeded = count_iteration(where))) break;
      seek(body);
      // In unsigned arithmetic, which wraps; the value itself is within the bounds.
      auto const value =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + k * static_cast<std::uint64_t>(step));
      locals_[outer_locals].second.value = Value::of(listed.empty() ? value : listed[k]);
      succeeded = block_or_statement() && count_reading(body, where);
    }
    locals_.resize(outer_locals);
    return succeeded;
  }

  /// 'while' '(' constant ')' body
  bool while_loop(Token const& where) {
    char const* const start = token_.text.data();
    std::size_t const errors_before = diagnostics_.count();
    while (true) {
      seek(start);
      if (!expect("(")) return false;
      auto const value = expression();
      if (!value || !expect(")")) return false;
      if (!value->is_true() || checking_ != 0) return skip_body();
      if (!count_iteration(where)) return false;
      if (!block_or_statement() || !count_reading(start, where)) return false;
      if (diagnostics_.count() != errors_before) return true;
    }
  }

  // --- pragmas -----------------------------------------------------------------------------------------------------

  /// A pragma ends with its line; nothing of it may stay behind.
  bool pragma(Token const& word) {
    char const* const text_end = lexer_.end();
    char const* const line_end = std::find(word.text.data(), text_end, '\n');
    lexer_.set_end(line_end);
    seek(word.text.data());
    advance();
    if (at_word("braket")) {
      advance();
      if (braket_pragma() && token_.kind != Token::Kind::end) fail("expected the end of the pragma, found {}", found());
    }
    lexer_.set_end(text_end);
    seek(line_end);
    return true;
  }

  bool braket_pragma() {
    Token const what = token_;
    if (in_gate_body_) return fail("a pragma cannot stand in the body of a gate");
    if (at_word("verbatim")) return advance(), true;
    if (at_word("unitary")) return advance(), unitary_pragma();
    if (at_word("result")) return advance(), result_pragma();
    if (at_word("noise")) {
      advance();
      return unsupported(what.text, "noise pragma {}: noise is outside of what circuits hold", found());
    }
    return unsupported(what.text, "pragma 'braket {}'", what.text);
  }

  /// unitary '(' matrix ')' operands. Braket's first qubit is the highest bit of the matrix, ours the lowest.
  bool unitary_pragma() {
    Token const where = token_;
    if (!expect("(")) return false;
    std::vector<Complex> matrix;
    std::vector<Qubit> qubits;
    if (!complex_matrix(matrix) || !expect(")") || !qubit_list(qubits)) return false;
    std::ranges::reverse(qubits);
    return emit({.kind = InstructionKind::unitary, .targets = qubits, .matrix = matrix}, where);
  }

  /// '[' '[' complex (',' complex)* ']' (',' '[' … ']')* ']', square with a power of two of rows
  bool complex_matrix(std::vector<Complex>& matrix) {
    Token const where = token_;
    constexpr std::size_t most_entries = std::size_t{1} << 2 * max_unitary_targets;
    std::size_t rows = 0;
    if (!expect("[")) return false;
    do {
      if (!expect("[")) return false;
      do {
        auto const entry = complex_number();
        if (!entry) return false;
        if (matrix.size() == most_entries)
          return unsupported(where.text, "a matrix on more than {} qubits", max_unitary_targets);
        matrix.push_back(*entry);
      } while (accept(","));
      if (!expect("]")) return false;
      ++rows;
      if (matrix.size() % rows != 0)
        return fail_at(ErrorKind::syntax, where.text, "the rows of the matrix differ in length");
    } while (accept(","));
    if (!expect("]")) return false;
    if (matrix.size() != rows * rows) return fail_at(ErrorKind::syntax, where.text, "the matrix is not square");
    return true;
  }

  /// Sum of real and imaginary terms: 0.5 - 0.5im
  std::optional<Complex> complex_number() {
    Complex sum = 0;
    for (bool first = true; first || at("+") || at("-"); first = false) {
      double sign = 1;
      while (at("+") || at("-")) {
        if (at("-")) sign = -sign;
        advance();
      }
      if (at_word("im")) {
        sum += Complex{0, sign};
        advance();
        continue;
      }
      constexpr int product_precedence = 9;
      auto const value = expression(product_precedence);
      if (!value) return std::nullopt;
      if (at_word("im")) {
        advance();
        sum += Complex{0, sign * value->real};
      } else {
        sum += sign * value->real;
      }
    }
    return sum;
  }

  bool result_pragma() {
    using Kind = ResultRequest::Kind;
    constexpr std::pair<std::string_view, Kind> kinds[] = {
        {"state_vector", Kind::state_vector},
        {"density_matrix", Kind::density_matrix},
        {"amplitude", Kind::amplitude},
        {"probability", Kind::probability},
        {"expectation", Kind::expectation},
        {"variance", Kind::variance},
        {"sample", Kind::sample},
    };
    Token const name = token_;
    auto const* const known = std::ranges::find(kinds, name.text, &std::pair<std::string_view, Kind>::first);
    if (known == std::end(kinds)) return unsupported(name.text, "result {}", found());
    advance();
    ResultRequest request{.kind = known->second, .text = {}, .states = {}, .targets = {}, .observable = {}};
    switch (request.kind) {
      case Kind::state_vector:
        break;
      case Kind::amplitude:
        do {
          if (token_.kind != Token::Kind::string) return fail("expected a state in quotes, found {}", found());
          request.states.emplace_back(token_.text.substr(1, token_.text.size() - 2));
          advance();
        } while (accept(","));
        break;
      case Kind::density_matrix:
      case Kind::probability:
        if (!targets_or_all(request.targets)) return false;
        break;
      case Kind::expectation:
      case Kind::variance:
      case Kind::sample:
        do {
          if (!observable_factor(request.observable)) return false;
        } while (accept("@"));
        break;
    }
    request.text = std::string_view(name.text.data(), static_cast<std::size_t>(previous_end_ - name.text.data()));
    if (checking_ == 0) emitter_.circuit.result_requests.push_back(std::move(request));
    return true;
  }

  /// 'all' or operands; nothing means all.
  bool targets_or_all(std::vector<Qubit>& targets) {
    if (at_word("all")) return advance(), true;
    return token_.kind == Token::Kind::end || qubit_list(targets);
  }

  /// letter '(' qubit ')' | letter 'all'? | 'hermitian' '(' matrix ')' operands
  bool observable_factor(std::vector<ResultRequest::Factor>& factors) {
    if (!at_word("x") && !at_word("y") && !at_word("z") && !at_word("h") && !at_word("i") && !at_word("hermitian"))
      return fail("expected an observable (x, y, z, h, i, hermitian), found {}", found());
    ResultRequest::Factor factor{std::string(token_.text), {}, {}};
    bool const hermitian = at_word("hermitian");
    advance();
    if (hermitian) {
      if (!expect("(") || !complex_matrix(factor.matrix) || !expect(")") || !targets_or_all(factor.targets))
        return false;
      std::ranges::reverse(factor.targets);
    } else if (accept("(")) {
      if (!qubit_list(factor.targets) || !expect(")")) return false;
    } else if (!targets_or_all(factor.targets)) {
      return false;
    }
    factors.push_back(std::move(factor));
    return true;
  }

  std::string_view const text_;
  ReadOptions const& options_;
  Emitter emitter_;
  Diagnostics diagnostics_;
  Lexer lexer_;
  Token token_;                         ///< The one to be read next.
  char const* previous_end_ = nullptr;  ///< Where the token before it ended.
  int version_ = 3;
  std::unordered_map<std::string_view, Symbol, NameHash> globals_;
  std::vector<std::pair<std::string_view, Symbol>> locals_;  ///< Of blocks and gate bodies, innermost last.
  std::size_t locals_begin_ = 0;  ///< Those before belong to the caller of the gate whose body is read.
  std::vector<Definition> definitions_;
  std::size_t block_depth_ = 0;
  std::size_t checking_ = 0;  ///< Above 0: statements are read, not carried out.
  bool in_gate_body_ = false;
  bool physical_ = false;  ///< The register "$" has been made.
  bool gave_up_ = false;   ///< A limit was passed, or the version is unknown: no use in reading on.
  unsigned nesting_ = 0;
  std::size_t iterations_ = 0;
};

}  // namespace

int openqasm_version(std::string_view text) {
  Lexer ahead(text);
  for (Token token = ahead.next(); token.kind != Token::Kind::end; token = ahead.next()) {
    if (token.kind != Token::Kind::identifier) continue;
    if (token.text == "OPENQASM") return ahead.next().text.starts_with('2') ? 2 : 3;
    if (token.text == "qubit" || token.text == "bit") return 3;
    if (token.text == "qreg" || token.text == "creg" || token.text == "opaque") return 2;
  }
  return 3;
}

Result<Circuit> read_openqasm(std::string_view text, ReadOptions const& options) {
  return Parser(text, options).run();
}

}  // namespace qhub::circuit
