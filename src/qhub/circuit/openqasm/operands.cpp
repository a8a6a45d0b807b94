#include <algorithm>
#include <charconv>
#include <cmath>

#include "qhub/circuit/openqasm/parser.h"

namespace qhub::circuit::openqasm {

/// operand := name | name '[' index ']' | name '[' slice ']' | name '[' '{' indices '}' ']' | '$' digits
std::optional<Range> Parser::operand(Symbol::Kind kind) {
  bool const quantum = kind == Symbol::Kind::qubits;
  if (token_.kind == Token::Kind::physical_qubit && quantum) return physical_qubit();
  if (token_.kind != Token::Kind::identifier)
    return fail("expected a {}, found {}", quantum ? "qubit" : "classical bit", found()), std::nullopt;
  Token const name = token_;
  Symbol const* symbol = find_local(name.text);
  bool const local = symbol != nullptr && symbol->kind == kind;
  if (!local && (symbol == nullptr || in_gate_body_ || quantum))
    symbol = in_gate_body_ ? nullptr : find_global(name.text);
  // A variable may have its bits measured into, which makes it one that the running circuit keeps.
  if (symbol != nullptr && !quantum && symbol->kind == Symbol::Kind::value) {
    if (symbol->constant) return fail("'{}' is a constant", name.text), std::nullopt;
    Symbol* const variable = find(name.text);
    if (!spill(*variable, name.text, name)) return std::nullopt;
    symbol = variable;
  }
  bool const is_variable =
      symbol != nullptr && !quantum && (symbol->kind == Symbol::Kind::variable || symbol->kind == Symbol::Kind::value);
  if (symbol == nullptr || (symbol->kind != kind && !is_variable)) {
    if (symbol != nullptr && (symbol->kind == Symbol::Kind::qubits || symbol->kind == Symbol::Kind::bits))
      return fail("'{}' is a {} register, expected a {} one", name.text, quantum ? "classical" : "quantum",
                  quantum ? "quantum" : "classical"),
             std::nullopt;
    return fail("unknown {} '{}'", quantum ? "qubit" : "classical bit", name.text), std::nullopt;
  }
  Range range = symbol->range;
  if (symbol->kind == Symbol::Kind::value)
    range = {first_scratch_bit, symbol->type.width, 1, false, nullptr};  // checked
  advance();
  if (!at("[")) return range;
  if (range.scalar)
    return fail("'{}' is a single {} and has no index", name.text, quantum ? "qubit" : "bit"), std::nullopt;
  advance();
  return index(name, range);
}

Range Parser::listed(std::vector<std::uint32_t> indices) {
  lists_.push_back(std::move(indices));
  Range range{.count = static_cast<std::uint32_t>(lists_.back().size()), .scalar = false};
  range.list = lists_.back().data();
  range.first = lists_.back().empty() ? 0 : range.list[0];
  return range;
}

std::optional<Range> Parser::index(Token const& name, Range const& range) {
  if (version_ == 2 && token_.kind != Token::Kind::integer)
    return fail("expected an index, found {}", found()), std::nullopt;
  if (at("{")) return index_set(name, range);
  auto const part = slice(name, range.count);
  if (!part) return std::nullopt;
  if (part->scalar) return Range{range[part->first]};
  if (range.list == nullptr) return Range{range[part->first], part->count, range.step * part->step, false, nullptr};
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < part->count; ++i) chosen.push_back(range[(*part)[i]]);
  return listed(std::move(chosen));
}

/// '{' index (',' index)* '}' ']'
std::optional<Range> Parser::index_set(Token const& name, Range const& range) {
  advance();
  std::vector<std::uint32_t> chosen;
  do {
    Token const where = token_;
    auto const value = integer_expression("an index");
    auto const element = value ? element_of(name, range.count, *value, where) : std::nullopt;
    if (!element) return std::nullopt;
    chosen.push_back(range[*element]);
  } while (accept(","));
  if (!expect("}") || !expect("]")) return std::nullopt;
  return listed(std::move(chosen));
}

