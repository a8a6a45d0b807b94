#include "qhub/circuit/openqasm/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "qhub/circuit/openqasm/lexer.h"

namespace qhub::circuit::openqasm {
namespace {

using Step = ClassicalOperation;

Error refuse(std::string message, ErrorKind kind = ErrorKind::syntax) {
  return {kind, std::move(message), {}};
}

std::string text_of(std::uint16_t symbol) {
  std::string text(1, static_cast<char>(symbol & 0xFF));
  if (symbol >> 8 != 0) text += static_cast<char>(symbol >> 8);
  return text;
}

Result<Value> apply_to_bits(std::uint16_t symbol, Value const& left, Value const& right) {
  auto const a = static_cast<std::uint64_t>(left.integer), b = static_cast<std::uint64_t>(right.integer);
  auto const bits = [&](std::uint64_t value) {
    bool const booleans = left.type.kind == Type::Kind::boolean && right.type.kind == Type::Kind::boolean;
    return Value::of(static_cast<std::int64_t>(value), booleans ? left.type : Type{});
  };
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

/// Adds what keeps a word within its type.
void wrap(std::vector<Step>& steps, Type const& type) {
  if (type.width == 0 || type.width >= 64) return;
  bool const is_signed = type.kind == Type::Kind::signed_integer;
  steps.push_back({.kind = is_signed ? Step::Kind::sign_extend : Step::Kind::truncate, .count = type.width});
}

/// Of arithmetic on two operands: the wider, signed if either is; 64 bits, without a width to wrap at, if one operand
/// is a number without width.
Type common_type(Type const& a, Type const& b) {
  if (a.width == 0 || b.width == 0) return {Type::Kind::signed_integer, 0};
  bool const is_signed = a.kind == Type::Kind::signed_integer || b.kind == Type::Kind::signed_integer;
  Type::Kind const kind = is_signed          ? Type::Kind::signed_integer
                          : a.kind == b.kind ? a.kind
                                             : Type::Kind::unsigned_integer;
  return {kind, std::max(a.width, b.width)};
}

}  // namespace

std::string to_text(Type const& type) {
  constexpr std::string_view names[] = {"bool", "int", "uint", "float", "angle", "bit", "duration"};
  std::string text(names[static_cast<std::size_t>(type.kind)]);
  if (type.width != 0 && type.kind != Type::Kind::boolean) text += fmt::format("[{}]", type.width);
  return text;
}

Value Value::of(Expression expression) {
  if (expression.is_number()) return of(expression.number());
  return {Kind::symbolic, {Type::Kind::real, 0}, 1, 1, std::make_shared<Dynamic>(Dynamic{std::move(expression), {}})};
}

Value Value::of(std::vector<ClassicalOperation> steps, Type type) {
  return {Kind::runtime, type, 1, 1, std::make_shared<Dynamic>(Dynamic{{}, std::move(steps)})};
}

Value Value::of_bits(std::uint32_t first, std::uint32_t count, Type type) {
  std::vector<Step> steps{{.kind = Step::Kind::bits, .first = first, .count = count}};
  if (type.kind == Type::Kind::signed_integer) wrap(steps, type);
  return of(std::move(steps), type);
}

std::vector<ClassicalOperation> Value::to_steps() const {
  if (kind == Kind::runtime) return steps();
  return {{.kind = Step::Kind::constant, .value = static_cast<std::uint64_t>(integer)}};
}

Result<Value> apply_binary(std::uint16_t symbol, Value const& left, Value const& right) {
  bool const integers = left.is_integer() && right.is_integer();
  std::int64_t result = 0;
  auto const checked = [&](bool overflowed) -> Result<Value> {
    if (!overflowed) return Value::of(result);
    return refuse(fmt::format("the result of '{}' does not fit 64 bits", text_of(symbol)));
  };
  bool const left_time = left.type.kind == Type::Kind::duration, right_time = right.type.kind == Type::Kind::duration;
  auto const real = [&](double value) {
    bool const ratio = symbol == symbol_code("/") && left_time && right_time;
    return Value::of(value, (left_time || right_time) && !ratio ? Type::Kind::duration : Type::Kind::real);
  };
  switch (symbol) {
    case symbol_code("||"):
      return Value::of(left.is_true() || right.is_true());
    case symbol_code("&&"):
      return Value::of(left.is_true() && right.is_true());
    case symbol_code("=="):
      return Value::of(integers ? left.integer == right.integer : left.real == right.real);
    case symbol_code("!="):
      return Value::of(integers ? left.integer != right.integer : left.real != right.real);
    case symbol_code("<"):
      return Value::of(integers ? left.integer < right.integer : left.real < right.real);
    case symbol_code(">"):
      return Value::of(integers ? left.integer > right.integer : left.real > right.real);
    case symbol_code("<="):
      return Value::of(integers ? left.integer <= right.integer : left.real <= right.real);
    case symbol_code(">="):
      return Value::of(integers ? left.integer >= right.integer : left.real >= right.real);
    case symbol_code("+"):
      if (!integers) return real(left.real + right.real);
      return checked(__builtin_add_overflow(left.integer, right.integer, &result));
    case symbol_code("-"):
      if (!integers) return real(left.real - right.real);
      return checked(__builtin_sub_overflow(left.integer, right.integer, &result));
    case symbol_code("*"):
      if (!integers) return real(left.real * right.real);
      return checked(__builtin_mul_overflow(left.integer, right.integer, &result));
    case symbol_code("/"):
      if (right.real == 0) return refuse("division by zero");
      // -1 is left to the real quotient: the lowest integer has no opposite.
      if (integers && right.integer != -1 && left.integer % right.integer == 0)
        return Value::of(left.integer / right.integer);
      if (integers && right.integer == -1 && left.integer != INT64_MIN) return Value::of(-left.integer);
      return real(left.real / right.real);
    case symbol_code("%"):
      if (right.real == 0) return refuse("division by zero");
      if (!integers) return real(std::fmod(left.real, right.real));
      return Value::of(right.integer == -1 ? std::int64_t{0} : left.integer % right.integer);
    case symbol_code("**"): {
      double const power = std::pow(left.real, right.real);
      constexpr double exact = 0x1p53;
      if (integers && right.integer >= 0 && std::abs(power) <= exact)
        return Value::of(static_cast<std::int64_t>(power));
      return real(power);
    }
    default:
      break;
  }
  if (!integers) return refuse(fmt::format("'{}' needs integers", text_of(symbol)));
  return apply_to_bits(symbol, left, right);
}

Result<Value> apply_binary_at_runtime(std::uint16_t symbol, Value const& left, Value const& right) {
  using Kind = Step::Kind;
  bool const is_signed = left.type.kind == Type::Kind::signed_integer && right.type.kind == Type::Kind::signed_integer;
  Type const common = common_type(left.type, right.type);
  auto const combine = [&](Value const& a, Value const& b, Kind kind) {
    std::vector<Step> steps = a.to_steps();
    std::vector<Step> const other = b.to_steps();
    steps.insert(steps.end(), other.begin(), other.end());
    steps.push_back({.kind = kind});
    return steps;
  };
  auto const boolean = [&](Value const& a, Value const& b, Kind kind) {
    return Value::of(combine(a, b, kind), {Type::Kind::boolean, 1});
  };
  auto const number = [&](Kind kind, Type const& type) {
    std::vector<Step> steps = combine(left, right, kind);
    wrap(steps, type);
    return Value::of(std::move(steps), type);
  };
  Result<Value> result = [&]() -> Result<Value> {
    switch (symbol) {
      case symbol_code("||"):
        return boolean(left, right, Kind::logical_or);
      case symbol_code("&&"):
        return boolean(left, right, Kind::logical_and);
      case symbol_code("=="):
        return boolean(left, right, Kind::equal);
      case symbol_code("!="):
        return boolean(left, right, Kind::not_equal);
      case symbol_code("<"):
        return boolean(left, right, is_signed ? Kind::less_signed : Kind::less);
      case symbol_code(">"):
        return boolean(right, left, is_signed ? Kind::less_signed : Kind::less);
      case symbol_code("<="):
        return boolean(left, right, is_signed ? Kind::less_equal_signed : Kind::less_equal);
      case symbol_code(">="):
        return boolean(right, left, is_signed ? Kind::less_equal_signed : Kind::less_equal);
      case symbol_code("+"):
        return number(Kind::add, common);
      case symbol_code("-"):
        return number(Kind::subtract, common);
      case symbol_code("*"):
        return number(Kind::multiply, common);
      case symbol_code("/"):
        return number(is_signed ? Kind::divide_signed : Kind::divide, common);
      case symbol_code("%"):
        return number(is_signed ? Kind::remainder_signed : Kind::remainder, common);
      case symbol_code("&"):
        return number(Kind::bit_and, common);
      case symbol_code("|"):
        return number(Kind::bit_or, common);
      case symbol_code("^"):
        return number(Kind::bit_xor, common);
      case symbol_code("<<"):
        return number(Kind::shift_left, left.type);
      case symbol_code(">>"):
        return number(Kind::shift_right, left.type);
      default:
        return refuse(
            fmt::format("'{}' is not supported on values that are known only when the circuit runs", text_of(symbol)),
            ErrorKind::unsupported);
    }
  }();
  if (result && result->kind == Value::Kind::runtime && result->steps().size() > ClassicalExpression::max_size)
    return refuse(fmt::format("an expression of more than {} terms that are known only when the circuit runs",
                              ClassicalExpression::max_size),
                  ErrorKind::too_large);
  return result;
}

Value apply_unary_at_runtime(char sign, Value const& operand) {
  std::vector<Step> steps = operand.steps();
  bool const single = operand.type.width == 1;
  if (sign == '!' || (sign == '~' && single)) {
    steps.push_back({.kind = Step::Kind::logical_not});
    return Value::of(std::move(steps), {Type::Kind::boolean, 1});
  }
  steps.push_back({.kind = sign == '~' ? Step::Kind::complement : Step::Kind::negate});
  wrap(steps, operand.type);
  return Value::of(std::move(steps), operand.type);
}

Result<Value> convert(Value const& value, Type const& to) {
  bool const real = to.kind == Type::Kind::real || to.kind == Type::Kind::angle;
  if (to.kind == Type::Kind::duration) {
    if (value.kind == Value::Kind::real && value.type.kind == Type::Kind::duration) return value;
    return refuse("expected a duration, such as 100ns");
  }
  if (value.kind == Value::Kind::symbolic) {
    if (real) return value;
    return refuse(fmt::format("a value that is known only when the circuit runs cannot become {}", to_text(to)),
                  ErrorKind::unsupported);
  }
  if (value.kind == Value::Kind::runtime) {
    if (to == value.type) return value;
    std::vector<Step> steps = value.steps();
    if (to.kind == Type::Kind::boolean) {
      if (value.type.width != 1) steps.insert(steps.end(), {{.kind = Step::Kind::constant}, {Step::Kind::not_equal}});
      return Value::of(std::move(steps), {Type::Kind::boolean, 1});
    }
    if (to.kind == Type::Kind::real || (to.kind == Type::Kind::angle && to.width == 0))
      return refuse(fmt::format("a value that is known only when the circuit runs cannot become {}", to_text(to)),
                    ErrorKind::unsupported);
    Type const type = to.width == 0 ? Type{to.kind, value.type.width} : to;
    if (type.width != 0) {
      bool const widens = type.width > value.type.width && value.type.width != 0 &&
                          (type.kind == Type::Kind::signed_integer || value.type.kind != Type::Kind::signed_integer);
      if (!widens) wrap(steps, type);
    }
    return Value::of(std::move(steps), type);
  }
  if (value.type.kind == Type::Kind::duration) return refuse(fmt::format("a duration cannot become {}", to_text(to)));
  if (real) {
    double number = value.real;
    if (value.type.kind == Type::Kind::bits && to.kind == Type::Kind::angle && value.type.width != 0)
      number *= 2 * std::numbers::pi / std::exp2(value.type.width);
    Value result = Value::of(number, to.kind);
    result.type = to;
    return result;
  }
  if (to.kind == Type::Kind::boolean) return Value::of(value.is_true());
  std::int64_t integer = value.integer;
  if (!value.is_integer()) {
    if (!(std::abs(value.real) < 0x1p62)) return refuse(fmt::format("{} does not fit an integer", value.real));
    integer = static_cast<std::int64_t>(value.real);
  }
  if (to.width != 0 && to.width < 64) {
    Step const narrow{.kind = to.kind == Type::Kind::signed_integer ? Step::Kind::sign_extend : Step::Kind::truncate,
                      .count = to.width};
    integer = static_cast<std::int64_t>(apply(narrow, static_cast<std::uint64_t>(integer), 0));
  }
  return Value::of(integer, to);
}

std::uint64_t to_word(Value const& value, Type const& type) {
  std::uint64_t word = static_cast<std::uint64_t>(value.integer);
  if (type.kind == Type::Kind::angle) {
    double const turns = value.real / (2 * std::numbers::pi);
    word = static_cast<std::uint64_t>(std::round((turns - std::floor(turns)) * std::exp2(std::min(type.width, 53U))));
    if (type.width > 53) word <<= type.width - 53;
  }
  return type.width < 64 ? word & ((std::uint64_t{1} << type.width) - 1) : word;
}

}  // namespace qhub::circuit::openqasm
