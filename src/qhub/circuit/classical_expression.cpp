#include "qhub/circuit/classical_expression.h"

#include <bit>
#include <limits>

namespace qhub::circuit {

std::uint64_t apply(ClassicalOperation const& operation, std::uint64_t left, std::uint64_t right) {
  using enum ClassicalOperation::Kind;
  auto const a = static_cast<std::int64_t>(left), b = static_cast<std::int64_t>(right);
  auto const word = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  switch (operation.kind) {
    case constant:
    case bits:
      return operation.value;
    case negate:
      return 0 - left;
    case complement:
      return ~left;
    case logical_not:
      return left == 0;
    case truncate:
      return operation.count < 64 ? left & ((std::uint64_t{1} << operation.count) - 1) : left;
    case sign_extend: {
      unsigned const unused = 64 - operation.count;
      return unused < 64 ? word(static_cast<std::int64_t>(left << unused) >> unused) : 0;
    }
    case count_ones:
      return static_cast<std::uint64_t>(std::popcount(left));
    case add:
      return left + right;
    case subtract:
      return left - right;
    case multiply:
      return left * right;
    case divide:
      return right == 0 ? 0 : left / right;
    case divide_signed:
      if (b == -1) return 0 - left;  // the lowest number has no opposite
      return b == 0 ? 0 : word(a / b);
    case remainder:
      return right == 0 ? 0 : left % right;
    case remainder_signed:
      return b == 0 || b == -1 ? 0 : word(a % b);
    case bit_and:
      return left & right;
    case bit_or:
      return left | right;
    case bit_xor:
      return left ^ right;
    case shift_left:
      return right < 64 ? left << right : 0;
    case shift_right:
      return right < 64 ? left >> right : 0;
    case equal:
      return left == right;
    case not_equal:
      return left != right;
    case less:
      return left < right;
    case less_signed:
      return a < b;
    case less_equal:
      return left <= right;
    case less_equal_signed:
      return a <= b;
    case logical_and:
      return left != 0 && right != 0;
    case logical_or:
      return left != 0 || right != 0;
  }
  return 0;
}

bool ClassicalExpression::is_complete() const {
  std::size_t words = 0;
  for (ClassicalOperation const& step : steps_) {
    if (words < step.operands()) return false;
    words = words + 1 - step.operands();
  }
  return words == 1 && steps_.size() <= max_size;
}

}  // namespace qhub::circuit
