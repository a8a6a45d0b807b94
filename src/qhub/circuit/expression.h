#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace qhub::circuit {

/// Values for named parameters.
using Bindings = std::map<std::string, double, std::less<>>;

/// A real number, or an arithmetic expression of named parameters that get their values later:
///
///     Expression const theta = Expression::parameter("theta");
///     circuit.rx(theta / 2, 0).rz(-theta, 1);
///     circuit.bind({{"theta", 0.5}});
///
/// Immutable; copies are cheap. Arithmetic of numbers is done at once. An expression of more than max_size terms throws
/// std::length_error.
class Expression {
 public:
  enum class Operation : std::uint8_t {
    parameter,  // no operands
    negate,     // one operand
    sine,
    cosine,
    tangent,
    arcsine,
    arccosine,
    arctangent,
    exponential,
    logarithm,  ///< natural
    square_root,
    absolute,
    floor,
    ceiling,
    add,  // two operands
    subtract,
    multiply,
    divide,
    modulo,  ///< with the sign of the first operand, as std::fmod
    power,
  };

  static constexpr std::uint32_t max_size = 4096;

  Expression(double number = 0) : number_(number) {}  // NOLINT: numbers are expressions

  static Expression parameter(std::string name);
  /// An operation on one or two operands; of one, `right` is ignored.
  static Expression apply(Operation operation, Expression const& left, Expression const& right = {});

  [[nodiscard]] bool is_number() const { return node_ == nullptr; }
  /// The value; only of a number.
  [[nodiscard]] double number() const { return number_; }
  /// Number of operations and parameters; 0 for a number.
  [[nodiscard]] std::uint32_t size() const;
  /// Adds the names of its parameters.
  void collect_parameters(std::set<std::string, std::less<>>& names) const;
  /// Puts in the values of those parameters that have one. Cost: size().
  [[nodiscard]] Expression bind(Bindings const& values) const;
  /// In OpenQASM 3, with as few parentheses as it takes: "2*theta + pi/4" is "2 * theta + 0.7853981633974483".
  [[nodiscard]] std::string to_text() const;

  friend Expression operator+(Expression const& a, Expression const& b) { return apply(Operation::add, a, b); }
  friend Expression operator-(Expression const& a, Expression const& b) { return apply(Operation::subtract, a, b); }
  friend Expression operator*(Expression const& a, Expression const& b) { return apply(Operation::multiply, a, b); }
  friend Expression operator/(Expression const& a, Expression const& b) { return apply(Operation::divide, a, b); }
  friend Expression operator-(Expression const& a) { return apply(Operation::negate, a); }

  /// Same number or same form: `theta + 1` and `1 + theta` differ.
  friend bool operator==(Expression const& a, Expression const& b);

 private:
  struct Node;
  [[nodiscard]] std::string to_text(int context) const;

  double number_ = 0;
  std::shared_ptr<Node const> node_;
};

}  // namespace qhub::circuit
