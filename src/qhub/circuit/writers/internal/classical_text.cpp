#include "qhub/circuit/writers/internal/classical_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace qhub::circuit::openqasm {
namespace {

using Kind = ClassicalOperation::Kind;

struct Range {
  Clbit first;
  Clbit end;
};

/// The runs of scratch bits that are used together somewhere, in order; bits that nothing uses are left out.
std::vector<Range> scratch_ranges(Circuit const& circuit) {
  std::vector<Range> used;
  auto const use = [&](Clbit first, std::uint32_t count) {
    if (first >= first_scratch_bit) used.push_back({first, first + count});
  };
  for (Condition const& condition : circuit.conditions()) use(condition.first, condition.count);
  for (Instruction const instruction : circuit) {
    if (instruction.kind == InstructionKind::measure) use(instruction.clbit, 1);
    if (instruction.kind != InstructionKind::assign) continue;
    use(instruction.clbit, instruction.clbit_count);
    for (ClassicalOperation const& step : instruction.value->steps())
      if (step.kind == Kind::bits) use(step.first, step.count);
  }
  std::ranges::sort(used, {}, &Range::first);
  std::vector<Range> merged;
  for (Range const& range : used) {
    if (!merged.empty() && range.first < merged.back().end)
      merged.back().end = std::max(merged.back().end, range.end);
    else
      merged.push_back(range);
  }
  return merged;
}

/// Integer literals are signed, of 64 bits.
std::string number_literal(std::uint64_t value) {
  return value >> 63 == 0 ? fmt::format("{}", value) : fmt::format("~uint[64]({})", ~value);
}

/// The lowest `count` bits.
std::string literal(std::uint64_t value, std::uint32_t count, bool as_bits) {
  if (count == 1) return (value & 1) != 0 ? "true" : "false";
  if (count < 64) value &= (std::uint64_t{1} << count) - 1;
  return as_bits ? fmt::format("\"{:0{}b}\"", value, count) : number_literal(value);
}

}  // namespace

struct ClassicalText::Text {
  std::string text;
  bool is_truth = false;
  bool is_atom = true;     ///< Needs no parentheses as an operand.
  bool is_signed = false;  ///< Integer literals are, and so is what is computed with them.

  [[nodiscard]] std::string operand() const { return is_atom ? text : fmt::format("({})", text); }
  [[nodiscard]] Text as_word() const { return is_truth ? Text{fmt::format("uint[64]({})", text)} : *this; }
  [[nodiscard]] Text as_truth() const {
    return is_truth ? *this : Text{.text = fmt::format("{} != 0", operand()), .is_truth = true, .is_atom = false};
  }
  [[nodiscard]] std::string as_signed() const { return fmt::format("int[64]({})", text); }
};

Result<ClassicalText> ClassicalText::of(Circuit const& circuit, Identifiers& identifiers) {
  ClassicalText result;
  auto const& registers = circuit.classical_registers();
  for (std::size_t i = 0; i < registers.size(); ++i)
    result.variables_.push_back({identifiers.classical[i], registers[i].first, registers[i].size, Type::bits});
  for (Range const& range : scratch_ranges(circuit)) {
    std::uint32_t const count = range.end - range.first;
    if (count > 64)
      return Error{ErrorKind::unsupported,
                   fmt::format("OpenQASM 3 cannot express a variable of {} bits, only of up to 64", count), {}};
    result.variables_.push_back(
        {identifiers.choose("var", 'v'), range.first, count, count == 1 ? Type::boolean : Type::unsigned_integer});
  }
  return result;
}

std::string ClassicalText::declarations() const {
  std::string text;
  for (Variable const& variable : variables_) {
    if (variable.type == Type::boolean) text += fmt::format("bool {} = false;\n", variable.name);
    if (variable.type == Type::unsigned_integer)
      text += fmt::format("uint[{}] {} = 0;\n", variable.count, variable.name);
  }
  return text;
}

std::string ClassicalText::Part::text() const {
  std::string const& name = variable->name;
  if (is_whole() && (count > 1 || variable->type != Type::bits)) return name;
  return count == 1 ? fmt::format("{}[{}]", name, first) : fmt::format("{}[{}:{}]", name, first, first + count - 1);
}

