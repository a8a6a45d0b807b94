#include "qhub/circuit/expression.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <utility>

namespace qhub::circuit {

struct Expression::Node {
  Operation operation;
  std::uint32_t size;
  std::string name;  ///< Of a parameter.
  Expression left, right;
};

namespace {

using Operation = Expression::Operation;

bool is_unary(Operation operation) {
  return operation > Operation::parameter && operation < Operation::add;
}

double evaluate(Operation operation, double a, double b) {
  switch (operation) {
    case Operation::parameter:
      break;
    case Operation::negate:
      return -a;
    case Operation::sine:
      return std::sin(a);
    case Operation::cosine:
      return std::cos(a);
    case Operation::tangent:
      return std::tan(a);
    case Operation::arcsine:
      return std::asin(a);
    case Operation::arccosine:
      return std::acos(a);
    case Operation::arctangent:
      return std::atan(a);
    case Operation::exponential:
      return std::exp(a);
    case Operation::logarithm:
      return std::log(a);
    case Operation::square_root:
      return std::sqrt(a);
    case Operation::absolute:
      return std::abs(a);
    case Operation::floor:
      return std::floor(a);
    case Operation::ceiling:
      return std::ceil(a);
    case Operation::add:
      return a + b;
    case Operation::subtract:
      return a - b;
    case Operation::multiply:
      return a * b;
    case Operation::divide:
      return a / b;
    case Operation::modulo:
      return std::fmod(a, b);
    case Operation::power:
      return std::pow(a, b);
  }
  return 0;
}

std::string_view function_name(Operation operation) {
  switch (operation) {
    case Operation::sine:
      return "sin";
    case Operation::cosine:
      return "cos";
    case Operation::tangent:
      return "tan";
    case Operation::arcsine:
      return "arcsin";
    case Operation::arccosine:
      return "arccos";
    case Operation::arctangent:
      return "arctan";
    case Operation::exponential:
      return "exp";
    case Operation::logarithm:
      return "log";
    case Operation::square_root:
      return "sqrt";
    case Operation::absolute:
      return "abs";
    case Operation::floor:
      return "floor";
    case Operation::ceiling:
      return "ceiling";
    default:
      return {};
  }
}

// Precedences of the text, as OpenQASM 3 has them.
constexpr int of_sum = 1, of_product = 2, of_sign = 3, of_power = 4;

}  // namespace

Expression Expression::parameter(std::string name) {
  Expression result;
  result.node_ = std::make_shared<Node>(Node{Operation::parameter, 1, std::move(name), {}, {}});
  return result;
}

Expression Expression::apply(Operation operation, Expression const& left, Expression const& right) {
  bool const unary = is_unary(operation);
  if (left.is_number() && (unary || right.is_number())) return evaluate(operation, left.number_, right.number_);
  // What changes nothing is left out, so that loops of OpenQASM do not pile it up.
  auto const is = [](Expression const& operand, double number) {
    return operand.is_number() && operand.number_ == number;
  };
  switch (operation) {
    case Operation::negate:
      if (left.node_->operation == Operation::negate) return left.node_->left;
      break;
    case Operation::add:
      if (is(left, 0)) return right;
      [[fallthrough]];
    case Operation::subtract:
      if (is(right, 0)) return left;
      break;
    case Operation::multiply:
      if (is(left, 1)) return right;
      [[fallthrough]];
    case Operation::divide:
    case Operation::power:
      if (is(right, 1)) return left;
      break;
    default:
      break;
  }
  std::uint32_t const size = 1 + left.size() + (unary ? 0 : right.size());
  if (size > max_size) throw std::length_error(fmt::format("an expression of more than {} terms", max_size));
  Expression result;
  result.node_ = std::make_shared<Node>(Node{operation, size, {}, left, unary ? Expression() : right});
  return result;
}

std::uint32_t Expression::size() const {
  return node_ ? node_->size : 0;
}

void Expression::collect_parameters(std::set<std::string, std::less<>>& names) const {
  if (!node_) return;
  if (node_->operation == Operation::parameter) names.insert(node_->name);
  node_->left.collect_parameters(names);
  node_->right.collect_parameters(names);
}

Expression Expression::bind(Bindings const& values) const {
  if (!node_) return *this;
  if (node_->operation != Operation::parameter)
    return apply(node_->operation, node_->left.bind(values), node_->right.bind(values));
  auto const value = values.find(node_->name);
  return value == values.end() ? *this : Expression(value->second);
}

std::string Expression::to_text() const {
  return to_text(0);
}

/// \param context  precedence of what stands around; looser text gets parentheses.
std::string Expression::to_text(int context) const {
  auto const wrapped = [&](int precedence, std::string text) {
    return precedence < context ? fmt::format("({})", text) : text;
  };
  if (!node_) return wrapped(number_ < 0 ? of_sign : of_power + 1, fmt::format("{}", number_));
  auto const infix = [&](std::string_view sign, int precedence, int right_precedence) {
    return wrapped(precedence, fmt::format("{}{}{}", node_->left.to_text(precedence), sign,
                                           node_->right.to_text(right_precedence)));
  };
  switch (node_->operation) {
    case Operation::parameter:
      return node_->name;
    case Operation::negate:
      return wrapped(of_sign, fmt::format("-{}", node_->left.to_text(of_sign + 1)));
    case Operation::add:
      return infix(" + ", of_sum, of_sum);
    case Operation::subtract:
      return infix(" - ", of_sum, of_product);
    case Operation::multiply:
      return infix(" * ", of_product, of_sign);
    case Operation::divide:
      return infix(" / ", of_product, of_sign);
    case Operation::modulo:
      return fmt::format("mod({}, {})", node_->left.to_text(), node_->right.to_text());
    case Operation::power:
      return fmt::format("pow({}, {})", node_->left.to_text(), node_->right.to_text());
    default:
      return fmt::format("{}({})", function_name(node_->operation), node_->left.to_text());
  }
}

bool operator==(Expression const& a, Expression const& b) {
  if (a.node_ == b.node_) return a.node_ || a.number_ == b.number_;
  return a.node_ && b.node_ && a.node_->operation == b.node_->operation && a.node_->name == b.node_->name &&
         a.node_->left == b.node_->left && a.node_->right == b.node_->right;
}

}  // namespace qhub::circuit
