#include <algorithm>
#include <cmath>
#include <numeric>

#include "qhub/circuit/openqasm/parser.h"

namespace qhub::circuit::openqasm {
namespace {

using StepKind = ClassicalOperation::Kind;

/// An integer without width is this wide when the running circuit keeps it.
constexpr std::uint32_t default_width = 32;

/// The array elements of a program together are at most so many.
constexpr std::size_t most_elements = std::size_t{1} << 20;

}  // namespace

// --- registers ------------------------------------------------------------------------------------------------------

/// ('qreg' | 'creg') name ('[' size ']')? ';'
bool Parser::old_declaration(Symbol::Kind kind) {
  if (in_block()) return fail("registers are declared outside of blocks");
  auto const name = new_name("register");
  if (!name) return false;
  std::int64_t size = 1;
  Token size_token = token_;
  if (version_ == 2 ? expect("[") : accept("[")) {
    size_token = token_;
    if (version_ == 2 && token_.kind != Token::Kind::integer) return fail("expected a size, found {}", found());
    auto const value = integer_expression("a size");
    if (!value || !expect("]")) return false;
    size = *value;
  } else if (version_ == 2) {
    return false;
  }
  auto const range = add_register(name->text, size, kind, size_token);
  if (!range) return false;
  return declare(name->text, {.kind = kind, .range = *range}) && expect(";");
}

/// ('qubit' | 'bit') ('[' size ']')? name ('=' ('measure' operand | bits))? ';'
bool Parser::declaration(Symbol::Kind kind, Token const& word) {
  if (in_block() && kind == Symbol::Kind::qubits)
    return unsupported(word.text, "'qubit' inside a block is not supported; declare it before");
  std::int64_t size = 1;
  Token const size_token = token_;
  bool const is_array = accept("[");
  if (is_array) {
    auto const value = integer_expression("a size");
    if (!value || !expect("]")) return false;
    size = values_are_made_up() ? std::max<std::int64_t>(*value, 1) : *value;
  }
  auto const name = new_name("register");
  if (!name) return false;
  if (physical_ && kind == Symbol::Kind::qubits)
    return unsupported(word.text, "a program cannot have both declared and physical qubits");
  auto range = add_register(name->text, size, kind, is_array ? size_token : *name);
  if (!range) return false;
  range->scalar = !is_array;
  if (!declare(name->text, {.kind = kind, .type = {Type::Kind::bits, range->count}, .range = *range})) return false;
  if (kind == Symbol::Kind::bits && accept("=")) return initial_bits(*range, *name);
  // A local bit starts as 0 each time the running circuit comes by.
  if (kind == Symbol::Kind::bits && in_block() && repeated_at_runtime())
    return store_bits(*range, Value::of(false), *name) && expect(";");
  return expect(";");
}

/// The value after '=' of a declaration of bits, which are 0 so far unless they are local.
bool Parser::initial_bits(Range const& range, Token const& name) {
  if (at_keyword(Keyword::measure)) return assign_from_measurement(range, name);
  if (token_.kind == Token::Kind::string) {
    std::string_view const digits = token_.text.substr(1, token_.text.size() - 2);
    if (!values_are_made_up() && digits.size() != range.count)
      return fail("{} bits for a register of size {}", digits.size(), range.count);
    if (!in_block() && digits.find_first_not_of('0') == std::string_view::npos) return advance(), expect(";");
  }
  Token const where = token_;
  auto const value = expression();
  return value && store_bits(range, *value, where) && expect(";");
}

/// 'output' type …
bool Parser::output(Token const& word) {
  if (at_keyword(Keyword::bit)) return advance(), declaration(Symbol::Kind::bits, word);
  return unsupported(word.text, "only bits can be an output, found {}", found());
}

/// 'input' type name ';'
bool Parser::input(Token const& word) {
  if (!type_follows() || at_keyword(Keyword::bit) || at_keyword(Keyword::duration))
    return unsupported(token_.text, "only numbers (int, uint, float, angle, bool) can be an input, found {}", found());
  auto const type = type_name();
  if (!type) return false;
  auto const name = new_name("input");
  if (!name) return false;
  auto const bound = options_.inputs.find(std::string(name->text));
  bool const real = type->kind == Type::Kind::real || type->kind == Type::Kind::angle;
  // Declared either way, so that each use does not become an error of its own.
  Value value = Value::of(std::int64_t{1});
  if (bound != options_.inputs.end()) {
    auto const given = converted(Value::of(bound->second), *type, name->text);
    if (!given) return false;
    value = *given;
  } else if (real) {
    value = Value::of(Expression::parameter(std::string(name->text)));
  }
  if (!declare(name->text, {.kind = Symbol::Kind::value, .type = *type, .value = value})) return false;
  if (bound == options_.inputs.end() && !real)
    unsupported(word.text, "input '{}' has no value; the program cannot be read without", name->text);
  return expect(";");
}

// --- variables ------------------------------------------------------------------------------------------------------

/// type name ('=' expression)? ';'
bool Parser::declare_value(bool constant) {
  auto const type = type_name();
  if (!type) return false;
  auto const name = new_name("value");
  if (!name) return false;
  bool const duration = type->kind == Type::Kind::duration;
  auto value = duration ? std::optional(Value::of(0.0, Type::Kind::duration))
                        : converted(Value::of(std::int64_t{0}), *type, name->text);
  if (constant || at("=")) {
    if (!expect("=")) return false;
    if (at_keyword(Keyword::stretch)) return unsupported(token_.text, "'stretch' leaves a time to a scheduler");
    Token const where = token_;
    auto const initial = expression();
    if (!initial) return false;
    if (initial->kind == Value::Kind::runtime && checking_ == 0) {
      if (constant)
        return unsupported(where.text, "the value of constant '{}' is known only when the circuit runs", name->text);
      // Kept by the running circuit from the start.
      Symbol symbol{.kind = Symbol::Kind::value, .constant = false, .type = *type, .value = *value};
      symbol.declared_under = emitter_.condition;
      if (!spill(symbol, name->text, *name)) return false;
      return store_bits(symbol.range, *initial, where) && declare(name->text, symbol) && expect(";");
    }
    if (initial->kind == Value::Kind::symbolic && !words_of({&initial->expression(), 1}).empty())
      return unsupported(where.text, "'{}' would be a real number that is known only when the circuit runs",
                         name->text);
    value = initial->is_known() || checking_ == 0 ? converted(*initial, *type, where.text) : value;
  }
  if (!value) return false;
  return declare(name->text, {.kind = Symbol::Kind::value, .constant = constant, .type = *type, .value = *value}) &&
         expect(";");
}

/// '=' or an operator with it; 0 for '='.
std::optional<std::uint16_t> Parser::assignment_operator() {
  constexpr std::string_view operators[] = {"+=", "-=", "*=", "/=", "&=", "|=", "^=", "%=", "<<=", ">>=", "**="};
  if (accept("=")) return std::uint16_t{0};
  for (std::string_view const op : operators) {
    if (token_.kind != Token::Kind::symbol || token_.text != op) continue;
    advance();
    return symbol_code(op.substr(0, op.size() - 1));
  }
  fail("expected '=', found {}", found());
  return std::nullopt;
}

/// name assignment_operator expression ';'
bool Parser::assign_value() {
  Token const name = token_;
  {
    Symbol const& symbol = *find(name.text);
    if (symbol.constant) return fail("'{}' is a constant", name.text);
    advance();
    if (at("[")) {  // single bits of an integer: let the running circuit keep it
      seek(name.text.data());
      return assign_bits();
    }
  }
  auto const op = assignment_operator();
  if (!op) return false;
  if (*op == 0 && at_keyword(Keyword::measure)) {
    auto const bits = find(name.text);
    if (!spill(*bits, name.text, name)) return false;
    return assign_from_measurement(bits->range, name);
  }
  Token const where = token_;
  auto right = expression();
  if (!right) return false;
  Symbol& symbol = *find(name.text);
  if (*op != 0) right = binary(name, *op, symbol.value, *right);
  if (!right) return false;
  if (checking_ != 0) return expect(";");
  if (right->kind == Value::Kind::symbolic && !words_of({&right->expression(), 1}).empty())
    return unsupported(where.text, "'{}' would be a real number that is known only when the circuit runs", name.text);
  if (right->kind == Value::Kind::runtime || emitter_.condition != symbol.declared_under) {
    if (!symbol.type.is_integral() && symbol.type.kind != Type::Kind::angle)
      return unsupported(name.text, "'{}' cannot be assigned where measured bits decide whether it happens", name.text);
    if (!spill(symbol, name.text, name)) return false;
    return store_bits(symbol.range, *right, where) && expect(";");
  }
  auto const value = converted(*right, symbol.type, where.text);
  if (!value) return false;
  symbol.value = *value;
  return expect(";");
}

/// Of a variable that the running circuit keeps.
bool Parser::assign_variable() {
  Token const name = token_;
  advance();
  if (at("[")) {
    seek(name.text.data());
    return assign_bits();
  }
  Symbol const symbol = *find(name.text);
  auto const op = assignment_operator();
  if (!op) return false;
  if (*op == 0 && at_keyword(Keyword::measure)) return assign_from_measurement(symbol.range, name);
  Token const where = token_;
  auto right = expression();
  if (right && *op != 0)
    right = binary(name, *op, Value::of_bits(symbol.range.first, symbol.range.count, symbol.type), *right);
  auto const value = right && checking_ == 0 ? converted(*right, symbol.type, where.text) : right;
  return value && store_bits(symbol.range, *value, where) && expect(";");
}

/// bits assignment_operator ('measure' qubits | expression) ';'
bool Parser::assign_bits() {
  Token const name = token_;
  if (in_gate_body_) return fail("'{}' cannot be assigned in the body of a gate", name.text);
  auto const bits = operand(Symbol::Kind::bits);
  if (!bits) return false;
  auto const op = assignment_operator();
  if (!op) return false;
  if (*op == 0 && at_keyword(Keyword::measure)) return assign_from_measurement(*bits, name);
  Token const where = token_;
  auto right = expression();
  if (right && *op != 0) {
    auto const left = bits_value(*bits, Type::Kind::bits, name);
    right = left ? binary(name, *op, *left, *right) : std::nullopt;
  }
  return right && store_bits(*bits, *right, where) && expect(";");
}

/// 'measure' qubits ';'
bool Parser::assign_from_measurement(Range const& bits, Token const& where) {
  advance();
  Token const qubit_token = token_;
  auto const qubits = operand(Symbol::Kind::qubits);
  return qubits && measure(*qubits, bits, qubit_token, where) && expect(";");
}

/// Has the running circuit put a value into bits.
bool Parser::store_bits(Range const& bits, Value const& value, Token const& where) {
  if (checking_ != 0) return true;
  if (value.kind == Value::Kind::symbolic || (value.kind == Value::Kind::real && value.type.kind != Type::Kind::angle))
    return fail_at(ErrorKind::syntax, where.text, "bits are assigned from bits or integers");
  if (value.type.kind == Type::Kind::bits && value.type.width != bits.count)
    return fail_at(ErrorKind::syntax, where.text, "{} bits cannot be assigned to {}", value.type.width, bits.count);
  if (value.is_known()) {
    std::uint64_t const word = to_word(value, {value.type.kind, std::min(bits.count, 64U)});
    for (std::uint32_t start = 0; start < bits.count; start += bits.is_run() ? 64 : 1) {
      std::uint32_t const count = bits.is_run() ? std::min(bits.count - start, 64U) : 1;
      std::uint64_t const part = start < 64 ? word >> start : 0;
      std::uint64_t const mask = count < 64 ? (std::uint64_t{1} << count) - 1 : ~std::uint64_t{0};
      if (!emit_assign(bits[start], count, {{.kind = StepKind::constant, .value = part & mask}}, where)) return false;
    }
    return true;
  }
  if (bits.count > 64) return unsupported(where.text, "an assignment of {} bits; at most 64 are supported", bits.count);
  if (bits.is_run()) return emit_assign(bits.first, bits.count, value.steps(), where);
  auto const copy = add_scratch(bits.count, where);  // the value may read what the first bits are about to lose
  if (!copy || !emit_assign(*copy, bits.count, value.steps(), where)) return false;
  for (std::uint32_t i = 0; i < bits.count; ++i)
    if (!emit_assign(bits[i], 1, {{.kind = StepKind::bits, .first = *copy + i, .count = 1}}, where)) return false;
  return true;
}

bool Parser::emit_assign(Clbit first, std::uint32_t count, std::vector<ClassicalOperation> steps, Token const& where) {
  ClassicalExpression const value(std::move(steps));
  return emit({.kind = InstructionKind::assign, .clbit = first, .clbit_count = count, .value = &value}, where);
}

std::optional<Clbit> Parser::add_scratch(std::uint32_t size, Token const& where) {
  if (checking_ != 0) return first_scratch_bit;
  if (size > options_.max_qubits || emitter_.circuit.scratch_count() > options_.max_qubits - size)
    return fail_at(ErrorKind::too_large, where.text, "the variables take more than {} bits (max_qubits)",
                   options_.max_qubits),
           std::nullopt;
  auto const first = emitter_.circuit.add_scratch(size);
  if (!first) return report(Result<void>(first.error()), where.text), std::nullopt;
  return *first;
}

bool Parser::spill(Symbol& symbol, std::string_view name, Token const& where) {
  if (checking_ != 0) return true;
  if (!symbol.type.is_integral() && (symbol.type.kind != Type::Kind::angle || symbol.type.width == 0))
    return unsupported(where.text, "'{}', of type {}, cannot depend on measured bits", name, to_text(symbol.type));
  if (symbol.type.width == 0) symbol.type.width = default_width;
  auto const first = add_scratch(symbol.type.width, where);
  if (!first) return false;
  bool const scalar = symbol.type.kind == Type::Kind::boolean;
  symbol.kind = Symbol::Kind::variable;
  symbol.range = {*first, symbol.type.width, 1, scalar, nullptr};
  // Where it was declared it has had this value, whatever the bits tested since say.
  Condition::Id const here = std::exchange(emitter_.condition, symbol.declared_under);
  bool const stored = store_bits(symbol.range, symbol.value, where);
  emitter_.condition = here;
  return stored;
}

/// Of the block or statement at the cursor, which the running circuit will repeat.
bool Parser::spill_assigned_names(char const* body, Token const& where) {
  Lexer ahead(std::string_view(body, static_cast<std::size_t>(lexer_.end() - body)));
  std::size_t depth = 0, brackets = 0;
  std::string_view name;  // of the variable that an assignment here would be to
  for (Token token = ahead.next(); token.kind != Token::Kind::end; token = ahead.next()) {
    if (token.text == "{") ++depth;
    if (token.text == "[") ++brackets;
    if (token.text == "]" && brackets > 0) --brackets;
    bool const assigns = token.kind == Token::Kind::symbol && token.text.ends_with('=') && token.text != "==" &&
                         token.text != "!=" && token.text != "<=" && token.text != ">=";
    if (assigns || token.text == "->") {
      if (token.text == "->") {
        token = ahead.next();
        name = token.text;
      }
      Symbol* const symbol = name.empty() ? nullptr : find(name);
      if (symbol != nullptr && symbol->kind == Symbol::Kind::value && !symbol->constant && !spill(*symbol, name, where))
        return false;
    }
    if (token.kind == Token::Kind::identifier && brackets == 0) name = token.text;
    if ((token.text == ";" && depth == 0) || (token.text == "}" && (depth == 0 || --depth == 0))) break;
  }
  return true;
}

// --- arrays ---------------------------------------------------------------------------------------------------------

/// size (',' size)* ']'
bool Parser::array_sizes(std::vector<std::uint32_t>& sizes) {
  std::size_t elements = 1;
  do {
    Token const where = token_;
    auto const size = integer_expression("a size");
    if (!size) return false;
    if (*size < 1) return fail_at(ErrorKind::syntax, where.text, "an array needs a size of at least 1, not {}", *size);
    elements *= static_cast<std::size_t>(std::min<std::int64_t>(*size, most_elements + 1));
    if (elements > most_elements || sizes.size() == 8)
      return fail_at(ErrorKind::too_large, where.text, "an array of more than {} elements or 8 dimensions",
                     most_elements);
    sizes.push_back(static_cast<std::uint32_t>(*size));
  } while (accept(","));
  return expect("]");
}

/// 'array' '[' type ',' sizes ']' name ('=' literal)? ';'
bool Parser::declare_array(bool constant) {
  Token const word = token_;
  advance();
  if (!expect("[")) return false;
  auto const type = type_name();
  if (!type || !expect(",")) return false;
  ArrayView view{.elements = {}, .offset = 0, .sizes = {}, .type = *type, .constant = constant};
  if (!array_sizes(view.sizes)) return false;
  auto const name = new_name("array");
  if (!name || !report(emitter_.count(1 + view.size() / 16), word.text)) return false;
  Value const zero = type->kind == Type::Kind::duration ? Value::of(0.0, Type::Kind::duration)
                                                        : *convert(Value::of(std::int64_t{0}), *type);
  view.elements = std::make_shared<std::vector<Value>>(view.size(), zero);
  if (constant && !at("=")) return expect("=");
  if (accept("=")) {
    std::size_t position = 0;
    if (at("{")) {
      if (!array_literal(view, 0, position)) return false;
    } else {
      Token const where = token_;
      auto const from = array_operand();
      if (!from) return false;
      if (from->sizes != view.sizes && !values_are_made_up())
        return fail_at(ErrorKind::syntax, where.text, "the arrays differ in size");
      if (!values_are_made_up())
        std::copy_n(from->elements->begin() + static_cast<std::ptrdiff_t>(from->offset), view.size(),
                    view.elements->begin());
    }
  }
  if (arrays_.size() >= most_elements) return too_many_names();
  arrays_.push_back(std::move(view));
  return declare(name->text, {.kind = Symbol::Kind::array, .definition = arrays_.size() - 1}) && expect(";");
}

/// '{' (literal | expression) (',' …)* '}' of the dimension's size
bool Parser::array_literal(ArrayView const& view, std::size_t dimension, std::size_t& position) {
  Nesting const guard(*this);
  Token const where = token_;
  if (!guard.ok() || !expect("{")) return false;
  std::uint32_t count = 0;
  do {
    ++count;
    if (values_are_made_up() ? at("{") : dimension + 1 < view.sizes.size()) {
      if (!array_literal(view, dimension + 1, position)) return false;
      continue;
    }
    Token const element = token_;
    auto const value = expression();
    if (!value) return false;
    if (!value->is_known() && checking_ == 0)
      return unsupported(element.text, "elements of arrays must be known while the program is read");
    auto const stored = value->is_known() ? converted(*value, view.type, element.text) : value;
    if (!stored) return false;
    if (position < view.elements->size()) (*view.elements)[position++] = *stored;
  } while (accept(","));
  if (!values_are_made_up() && count != view.sizes[dimension])
    return fail_at(ErrorKind::syntax, where.text, "{} elements for a dimension of size {}", count,
                   view.sizes[dimension]);
  return expect("}");
}

/// name ('[' index (',' index)* ']')*; the last index may be a slice
std::optional<ArrayView> Parser::array_operand() {
  Token const name = token_;
  Symbol const* const symbol = name.kind == Token::Kind::identifier ? find(name.text) : nullptr;
  if (symbol == nullptr || symbol->kind != Symbol::Kind::array)
    return fail("expected an array, found {}", found()), std::nullopt;
  ArrayView view = arrays_[symbol->definition];
  advance();
  while (accept("["))
    if (!array_slice(view, name)) return std::nullopt;
  return view;
}

/// index (',' index)* ']'
bool Parser::array_slice(ArrayView& view, Token const& name) {
  while (true) {
    if (view.sizes.empty()) return fail("too many indices for '{}'", name.text);
    std::uint32_t const size = view.sizes.front();
    std::size_t const stride = view.size() / size;
    // slice() reads up to a bracket, so an index before a comma is read here.
    Token const where = token_;
    if (at(":")) {
      auto const part = slice(name, size);
      if (!part || part->step != 1) return part && unsupported(where.text, "a slice with a step, of an array");
      view.offset += part->first * stride;
      view.sizes.front() = part->count;
      return true;
    }
    auto const value = integer_expression("an index");
    if (!value) return false;
    if (at(":")) {
      seek(where.text.data());
      auto const part = slice(name, size);
      if (!part || part->step != 1) return part && unsupported(where.text, "a slice with a step, of an array");
      view.offset += part->first * stride;
      view.sizes.front() = part->count;
      return true;
    }
    std::int64_t const from_start = *value < 0 ? *value + size : *value;
    if (!values_are_made_up() && (from_start < 0 || from_start >= size))
      return fail_at(ErrorKind::syntax, where.text, "index {} is outside array '{}' of size {}", *value, name.text,
                     size);
    if (!values_are_made_up()) view.offset += static_cast<std::size_t>(from_start) * stride;
    view.sizes.erase(view.sizes.begin());
    if (!accept(",")) return expect("]");
  }
}

/// element assignment_operator expression ';' | part '=' (array | literal) ';'
bool Parser::assign_array() {
  Token const name = token_;
  auto const view = array_operand();
  if (!view) return false;
  if (view->constant) return fail_at(ErrorKind::syntax, name.text, "'{}' is a constant", name.text);
  if (emitter_.condition && checking_ == 0)
    return unsupported(name.text, "'{}' cannot be assigned where measured bits decide whether it happens", name.text);
  auto const op = assignment_operator();
  if (!op) return false;
  auto const begin = view->elements->begin() + static_cast<std::ptrdiff_t>(view->offset);
  Token const where = token_;
  bool const whole = values_are_made_up() ? at("{") : !view->sizes.empty();
  if (whole) {
    if (*op != 0) return fail_at(ErrorKind::syntax, name.text, "arithmetic on whole arrays is not supported");
    ArrayView from = *view;
    if (at("{")) {
      from.elements = std::make_shared<std::vector<Value>>(view->size());
      from.offset = 0;
      std::size_t position = 0;
      if (!array_literal(from, 0, position)) return false;
    } else {
      auto const other = array_operand();
      if (!other) return false;
      from = *other;
    }
    if (values_are_made_up()) return expect(";");
    if (from.sizes != view->sizes) return fail_at(ErrorKind::syntax, where.text, "the arrays differ in size");
    auto const source = from.elements->begin() + static_cast<std::ptrdiff_t>(from.offset);
    std::vector<Value> const copy(source, source + static_cast<std::ptrdiff_t>(from.size()));
    std::ranges::copy(copy, begin);
    return report(emitter_.count(1 + copy.size() / 16), name.text) && expect(";");
  }
  auto right = expression();
  if (right && *op != 0) right = binary(name, *op, *begin, *right);
  if (!right) return false;
  if (checking_ != 0) return expect(";");
  if (!right->is_known()) return unsupported(where.text, "elements of arrays must be known while the program is read");
  auto const value = converted(*right, view->type, where.text);
  if (!value) return false;
  *begin = *value;
  return expect(";");
}

}  // namespace qhub::circuit::openqasm
