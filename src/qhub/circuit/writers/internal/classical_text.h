#pragma once

#include <span>
#include <string>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/circuit/writers/internal/openqasm_text.h"

namespace qhub::circuit::openqasm {

/// The classical part of a circuit in OpenQASM 3. Registers keep their names. Of the scratch bits, those that some
/// instruction uses together become one variable, `bool` or `uint`.
class ClassicalText {
 public:
  ClassicalText() = default;
  /// Errors: unsupported for a variable of more than 64 bits.
  static Result<ClassicalText> of(Circuit const& circuit, Identifiers& identifiers);

  /// Of the variables, one a line: "uint[8] v0 = 0;"
  [[nodiscard]] std::string declarations() const;
  /// One bit as a place to measure into, or as a value: "c[0]", "v1".
  [[nodiscard]] std::string bit(Clbit bit) const;
  /// Whether a test comes out as wanted.
  [[nodiscard]] std::string test(Condition const& condition, bool negated) const;
  /// Of an instruction of kind assign: "v0 = uint[8](uint[64](v0) + 1);"
  /// Errors: unsupported if its bits belong to several registers.
  [[nodiscard]] Result<std::string> assignment(Instruction const& instruction) const;

 private:
  enum class Type { bits, unsigned_integer, boolean };
  struct Variable {
    std::string name;
    Clbit first = 0;
    std::uint32_t count = 0;
    Type type = Type::bits;
  };
  /// Some neighbouring bits of a variable.
  struct Part {
    Variable const* variable;
    std::uint32_t first;  ///< Counted from the variable's lowest.
    std::uint32_t count;
    std::uint32_t shift;  ///< Where they are in the range that was asked for.

    [[nodiscard]] bool is_whole() const { return count == variable->count; }
    [[nodiscard]] std::string text() const;
  };
  /// An expression: a truth value, or else a uint[64].
  struct Text;

  [[nodiscard]] std::vector<Part> parts(Clbit first, std::uint32_t count) const;
  [[nodiscard]] Text word(Clbit first, std::uint32_t count) const;
  [[nodiscard]] Text expression(std::span<ClassicalOperation const> steps) const;
  static Text combine(ClassicalOperation const& step, Text const& left, Text const& right);
  static Text transform(ClassicalOperation const& step, Text const& operand);

  std::vector<Variable> variables_;  ///< By their first bit.
};

}  // namespace qhub::circuit::openqasm
