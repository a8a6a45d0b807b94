#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <numbers>
#include <set>

#include "qhub/circuit/openqasm/parser.h"

namespace qhub::circuit::openqasm {
namespace {

using Operation = Expression::Operation;

constexpr std::pair<std::string_view, Operation> functions[] = {
    {"sin", Operation::sine},         {"cos", Operation::cosine},      {"tan", Operation::tangent},
    {"exp", Operation::exponential},  {"ln", Operation::logarithm},    {"log", Operation::logarithm},
    {"sqrt", Operation::square_root}, {"arcsin", Operation::arcsine},  {"arccos", Operation::arccosine},
    {"asin", Operation::arcsine},     {"acos", Operation::arccosine},  {"arctan", Operation::arctangent},
    {"atan", Operation::arctangent},  {"ceiling", Operation::ceiling}, {"floor", Operation::floor},
    {"abs", Operation::absolute},
};

constexpr std::pair<std::string_view, double> constants[] = {
    {"pi", std::numbers::pi},    {"π", std::numbers::pi},    {"tau", 2 * std::numbers::pi},
    {"τ", 2 * std::numbers::pi}, {"euler", std::numbers::e}, {"ℇ", std::numbers::e},
};

/// In seconds.
constexpr std::pair<std::string_view, double> units[] = {{"s", 1},     {"ms", 1e-3}, {"us", 1e-6},
                                                         {"µs", 1e-6}, {"μs", 1e-6}, {"ns", 1e-9}};

/// Binds tighter the higher the number.
struct BinaryOperator {
  std::uint16_t symbol;
  int precedence;
};
constexpr int unary_precedence = 10, power_precedence = 11;
constexpr BinaryOperator operators[] = {
    {symbol_code("||"), 0},
    {symbol_code("&&"), 1},
    {symbol_code("|"), 2},
    {symbol_code("^"), 3},
    {symbol_code("&"), 4},
    {symbol_code("=="), 5},
    {symbol_code("!="), 5},
    {symbol_code("<"), 6},
    {symbol_code(">"), 6},
    {symbol_code("<="), 6},
    {symbol_code(">="), 6},
    {symbol_code("<<"), 7},
    {symbol_code(">>"), 7},
    {symbol_code("+"), 8},
    {symbol_code("-"), 8},
    {symbol_code("*"), 9},
    {symbol_code("/"), 9},
    {symbol_code("%"), 9},
    {symbol_code("**"), power_precedence},
};

/// How the names of word_expression() start.
constexpr char word_mark = '\1';

}  // namespace

std::optional<Value> Parser::number() {
  Token const token = token_;
  std::string without_underscores;
  std::string_view digits = token.text;
  if (digits.find('_') != std::string_view::npos) {
    without_underscores = digits;
    std::erase(without_underscores, '_');
    digits = without_underscores;
  }
  std::optional<Value> value;
  auto const complete = [&](std::from_chars_result const& result) {
    return result.ec == std::errc{} && result.ptr == digits.data() + digits.size();
  };
  if (token.kind == Token::Kind::real) {
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
  if (!value) fail("the number '{}' is out of range or malformed", token.text.substr(0, 40));
  advance();
  if (version_ == 3 && value && token_.kind == Token::Kind::identifier) {
    auto const* const unit = std::ranges::find(units, token_.text, &std::pair<std::string_view, double>::first);
    if (unit != std::end(units) || token_.text == "dt") {
      double const seconds = unit != std::end(units) ? unit->second : options_.dt;
      advance();
      return Value::of(value->real * seconds, Type::Kind::duration);
    }
  }
  return value;
}

std::optional<Value> Parser::expression(int lowest) {
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

std::optional<Value> Parser::prefix() {
  if (at("-") || at("+") || at("!") || at("~")) {
    Token const sign = token_;
    advance();
    auto operand = expression(unary_precedence);
    if (!operand || sign.text == "+") return operand;
    if (operand->kind == Value::Kind::runtime && (sign.text != "-" || operand->type.kind != Type::Kind::angle))
      return apply_unary_at_runtime(sign.text[0], *operand);
    if (!operand->is_known()) {
      if (sign.text != "-")
        return fail_at(ErrorKind::syntax, sign.text, "'{}' needs an integer", sign.text), std::nullopt;
      auto const expression = to_expression(*operand, sign);
      return expression ? std::optional(Value::of(-*expression)) : std::nullopt;
    }
    if (sign.text == "!" || (sign.text == "~" && operand->type.kind == Type::Kind::boolean))
      return Value::of(!operand->is_true());
    if (!operand->is_integer()) {
      if (sign.text == "~") return fail_at(ErrorKind::syntax, sign.text, "'~' needs an integer"), std::nullopt;
      return Value::of(-operand->real, operand->type.kind);
    }
    // Two's complement, so that the lowest integer does not overflow.
    auto const bits = static_cast<std::uint64_t>(operand->integer);
    Value const result = Value::of(static_cast<std::int64_t>(sign.text == "~" ? ~bits : 0 - bits));
    bool const wraps = sign.text == "~" && operand->type.width != 0;
    return wraps ? converted(result, operand->type, sign.text) : result;
  }
  if (token_.kind == Token::Kind::integer || token_.kind == Token::Kind::real) return number();
  if (accept("(")) {
    auto inner = expression();
    if (inner && !expect(")")) return std::nullopt;
    return inner;
  }
  if (version_ == 3 && token_.kind == Token::Kind::string) return bit_string();
  if (token_.kind != Token::Kind::identifier) return fail("expected a number, found {}", found()), std::nullopt;
  Token const name = token_;
  return postfix(named_value(), name);
}

/// value ('[' index ']')*: bits of an integer
std::optional<Value> Parser::postfix(std::optional<Value> value, Token const& where) {
  while (value && at("[") && version_ == 3) {
    if (value->kind == Value::Kind::symbolic || (value->is_known() && !value->is_integer()))
      return fail("'{}' is a number without bits to choose from", where.text), std::nullopt;
    advance();
    std::uint32_t const width = value->type.width != 0 ? value->type.width : 64;
    auto const part = slice(where, width);
    if (!part) return std::nullopt;
    Type const type{Type::Kind::bits, part->count};
    if (value->is_known()) {
      std::uint64_t word = 0;
      for (std::uint32_t i = 0; i < part->count; ++i)
        word |= (static_cast<std::uint64_t>(value->integer) >> ((*part)[i] % 64) & 1) << i % 64;
      value = Value::of(static_cast<std::int64_t>(word), type);
      continue;
    }
    using Kind = ClassicalOperation::Kind;
    if (!part->is_run())
      return unsupported(where.text, "bits that are not neighbours, of a value known only when the circuit runs"),
             std::nullopt;
    std::vector<ClassicalOperation> steps = value->steps();
    if (part->first != 0)
      steps.insert(steps.end(), {{.kind = Kind::constant, .value = part->first}, {.kind = Kind::shift_right}});
    steps.push_back({.kind = Kind::truncate, .count = part->count});
    value = Value::of(std::move(steps), type);
  }
  return value;
}

/// The bits in quotes, the last one lowest.
std::optional<Value> Parser::bit_string() {
  Token const token = token_;
  std::uint64_t word = 0;
  std::uint32_t width = 0;
  for (char const digit : token.text.substr(1, token.text.size() - 2)) {
    if (digit == '_') continue;
    if (digit != '0' && digit != '1') return fail("expected a string of bits, found {}", found()), std::nullopt;
    word = word << 1 | (digit == '1');
    ++width;
  }
  if (width == 0 || width > 64) return fail("expected a string of 1 to 64 bits, found one of {}", width), std::nullopt;
  advance();
  return Value::of(static_cast<std::int64_t>(word), {Type::Kind::bits, width});
}

std::optional<Value> Parser::named_value() {
  Token const name = token_;
  Symbol const* const symbol = find(name.text);
  if (symbol != nullptr && symbol->kind == Symbol::Kind::value) {
    advance();
    return symbol->value;
  }
  if (auto const* constant = std::ranges::find(constants, name.text, &std::pair<std::string_view, double>::first);
      constant != std::end(constants) && (version_ == 3 || name.text == "pi")) {
    advance();
    return Value::of(constant->second);
  }
  if (version_ == 3 && (name.text == "true" || name.text == "false")) {
    advance();
    return Value::of(name.text == "true");
  }
  if (type_follows()) return cast();
  if (symbol == nullptr || symbol->kind == Symbol::Kind::named_gate || symbol->kind == Symbol::Kind::keyword)
    return call_function(name);
  switch (symbol->kind) {
    case Symbol::Kind::bits: {
      if (in_gate_body_) break;
      auto const bits = operand(Symbol::Kind::bits);
      return bits ? bits_value(*bits, Type::Kind::bits, name) : std::nullopt;
    }
    case Symbol::Kind::variable:
      advance();
      return Value::of_bits(symbol->range.first, symbol->range.count, symbol->type);
    case Symbol::Kind::array: {
      auto const view = array_operand();
      if (!view) return std::nullopt;
      if (values_are_made_up()) return Value::of(std::int64_t{1});
      if (!view->sizes.empty())
        return fail_at(ErrorKind::syntax, name.text, "'{}' is an array, expected a number", name.text), std::nullopt;
      return (*view->elements)[view->offset];
    }
    case Symbol::Kind::subroutine:
    case Symbol::Kind::external: {
      bool succeeded = false;
      auto value = call_subroutine(*symbol, succeeded);
      if (succeeded && !value) fail_at(ErrorKind::syntax, name.text, "subroutine '{}' returns no value", name.text);
      return value;
    }
    default:
      break;
  }
  return fail("'{}' is no number", name.text), std::nullopt;
}

/// name '(' expression (',' expression)? ')'
std::optional<Value> Parser::call_function(Token const& name) {
  if (at_keyword(Keyword::measure))
    return unsupported(name.text, "'measure' inside an expression; measure into bits before"), std::nullopt;
  if (version_ == 3 && name.text == "sizeof") return size_of(name);
  if (version_ == 3 && name.text == "durationof")
    return unsupported(name.text, "'durationof' asks a machine for its timing, which is outside of what circuits hold"),
           std::nullopt;
  auto const* function = std::ranges::find(functions, name.text, &std::pair<std::string_view, Operation>::first);
  bool const two_arguments =
      version_ == 3 && (name.text == "pow" || name.text == "mod" || name.text == "rotl" || name.text == "rotr");
  bool const popcount = version_ == 3 && name.text == "popcount";
  if (function == std::end(functions) && !two_arguments && !popcount)
    return fail("unknown name '{}' in an expression", name.text), std::nullopt;
  advance();
  if (!expect("(")) return std::nullopt;
  auto const argument = expression();
  if (!argument) return std::nullopt;
  if (!two_arguments) {
    if (!expect(")")) return std::nullopt;
    if (popcount) return count_ones(name, *argument);
    if (argument->is_known()) return Value::of(Expression::apply(function->second, argument->real));
    auto const of = to_expression(*argument, name);
    return of ? std::optional(Value::of(Expression::apply(function->second, *of))) : std::nullopt;
  }
  if (!expect(",")) return std::nullopt;
  auto const second = expression();
  if (!second || !expect(")")) return std::nullopt;
  if (name.text == "pow" || name.text == "mod")
    return binary(name, symbol_code(name.text == "pow" ? "**" : "%"), *argument, *second);
  if (!argument->is_integer() || !second->is_integer() || argument->type.width == 0)
    return unsupported(name.text, "'{}' needs a known integer or bits of known width", name.text), std::nullopt;
  auto const width = static_cast<std::int64_t>(argument->type.width);
  std::int64_t const by = ((name.text == "rotl" ? second->integer : -second->integer) % width + width) % width;
  auto const word = static_cast<std::uint64_t>(argument->integer);
  std::uint64_t const mask = width < 64 ? (std::uint64_t{1} << width) - 1 : ~std::uint64_t{0};
  std::uint64_t const rotated = by == 0 ? word : (word << by | (word & mask) >> (width - by)) & mask;
  return converted(Value::of(static_cast<std::int64_t>(rotated)), argument->type, name.text);
}

std::optional<Value> Parser::count_ones(Token const& name, Value const& argument) {
  if (argument.is_integer())
    return Value::of(std::int64_t{std::popcount(static_cast<std::uint64_t>(argument.integer))});
  if (argument.kind != Value::Kind::runtime)
    return fail_at(ErrorKind::syntax, name.text, "'popcount' needs bits"), std::nullopt;
  std::vector<ClassicalOperation> steps = argument.steps();
  steps.push_back({.kind = ClassicalOperation::Kind::count_ones});
  return Value::of(std::move(steps), {Type::Kind::unsigned_integer, 32});
}

/// 'sizeof' '(' array (',' dimension)? ')'
std::optional<Value> Parser::size_of(Token const& name) {
  advance();
  if (!expect("(")) return std::nullopt;
  Symbol const* const symbol = token_.kind == Token::Kind::identifier ? find(token_.text) : nullptr;
  std::vector<std::uint32_t> sizes;
  if (symbol != nullptr && symbol->kind == Symbol::Kind::array) {
    auto const view = array_operand();
    if (!view) return std::nullopt;
    sizes = view->sizes;
  } else {
    bool const quantum = symbol != nullptr && symbol->kind == Symbol::Kind::qubits;
    auto const range = operand(quantum ? Symbol::Kind::qubits : Symbol::Kind::bits);
    if (!range) return std::nullopt;
    sizes = {range->count};
  }
  std::int64_t dimension = 0;
  Token const where = token_;
  if (accept(",")) {
    auto const given = integer_expression("a dimension");
    if (!given) return std::nullopt;
    dimension = *given;
  }
  if (!expect(")")) return std::nullopt;
  if (dimension < 0 || static_cast<std::uint64_t>(dimension) >= sizes.size())
    return fail_at(ErrorKind::syntax, where.text, "dimension {} of {} with {} dimensions", dimension, name.text,
                   sizes.size()),
           std::nullopt;
  return Value::of(std::int64_t{sizes[static_cast<std::size_t>(dimension)]});
}

bool Parser::type_follows() {
  if (token_.kind != Token::Kind::identifier) return false;
  Symbol const* const symbol = find_global(token_.text);
  return symbol != nullptr && symbol->kind == Symbol::Kind::keyword &&
         (symbol->keyword == Keyword::number_type || symbol->keyword == Keyword::duration ||
          symbol->keyword == Keyword::bit);
}

/// name ('[' width ']')?
std::optional<Type> Parser::type_name() {
  constexpr std::pair<std::string_view, Type::Kind> kinds[] = {
      {"bool", Type::Kind::boolean},     {"int", Type::Kind::signed_integer}, {"uint", Type::Kind::unsigned_integer},
      {"float", Type::Kind::real},       {"angle", Type::Kind::angle},        {"bit", Type::Kind::bits},
      {"duration", Type::Kind::duration}};
  auto const* const known = std::ranges::find(kinds, token_.text, &std::pair<std::string_view, Type::Kind>::first);
  if (!type_follows() || known == std::end(kinds))
    return fail("expected a type (int, uint, float, angle, bool, bit, duration), found {}", found()), std::nullopt;
  Type type{known->second, 0};
  if (type.kind == Type::Kind::boolean || type.kind == Type::Kind::bits) type.width = 1;
  advance();
  Token const where = token_;
  if (!accept("[")) return type;
  auto const width = integer_expression("a width");
  if (!width || !expect("]")) return std::nullopt;
  std::int64_t const most = type.kind == Type::Kind::bits ? std::int64_t{options_.max_qubits} : 64;
  if (!values_are_made_up() && (*width < 1 || *width > most))
    return fail_at(ErrorKind::syntax, where.text, "a width must be from 1 to {}, not {}", most, *width), std::nullopt;
  type.width = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*width, 1, most));
  return type;
}

/// type '(' expression ')'
std::optional<Value> Parser::cast() {
  Token const where = token_;
  auto const type = type_name();
  if (!type || !expect("(")) return std::nullopt;
  auto const operand = expression();
  if (!operand || !expect(")")) return std::nullopt;
  return converted(*operand, *type, where.text);
}

std::optional<Value> Parser::converted(Value const& value, Type const& type, std::string_view where) {
  return report(convert(value, type), where);
}

std::optional<Value> Parser::binary(Token const& where, std::uint16_t symbol, Value const& left, Value const& right) {
  if (left.is_known() && right.is_known()) {
    if (right.real == 0 && checking_ != 0 && (symbol == symbol_code("/") || symbol == symbol_code("%")))
      return Value::of(1.0);  // a parameter of a gate that is only checked has no value yet
    return report(apply_binary(symbol, left, right), where.text);
  }
  auto const is_word = [](Value const& value) { return value.is_integer() || value.kind == Value::Kind::runtime; };
  bool const arithmetic = symbol == symbol_code("+") || symbol == symbol_code("-") || symbol == symbol_code("*") ||
                          symbol == symbol_code("/");
  auto const is_angle = [](Value const& value) { return value.type.kind == Type::Kind::angle; };
  bool const turns = arithmetic && is_angle(left) != is_angle(right);
  if (is_word(left) && is_word(right) && !turns)
    return report(apply_binary_at_runtime(symbol, left, right), where.text);
  return symbolic_binary(where, symbol, left, right);
}

std::optional<Value> Parser::symbolic_binary(Token const& where, std::uint16_t symbol, Value const& left,
                                             Value const& right) {
  constexpr std::pair<std::uint16_t, Operation> operations[] = {
      {symbol_code("+"), Operation::add},      {symbol_code("-"), Operation::subtract},
      {symbol_code("*"), Operation::multiply}, {symbol_code("/"), Operation::divide},
      {symbol_code("%"), Operation::modulo},   {symbol_code("**"), Operation::power}};
  auto const* const known = std::ranges::find(operations, symbol, &std::pair<std::uint16_t, Operation>::first);
  if (known == std::end(operations))
    return unsupported(where.text, "'{}' on a number that is not known yet", where.text), std::nullopt;
  auto const a = to_expression(left, where), b = to_expression(right, where);
  if (!a || !b) return std::nullopt;
  if (a->size() + b->size() >= Expression::max_size)
    return fail_at(ErrorKind::too_large, where.text, "an expression of more than {} terms", Expression::max_size),
           std::nullopt;
  return Value::of(Expression::apply(known->second, *a, *b));
}

std::optional<Expression> Parser::to_expression(Value const& value, Token const& where) {
  switch (value.kind) {
    case Value::Kind::integer:
    case Value::Kind::real:
      return Expression(value.real);
    case Value::Kind::symbolic:
      return value.expression();
    case Value::Kind::runtime:
      break;
  }
  Expression const word = word_expression(value.steps());
  if (value.type.kind != Type::Kind::angle) return word;
  if (value.type.width == 0) return fail_at(ErrorKind::syntax, where.text, "an angle of unknown width"), std::nullopt;
  return word * Expression(2 * std::numbers::pi / std::exp2(value.type.width));
}

Expression Parser::word_expression(std::vector<ClassicalOperation> steps) {
  words_.push_back(std::move(steps));
  return Expression::parameter(fmt::format("{}{}", word_mark, words_.size() - 1));
}

std::vector<Parser::Word> Parser::words_of(std::span<Expression const> expressions) const {
  std::set<std::string, std::less<>> names;
  for (Expression const& expression : expressions) expression.collect_parameters(names);
  std::vector<Word> words;
  for (std::string const& name : names)
    if (name.starts_with(word_mark)) words.push_back({name, words_[std::stoul(name.substr(1))]});
  return words;
}

std::optional<std::int64_t> Parser::integer_expression(std::string_view what) {
  Token const where = token_;
  auto const value = expression();
  if (!value) return std::nullopt;
  if (checking_ != 0 && !value->is_known()) return 1;
  if (!value->is_known())
    return unsupported(where.text, "'{}' is known only when the circuit runs; here a constant is needed",
                       std::string_view(where.text.data(), static_cast<std::size_t>(previous_end_ - where.text.data()))
                           .substr(0, 40)),
           std::nullopt;
  if (!value->is_integer()) return fail_at(ErrorKind::syntax, where.text, "{} must be an integer", what), std::nullopt;
  return value->integer;
}

/// In seconds.
std::optional<double> Parser::duration() {
  Token const where = token_;
  auto const value = expression();
  if (!value) return std::nullopt;
  if (value->kind != Value::Kind::real || value->type.kind != Type::Kind::duration) {
    if (where.text.data() + where.text.size() == previous_end_ && !at("]"))
      return fail("expected a unit of time (s, ms, us, ns, dt), found {}", found()), std::nullopt;
    return fail_at(ErrorKind::syntax, where.text, "expected a duration, such as 100ns"), std::nullopt;
  }
  return value->real;
}

}  // namespace qhub::circuit::openqasm
