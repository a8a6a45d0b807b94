#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <vector>

namespace qhub::circuit {

/// One step of a ClassicalExpression: takes its operands from a stack of 64-bit words and puts its result there.
/// Truth values are 0 and 1; any other word counts as true.
struct ClassicalOperation {
  enum class Kind : std::uint8_t {
    constant,     ///< puts `value`
    bits,         ///< puts the classical bits [first, first + count), lowest first; count is 1 … 64
    negate,       // of one operand, modulo 2^64 like all arithmetic
    complement,   ///< every bit flipped
    logical_not,  ///< 1 for 0, 0 for the rest
    truncate,     ///< to the lowest `count` bits
    sign_extend,  ///< copies bit count - 1 upwards: two's complement of `count` bits to 64
    count_ones,
    add,  // of two operands, the one below the top of the stack being the left one
    subtract,
    multiply,
    divide,            ///< unsigned; by 0 gives 0
    divide_signed,     ///< towards 0; by 0 gives 0
    remainder,         ///< unsigned; by 0 gives 0
    remainder_signed,  ///< sign of the left; by 0 gives 0
    bit_and,
    bit_or,
    bit_xor,
    shift_left,          ///< by 64 or more gives 0
    shift_right,         ///< fills with 0; by 64 or more gives 0
    equal,
    not_equal,
    less,
    less_signed,
    less_equal,
    less_equal_signed,
    logical_and,
    logical_or,
  };
  Kind kind = Kind::constant;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint64_t value = 0;

  [[nodiscard]] unsigned operands() const { return kind <= Kind::bits ? 0 : kind <= Kind::count_ones ? 1 : 2; }
  friend bool operator==(ClassicalOperation const&, ClassicalOperation const&) = default;
};

/// The result of an operation of one operand (`right` is ignored) or two.
[[nodiscard]] std::uint64_t apply(ClassicalOperation const& operation, std::uint64_t left, std::uint64_t right);

/// An integer computed from classical bits while a circuit runs: steps in postfix order that leave one word. What has
/// fewer bits than 64 is held as `truncate` and `sign_extend` leave it.
class ClassicalExpression {
 public:
  static constexpr std::size_t max_size = 1024;

  ClassicalExpression() = default;
  /// Requires a sequence that never takes from an empty stack and leaves one word: see is_complete().
  explicit ClassicalExpression(std::vector<ClassicalOperation> steps) : steps_(std::move(steps)) {}

  [[nodiscard]] std::vector<ClassicalOperation> const& steps() const { return steps_; }
  [[nodiscard]] bool is_complete() const;

  /// \param bit  callable: bit(index) → bool, the present value of a classical bit.
  template <class Bit>
  [[nodiscard]] std::uint64_t evaluate(Bit const& bit) const {
    boost::container::small_vector<std::uint64_t, 16> stack;
    for (ClassicalOperation const& step : steps_) {
      std::uint64_t word = step.value;
      if (step.kind == ClassicalOperation::Kind::bits) {
        word = 0;
        for (std::uint32_t i = 0; i < step.count; ++i)
          word |= std::uint64_t{static_cast<bool>(bit(step.first + i))} << i;
      } else if (step.operands() == 1) {
        word = apply(step, stack.back(), 0);
        stack.pop_back();
      } else if (step.operands() == 2) {
        std::uint64_t const right = stack.back();
        stack.pop_back();
        word = apply(step, stack.back(), right);
        stack.pop_back();
      }
      stack.push_back(word);
    }
    return stack.back();
  }

  friend bool operator==(ClassicalExpression const&, ClassicalExpression const&) = default;

 private:
  std::vector<ClassicalOperation> steps_;
};

}  // namespace qhub::circuit