std::optional<Range> Parser::slice(Token const& name, std::uint32_t size) {
  Token const first_token = token_;
  std::int64_t first = 0;
  std::int64_t step = 1;
  if (version_ == 2 || !at(":")) {
    auto const value = integer_expression("an index");
    if (!value) return std::nullopt;
    first = *value;
  }
  if (version_ == 2 || !at(":")) {
    if (!expect("]")) return std::nullopt;
    auto const element = element_of(name, size, first, first_token);
    return element ? std::optional(Range{*element}) : std::nullopt;
  }
  advance();
  Token last_token = token_;
  std::int64_t last = std::int64_t{size} - 1;
  if (!at("]")) {
    auto const value = integer_expression("an index");
    if (!value) return std::nullopt;
    last = *value;
  }
  if (accept(":")) {
    step = last;
    last = step < 0 ? 0 : std::int64_t{size} - 1;
    last_token = token_;
    if (!at("]")) {
      auto const value = integer_expression("an index");
      if (!value) return std::nullopt;
      last = *value;
    }
  }
  if (!expect("]")) return std::nullopt;
  auto const from = element_of(name, size, first, first_token);
  auto const to = from ? element_of(name, size, last, last_token) : std::nullopt;
  if (!to) return std::nullopt;
  if (values_are_made_up()) return Range{0, size, 1, false, nullptr};
  if (step == 0 || std::abs(static_cast<double>(step)) > max_bits)
    return fail_at(ErrorKind::syntax, last_token.text, "a slice cannot have step {}", step), std::nullopt;
  std::int64_t const distance = std::int64_t{*to} - *from;
  if ((distance < 0) != (step < 0) && distance != 0)
    return fail_at(ErrorKind::syntax, first_token.text, "the slice is empty"), std::nullopt;
  return Range{*from, static_cast<std::uint32_t>(distance / step + 1), step, false, nullptr};
}

/// A possibly negative index (counted from the end, OpenQASM 3) as an index from the start.
std::optional<std::uint32_t> Parser::element_of(Token const& name, std::uint32_t size, std::int64_t index,
                                                Token const& where) {
  std::int64_t const from_start = index < 0 && version_ == 3 ? index + size : index;
  if (values_are_made_up()) return 0;
  if (from_start < 0 || from_start >= size)
    return fail_at(ErrorKind::syntax, where.text, "index {} is outside register '{}' of size {}", index, name.text,
                   size),
           std::nullopt;
  return static_cast<std::uint32_t>(from_start);
}

std::optional<Range> Parser::physical_qubit() {
  if (version_ == 2) return fail("physical qubits need OpenQASM 3"), std::nullopt;
  auto const number_of = [](Token const& token) {
    std::uint32_t number = max_bits;
    std::string_view const digits = token.text.substr(1);
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
  };
  if (!physical_) {
    if (emitter_.circuit.qubit_count() != 0)
      return unsupported(token_.text, "a program cannot have both declared and physical qubits"), std::nullopt;
    // How many there are is known only at the end, so look ahead once.
    std::int64_t highest = number_of(token_);
    Lexer ahead(std::string_view(token_.text.data(),
                                 static_cast<std::size_t>(text_.data() + text_.size() - token_.text.data())));
    for (Token token = ahead.next(); token.kind != Token::Kind::end; token = ahead.next())
      if (token.kind == Token::Kind::physical_qubit) highest = std::max<std::int64_t>(highest, number_of(token));
    if (!add_register("$", highest + 1, Symbol::Kind::qubits, token_)) return std::nullopt;
    physical_ = true;
  }
  Range const qubit{number_of(token_)};
  advance();
  return qubit;
}

std::optional<Range> Parser::add_register(std::string_view name, std::int64_t size, Symbol::Kind kind,
                                          Token const& where) {
  bool const quantum = kind == Symbol::Kind::qubits;
  std::uint32_t const present = quantum ? emitter_.circuit.qubit_count() : emitter_.circuit.clbit_count();
  if (size <= 0)
    return fail_at(ErrorKind::syntax, where.text, "register '{}' needs a size of at least 1", name), std::nullopt;
  if (size > std::int64_t{options_.max_qubits} - present)
    return fail_at(ErrorKind::too_large, where.text, "more than {} {} (max_qubits)", options_.max_qubits,
                   quantum ? "qubits" : "classical bits"),
           std::nullopt;
  auto const count = static_cast<std::uint32_t>(size);
  if (in_block() && !quantum) {  // a local bit belongs to no result
    auto const first = add_scratch(count, where);
    return first ? std::optional(Range{*first, count, 1, false, nullptr}) : std::nullopt;
  }
  auto const added = quantum ? emitter_.circuit.add_qubits(std::string(name), count)
                             : emitter_.circuit.add_clbits(std::string(name), count);
  if (!added) return fail_at(ErrorKind::syntax, where.text, "{}", added.error().message), std::nullopt;
  return Range{added->first, added->size, 1, false, nullptr};
}

