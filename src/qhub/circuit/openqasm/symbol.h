#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "qhub/circuit/circuit.h"
#include "qhub/circuit/named_gate.h"
#include "qhub/circuit/openqasm/value.h"

namespace qhub::circuit::openqasm {

using boost::container::small_vector;

/// Indices of qubits or bits: evenly spaced (first, first + step, …) or listed.
struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 1;
  std::int64_t step = 1;
  bool scalar = true;                   ///< One element, rather than a register of size one.
  std::uint32_t const* list = nullptr;  ///< If any: `count` indices, which the parser owns.

  [[nodiscard]] std::uint32_t operator[](std::uint32_t index) const {
    return list != nullptr ? list[index] : static_cast<std::uint32_t>(first + step * index);
  }
  [[nodiscard]] bool is_run() const { return list == nullptr && (step == 1 || count == 1); }
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
  switch_,
  break_,
  continue_,
  return_,
  box,
  delay,
  number_type,
  duration,
  array,
  let,
  def,
  extern_,
  end,
  stretch,
  pulse,
  complex,
};

/// What a name means.
struct Symbol {
  enum class Kind : std::uint8_t {
    keyword,
    named_gate,
    user_gate,
    opaque_gate,
    subroutine,
    external,  ///< An extern function.
    qubits,
    bits,
    value,     ///< A constant, or a variable whose value is known while the program is read.
    variable,  ///< A variable that the running circuit keeps in scratch bits.
    array,
  };
  Kind kind = Kind::keyword;
  Keyword keyword = Keyword::pulse;
  bool constant = true;               ///< Of a value: cannot be assigned.
  Type type = {};                     ///< Of a value or a variable.
  NamedGate const* named = nullptr;   ///< Of a named gate.
  std::size_t definition = 0;         ///< Of a user gate or subroutine: position in its list. Of an array: of its view.
  Range range = {};                   ///< Of qubits and bits; of a variable, its bits.
  Condition::Id declared_under = {};  ///< What had to hold for the declaration to be reached.
  Value value = {};
};

/// A gate of the program.
struct GateDefinition {
  small_vector<std::string_view, 4> parameters;
  small_vector<std::string_view, 4> qubits;
  char const* body = nullptr;  ///< Its opening brace.
  bool valid = false;          ///< The body had no errors.
};

/// A subroutine, `def`.
struct Subroutine {
  struct Parameter {
    std::string_view name;
    Symbol::Kind kind = Symbol::Kind::value;  ///< qubits, bits, value or array
    Type type = {};
    std::optional<std::uint32_t> size = {};  ///< Of qubits and bits; none: a single one.
    bool constant = false;                   ///< Of an array: readonly.
  };
  std::vector<Parameter> parameters;
  std::optional<Type> result;
  char const* body = nullptr;
};

/// Part of an array of numbers: elements [offset, offset + product of sizes).
struct ArrayView {
  std::shared_ptr<std::vector<Value>> elements;
  std::size_t offset = 0;
  std::vector<std::uint32_t> sizes;  ///< Of each dimension, outermost first.
  Type type = {};                    ///< Of an element.
  bool constant = false;

  [[nodiscard]] std::size_t size() const {
    std::size_t product = 1;
    for (std::uint32_t const extent : sizes) product *= extent;
    return product;
  }
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

}  // namespace qhub::circuit::openqasm
