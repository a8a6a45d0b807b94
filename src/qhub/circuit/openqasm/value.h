#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/classical_expression.h"
#include "qhub/circuit/expression.h"

namespace qhub::circuit::openqasm {

/// A classical type.
struct Type {
  enum class Kind : std::uint8_t {
    boolean,
    signed_integer,
    unsigned_integer,
    real,   ///< float
    angle,  ///< in a variable that measured bits change: a fraction of a turn with `width` binary digits
    bits,
    duration,
  };
  Kind kind = Kind::signed_integer;
  std::uint32_t width = 0;  ///< Number of bits; 0: not given.

  [[nodiscard]] bool is_integral() const { return kind < Kind::real || kind == Kind::bits; }
  friend bool operator==(Type const&, Type const&) = default;
};

[[nodiscard]] std::string to_text(Type const& type);

/// What an expression comes out as.
struct Value {
  enum class Kind : std::uint8_t {
    integer,   ///< `integer`; booleans and bit strings too, as `type` says
    real,      ///< `real`; of type duration in seconds
    symbolic,  ///< `expression`: of inputs without value, or of words that are known when the circuit runs
    runtime,   ///< `steps`: an integer known when the circuit runs, held as Type::kind and width say
  };
  /// What few values have.
  struct Dynamic {
    Expression expression;
    std::vector<ClassicalOperation> steps;
  };

  Kind kind = Kind::integer;
  Type type = {};
  std::int64_t integer = 0;
  double real = 0;  ///< Also of integers.
  std::shared_ptr<Dynamic const> dynamic = {};

  static Value of(std::int64_t value, Type type = {}) {
    return {Kind::integer, type, value, static_cast<double>(value), {}};
  }
  static Value of(double value, Type::Kind kind = Type::Kind::real) { return {Kind::real, {kind, 0}, 0, value, {}}; }
  static Value of(bool value) { return of(std::int64_t{value}, {Type::Kind::boolean, 1}); }
  static Value of(Expression expression);  ///< A number becomes a real.
  static Value of(std::vector<ClassicalOperation> steps, Type type);
  /// Classical bits as they will be.
  static Value of_bits(std::uint32_t first, std::uint32_t count, Type type);

  [[nodiscard]] bool is_integer() const { return kind == Kind::integer; }
  [[nodiscard]] bool is_known() const { return kind <= Kind::real; }
  [[nodiscard]] bool is_true() const { return real != 0; }
  [[nodiscard]] Expression const& expression() const { return dynamic->expression; }
  [[nodiscard]] std::vector<ClassicalOperation> const& steps() const { return dynamic->steps; }
  /// A known integer, or a runtime one, as steps.
  [[nodiscard]] std::vector<ClassicalOperation> to_steps() const;
};

/// left (symbol) right for known numbers. Errors, without place: syntax for division by zero, overflow, and operands of
/// the wrong type.
[[nodiscard]] Result<Value> apply_binary(std::uint16_t symbol, Value const& left, Value const& right);

/// The same when at least one is a runtime integer and the other an integer; unsupported if there is no such operation
/// on them.
[[nodiscard]] Result<Value> apply_binary_at_runtime(std::uint16_t symbol, Value const& left, Value const& right);

/// '-', '!' or '~' on a runtime integer.
[[nodiscard]] Value apply_unary_at_runtime(char sign, Value const& operand);

/// A known number or runtime integer as another type: truncated, wrapped around, compared with 0, or its binary digits
/// taken for those of an angle. syntax if it does not fit; unsupported for runtime integers as real numbers.
[[nodiscard]] Result<Value> convert(Value const& value, Type const& to);

/// The word that holds a known value in a variable of an integral type or an angle of known width.
[[nodiscard]] std::uint64_t to_word(Value const& value, Type const& type);

}  // namespace qhub::circuit::openqasm