/// Comma-separated operands; all qubits of the circuit, or of the gate whose body is read, if there are none.
bool Parser::qubit_list(std::vector<Qubit>& qubits) {
  if (at(";") && in_gate_body_) {
    for (std::size_t i = locals_begin_; i < locals_.size(); ++i)
      if (locals_[i].second.kind == Symbol::Kind::qubits) qubits.push_back(locals_[i].second.range.first);
    return true;
  }
  if (at(";")) {
    for (Qubit qubit = 0; qubit < emitter_.circuit.qubit_count(); ++qubit) qubits.push_back(qubit);
    return true;
  }
  do {
    auto const range = operand(Symbol::Kind::qubits);
    if (!range) return false;
    for (std::uint32_t i = 0; i < range->count; ++i) qubits.push_back((*range)[i]);
  } while (accept(","));
  return true;
}

/// 'let' name '=' operand ('++' operand)* ';'
bool Parser::alias() {
  Token const name = token_;
  if (name.kind != Token::Kind::identifier) return fail("expected a name for the alias, found {}", found());
  // Unlike a register, an alias may be declared anew: loops of the specification's examples move one along.
  Symbol const* const known = find(name.text);
  if (known != nullptr && known->kind != Symbol::Kind::qubits && known->kind != Symbol::Kind::bits &&
      known->kind != Symbol::Kind::named_gate)
    return fail("'{}' is declared already", name.text);
  advance();
  if (!expect("=")) return false;
  Symbol const* const first = token_.kind == Token::Kind::identifier ? find(token_.text) : nullptr;
  bool const classical = first != nullptr && first->kind == Symbol::Kind::bits;
  Symbol::Kind const kind = classical ? Symbol::Kind::bits : Symbol::Kind::qubits;
  auto range = operand(kind);
  if (!range) return false;
  while (accept("++")) {
    auto const next = operand(kind);
    if (!next) return false;
    if (std::size_t{range->count} + next->count > options_.max_qubits)
      return fail_at(ErrorKind::too_large, name.text, "an alias of more than {} bits (max_qubits)",
                     options_.max_qubits);
    std::vector<std::uint32_t> all;
    for (Range const& part : {*range, *next})
      for (std::uint32_t i = 0; i < part.count; ++i) all.push_back(part[i]);
    range = listed(std::move(all));
  }
  // Work for the lists counts like that for instructions.
  if (!report(emitter_.count(1 + range->count / 8), name.text)) return false;
  return declare(name.text, {.kind = kind, .range = *range}) && expect(";");
}

/// Bits as a word, the first lowest.
std::optional<Value> Parser::bits_value(Range const& bits, Type::Kind kind, Token const& where) {
  Type const type{kind, bits.count};
  if (bits.is_run()) return Value::of_bits(bits.first, bits.count, type);
  if (bits.count > 64)
    return unsupported(where.text, "a value of {} bits that are not neighbours; at most 64 are supported", bits.count),
           std::nullopt;
  using Kind = ClassicalOperation::Kind;
  std::vector<ClassicalOperation> steps;
  for (std::uint32_t i = 0; i < bits.count; ++i) {
    steps.push_back({.kind = Kind::bits, .first = bits[i], .count = 1});
    if (i == 0) continue;
    steps.insert(steps.end(),
                 {{.kind = Kind::constant, .value = i}, {.kind = Kind::shift_left}, {.kind = Kind::bit_or}});
  }
  return Value::of(std::move(steps), type);
}

}  // namespace qhub::circuit::openqasm