std::vector<ClassicalText::Part> ClassicalText::parts(Clbit first, std::uint32_t count) const {
  std::vector<Part> result;
  Clbit const end = first + count;
  auto const after = std::ranges::upper_bound(variables_, first, {}, &Variable::first);
  for (auto variable = std::prev(after); variable != variables_.end() && variable->first < end; ++variable) {
    Clbit const begin = std::max(first, variable->first);
    std::uint32_t const width = std::min(end, variable->first + variable->count) - begin;
    result.push_back({&*variable, begin - variable->first, width, begin - first});
  }
  return result;
}

std::string ClassicalText::bit(Clbit bit) const {
  return parts(bit, 1)[0].text();
}

std::string ClassicalText::test(Condition const& condition, bool negated) const {
  if (condition.count == 1) return fmt::format("{}{}", (condition.value != 0) != negated ? "" : "!", bit(condition.first));
  std::vector<std::string> tests;
  for (Part const& part : parts(condition.first, condition.count)) {
    std::uint64_t value = part.shift < 64 ? condition.value >> part.shift : 0;
    if (part.count < 64) value &= (std::uint64_t{1} << part.count) - 1;
    tests.push_back(
        fmt::format("{} {} {}", part.text(), negated && part.count == condition.count ? "!=" : "==", value));
  }
  if (tests.size() == 1) return tests[0];
  std::string const all = fmt::format("{}", fmt::join(tests, " && "));
  return negated ? fmt::format("!({})", all) : all;
}

Result<std::string> ClassicalText::assignment(Instruction const& instruction) const {
  std::vector<Part> const places = parts(instruction.clbit, instruction.clbit_count);
  if (places.size() != 1)
    return Error{ErrorKind::unsupported, "OpenQASM 3 cannot express an assignment to bits of several registers", {}};
  Part const& place = places[0];
  bool const to_bits = place.variable->type == Type::bits || !place.is_whole();
  std::vector<ClassicalOperation> steps = instruction.value->steps();
  if (steps.back().kind == Kind::truncate && steps.back().count >= place.count) steps.pop_back();
  if (steps.size() == 1 && steps[0].kind == Kind::constant)
    return fmt::format("{} = {};", place.text(), literal(steps[0].value, place.count, to_bits));
  Text const value = expression(steps);
  if (place.count == 1) {
    Text const lowest = value.is_truth ? value : Text{.text = fmt::format("{} & 1", value.operand()), .is_atom = false};
    return fmt::format("{} = {};", place.text(), lowest.as_truth().text);
  }
  std::string const word = value.as_word().text;
  std::string const narrow = place.count == 64 ? word : fmt::format("uint[{}]({})", place.count, word);
  return fmt::format("{} = {};", place.text(), to_bits ? fmt::format("bit[{}]({})", place.count, narrow) : narrow);
}

ClassicalText::Text ClassicalText::word(Clbit first, std::uint32_t count) const {
  Text all;
  for (Part const& part : parts(first, count)) {
    bool const is_number = part.is_whole() && part.variable->type == Type::unsigned_integer;
    Text piece;
    if (part.count == 1 && count == 1) {
      piece = {.text = part.text(), .is_truth = true};
    } else if (is_number && part.count == 64) {
      piece = {part.text()};
    } else {
      piece = {is_number || part.count == 1 ? fmt::format("uint[64]({})", part.text())
                                            : fmt::format("uint[64](uint[{}]({}))", part.count, part.text())};
    }
    if (part.shift != 0) piece = {.text = fmt::format("({} << {})", piece.text, part.shift)};
    all = all.text.empty() ? piece : Text{.text = fmt::format("({} | {})", all.text, piece.text)};
  }
  return all;
}

ClassicalText::Text ClassicalText::expression(std::span<ClassicalOperation const> steps) const {
  std::vector<Text> stack;
  auto const take = [&] {
    Text top = std::move(stack.back());
    stack.pop_back();
    return top;
  };
  for (ClassicalOperation const& step : steps) {
    if (step.kind == Kind::constant) {
      bool const is_plain = step.value >> 63 == 0;
      stack.push_back({.text = number_literal(step.value), .is_atom = is_plain, .is_signed = is_plain});
    } else if (step.kind == Kind::bits) {
      stack.push_back(word(step.first, step.count));
    } else if (step.operands() == 1) {
      stack.push_back(transform(step, take()));
    } else {
      Text const right = take();
      stack.push_back(combine(step, take(), right));
    }
  }
  return stack.back();
}

ClassicalText::Text ClassicalText::transform(ClassicalOperation const& step, Text const& operand) {
  Text const word = operand.as_word();
  switch (step.kind) {
    case Kind::negate:
      return {.text = fmt::format("0 - {}", word.operand()), .is_atom = false, .is_signed = true};
    case Kind::complement:
      return {.text = fmt::format("~{}", word.operand()), .is_atom = false, .is_signed = word.is_signed};
    case Kind::logical_not:
      return {.text = fmt::format("!{}", operand.as_truth().operand()), .is_truth = true, .is_atom = false};
    case Kind::truncate:
      if (step.count == 64 || (operand.is_truth && step.count != 0)) return operand;
      return {fmt::format("uint[64](uint[{}]({}))", step.count, word.text)};
    case Kind::sign_extend:
      if (step.count == 64) return operand;
      return {fmt::format("uint[64](int[64](int[{}]({})))", step.count, word.text)};
    default:  // count_ones
      return {fmt::format("uint[64](popcount({}))", word.text)};
  }
}

ClassicalText::Text ClassicalText::combine(ClassicalOperation const& step, Text const& left, Text const& right) {
  auto const number = [&](std::string_view symbol) -> Text {
    return {.text = fmt::format("{} {} {}", left.as_word().operand(), symbol, right.as_word().operand()),
            .is_atom = false,
            .is_signed = left.is_signed || right.is_signed};
  };
  // What depends on the sign is that of signed integers where both operands are.
  auto const unsigned_number = [&](std::string_view symbol) -> Text {
    if (!left.is_signed || !right.is_signed) return number(symbol);
    return {.text = fmt::format("uint[64]({}) {} {}", left.text, symbol, right.operand()), .is_atom = false};
  };
  auto const signed_text = [&](std::string_view symbol) {
    return fmt::format("{} {} {}", left.as_word().as_signed(), symbol, right.as_word().as_signed());
  };
  auto const truth = [](std::string text) -> Text {
    return {.text = std::move(text), .is_truth = true, .is_atom = false};
  };
  auto const logical = [&](std::string_view symbol) {
    return truth(fmt::format("{} {} {}", left.as_truth().operand(), symbol, right.as_truth().operand()));
  };
  switch (step.kind) {
    case Kind::add:
      return number("+");
    case Kind::subtract:
      return number("-");
    case Kind::multiply:
      return number("*");
    case Kind::divide:
      return unsigned_number("/");
    case Kind::divide_signed:
      return {fmt::format("uint[64]({})", signed_text("/"))};
    case Kind::remainder:
      return unsigned_number("%");
    case Kind::remainder_signed:
      return {fmt::format("uint[64]({})", signed_text("%"))};
    case Kind::bit_and:
      return number("&");
    case Kind::bit_or:
      return number("|");
    case Kind::bit_xor:
      return number("^");
    case Kind::shift_left:
      return number("<<");
    case Kind::shift_right:
      return number(">>");
    case Kind::equal:
      return truth(number("==").text);
    case Kind::not_equal:
      return truth(number("!=").text);
    case Kind::less:
      return truth(unsigned_number("<").text);
    case Kind::less_signed:
      return truth(signed_text("<"));
    case Kind::less_equal:
      return truth(unsigned_number("<=").text);
    case Kind::less_equal_signed:
      return truth(signed_text("<="));
    case Kind::logical_and:
      return logical("&&");
    default:  // logical_or
      return logical("||");
  }
}

}  // namespace qhub::circuit::openqasm
