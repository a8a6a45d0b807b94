#include <algorithm>

#include "qhub/circuit/openqasm/parser.h"

namespace qhub::circuit::openqasm {

/// 'def' name '(' parameters? ')' ('->' type)? block
bool Parser::subroutine_definition() {
  if (in_block()) return fail("subroutines are defined outside of blocks");
  auto const name = new_name("subroutine");
  if (!name || !expect("(")) return false;
  Subroutine subroutine;
  if (!accept(")")) {
    do {
      if (!subroutine_parameter(subroutine)) return false;
    } while (accept(","));
    if (!expect(")")) return false;
  }
  if (accept("->")) {
    auto const type = type_name();
    if (!type) return false;
    subroutine.result = *type;
  }
  if (!at("{")) return expect("{");
  subroutine.body = token_.text.data();
  subroutines_.push_back(subroutine);
  std::size_t const position = subroutines_.size() - 1;
  // Read once to find its errors where they stand. It may call itself only if that ends, which nesting tells.
  std::vector<Argument> made_up;
  for (Subroutine::Parameter const& parameter : subroutine.parameters) {
    Symbol symbol{.kind = parameter.kind, .constant = false, .type = parameter.type};
    symbol.range = {0, parameter.size.value_or(1), 1, !parameter.size, nullptr};
    symbol.value = Value::of(std::int64_t{1}, parameter.type);
    if (parameter.kind == Symbol::Kind::array) {
      arrays_.push_back({std::make_shared<std::vector<Value>>(1), 0, {1, 1, 1, 1}, parameter.type, parameter.constant});
      symbol.definition = arrays_.size() - 1;
    }
    made_up.push_back({symbol, *name});
  }
  if (!declare(name->text, {.kind = Symbol::Kind::subroutine, .definition = position})) return false;
  ++checking_;
  bool const succeeded = carry_out(subroutine, made_up, *name);
  --checking_;
  return succeeded;
}

/// 'qubit' size? name | 'bit' size? name | type name | ('readonly' | 'mutable') 'array' '[' type ',' sizes ']' name
bool Parser::subroutine_parameter(Subroutine& subroutine) {
  Subroutine::Parameter parameter;
  bool const readonly = accept_word("readonly");
  if (readonly || accept_word("mutable")) {
    if (!at_keyword(Keyword::array)) return fail("expected 'array', found {}", found());
    advance();
    if (!expect("[")) return false;
    auto const type = type_name();
    if (!type || !expect(",")) return false;
    parameter.kind = Symbol::Kind::array;
    parameter.type = *type;
    parameter.constant = readonly;
    if (token_.text == "#dim") {  // '#dim' '=' number of dimensions
      advance();
      if (!expect("=") || !integer_expression("a number of dimensions") || !expect("]")) return false;
    } else {
      std::vector<std::uint32_t> sizes;
      if (!array_sizes(sizes)) return false;
    }
  } else if (at_keyword(Keyword::qubit) || at_keyword(Keyword::bit) || at_keyword(Keyword::qreg) ||
             at_keyword(Keyword::creg)) {
    bool const quantum = at_keyword(Keyword::qubit) || at_keyword(Keyword::qreg);
    parameter.kind = quantum ? Symbol::Kind::qubits : Symbol::Kind::bits;
    advance();
    if (accept("[")) {
      Token const where = token_;
      auto const size = integer_expression("a size");
      if (!size || !expect("]")) return false;
      if (*size < 1 || *size > options_.max_qubits)
        return fail_at(ErrorKind::syntax, where.text, "a size must be from 1 to {}, not {}", options_.max_qubits,
                       *size);
      parameter.size = static_cast<std::uint32_t>(*size);
    }
    parameter.type = {Type::Kind::bits, parameter.size.value_or(1)};
  } else {
    auto const type = type_name();
    if (!type) return false;
    parameter.type = *type;
  }
  if (token_.kind != Token::Kind::identifier) return fail("expected the name of a parameter, found {}", found());
  parameter.name = token_.text;
  advance();
  subroutine.parameters.push_back(parameter);
  return true;
}

/// 'extern' name '(' types? ')' ('->' type)? ';': noted, so that calls are refused by name.
bool Parser::external_declaration() {
  auto const name = new_name("function");
  if (!name || !declare(name->text, {.kind = Symbol::Kind::external})) return false;
  while (!at(";") && token_.kind != Token::Kind::end && !at("{") && !at("}")) advance();
  return expect(";");
}

/// A call as a statement. OpenQASM 3 before its release wrote the qubits behind the parentheses; both forms are read.
bool Parser::subroutine_statement() {
  Symbol const symbol = *find(token_.text);
  bool succeeded = false;
  (void)call_subroutine(symbol, succeeded);
  return succeeded && expect(";");
}

bool Parser::arguments(Subroutine const& subroutine, std::vector<Argument>& given) {
  auto const list = [&](auto const& at_end) {
    do {
      if (given.size() == subroutine.parameters.size())
        return fail("the subroutine takes {} arguments", subroutine.parameters.size());
      // Classical arguments may come before the qubits that stand behind the parentheses.
      if (!argument(subroutine.parameters[given.size()], given)) return false;
    } while (accept(","));
    return at_end();
  };
  if (accept("(") && !accept(")") && !list([&] { return expect(")"); })) return false;
  bool const more = given.size() < subroutine.parameters.size() &&
                    (token_.kind == Token::Kind::identifier || token_.kind == Token::Kind::physical_qubit);
  return !more || list([] { return true; });
}

bool Parser::argument(Subroutine::Parameter const& parameter, std::vector<Argument>& given) {
  Token const where = token_;
  Symbol symbol{.kind = parameter.kind, .constant = false, .type = parameter.type};
  switch (parameter.kind) {
    case Symbol::Kind::qubits: {
      auto const range = operand(Symbol::Kind::qubits);
      if (!range) return false;
      std::uint32_t const size = parameter.size.value_or(1);
      if (range->count != size && !values_are_made_up())
        return fail_at(ErrorKind::syntax, where.text, "{} qubits given for '{}' of size {}", range->count,
                       parameter.name, size);
      symbol.range = *range;
      symbol.range.scalar = !parameter.size;
      break;
    }
    case Symbol::Kind::array: {
      auto view = array_operand();
      if (!view) return false;
      if (view->constant && !parameter.constant)
        return fail_at(ErrorKind::syntax, where.text, "a constant array given for mutable '{}'", parameter.name);
      view->constant = parameter.constant;
      arrays_.push_back(*std::move(view));
      symbol.definition = arrays_.size() - 1;
      break;
    }
    default: {
      auto const value = expression();
      if (!value) return false;
      if (value->kind == Value::Kind::symbolic && !words_of({&value->expression(), 1}).empty())
        return unsupported(where.text, "'{}' would be a real number that is known only when the circuit runs",
                           parameter.name);
      if (checking_ != 0) {
        symbol.range = {first_scratch_bit, parameter.size.value_or(1), 1, !parameter.size, nullptr};
        break;
      }
      bool const known = value->kind != Value::Kind::runtime;
      if (!known || parameter.kind == Symbol::Kind::bits) {  // passed by value: a copy that the circuit keeps
        std::uint32_t const width = parameter.type.width != 0 ? parameter.type.width : 64;
        auto const first = add_scratch(width, where);
        if (!first) return false;
        symbol.range = {*first, width, 1, !parameter.size, nullptr};
        auto const stored = known ? converted(*value, parameter.type, where.text) : value;
        if (!stored || !store_bits(symbol.range, *stored, where)) return false;
        symbol.type.width = width;
        if (parameter.kind == Symbol::Kind::value) symbol.kind = Symbol::Kind::variable;
        break;
      }
      auto const stored = converted(*value, parameter.type, where.text);
      if (!stored) return false;
      symbol.value = *stored;
      break;
    }
  }
  symbol.declared_under = emitter_.condition;
  given.push_back({std::move(symbol), where});
  return true;
}

std::optional<Value> Parser::call_subroutine(Symbol const& symbol, bool& succeeded) {
  succeeded = false;
  Token const name = token_;
  if (in_gate_body_) return fail("'{}' cannot be called in the body of a gate", name.text), std::nullopt;
  if (symbol.kind == Symbol::Kind::external)
    return unsupported(name.text, "extern function '{}' is computed by another program", name.text), std::nullopt;
  advance();
  Subroutine const& subroutine = subroutines_[symbol.definition];
  std::vector<Argument> given;
  if (!arguments(subroutine, given)) return std::nullopt;
  if (given.size() != subroutine.parameters.size())
    return fail_at(ErrorKind::syntax, name.text, "subroutine '{}' takes {} arguments, {} given", name.text,
                   subroutine.parameters.size(), given.size()),
           std::nullopt;
  succeeded = true;
  if (checking_ != 0) {
    if (!subroutine.result) return std::nullopt;
    return subroutine.result->kind == Type::Kind::bits ? Value::of_bits(first_scratch_bit, 1, {Type::Kind::bits, 1})
                                                       : Value::of(std::int64_t{1});
  }
  Nesting const guard(*this);
  if (!guard.ok()) return succeeded = false, std::nullopt;
  std::size_t const errors_before = diagnostics_.count();
  char const* const here = token_.text.data();
  Condition::Id const outer_condition = emitter_.condition;
  seek(subroutine.body);
  if (!begin_frame({.kind = Leaving::subroutine, .result_type = subroutine.result}, name))
    return succeeded = false, std::nullopt;
  succeeded = carry_out(subroutine, given, name) && count_reading(subroutine.body, name);
  Frame const frame = frames_.back();
  end_frame();
  emitter_.condition = outer_condition;
  seek(here);
  succeeded = succeeded && diagnostics_.count() == errors_before;
  if (!succeeded || !subroutine.result) return std::nullopt;
  if (frame.result) return Value::of_bits(*frame.result, frame.result_type->width, *frame.result_type);
  if (!frame.value) {
    succeeded = fail_at(ErrorKind::syntax, name.text, "subroutine '{}' ends without 'return'", name.text);
    return std::nullopt;
  }
  return frame.value;
}

/// Carries out the block at the cursor with the subroutine's names bound.
bool Parser::carry_out(Subroutine const& subroutine, std::vector<Argument> const& given, Token const& name) {
  Nesting const guard(*this);
  if (!guard.ok() || !report(emitter_.count(1), name.text)) return false;
  std::size_t const outer_begin = std::exchange(locals_begin_, locals_.size());
  for (std::size_t i = 0; i < given.size(); ++i) locals_.emplace_back(subroutine.parameters[i].name, given[i].symbol);
  bool const succeeded = block();
  locals_.resize(locals_begin_);
  locals_begin_ = outer_begin;
  return succeeded;
}

/// 'return' ('measure' qubits | expression)? ';'
bool Parser::return_statement(Token const& word) {
  std::optional<Value> value;
  Token const where = token_;
  if (at_keyword(Keyword::measure)) {
    advance();
    Token const qubit_token = token_;
    auto const qubits = operand(Symbol::Kind::qubits);
    if (!qubits) return false;
    auto const first = add_scratch(qubits->count, where);
    if (!first || !measure(*qubits, {*first, qubits->count, 1, false, nullptr}, qubit_token, where)) return false;
    value = Value::of_bits(*first, qubits->count, {Type::Kind::bits, qubits->count});
  } else if (!at(";")) {
    value = expression();
    if (!value) return false;
  }
  if (checking_ == 0 && value) {
    auto const number = find_frame(Leaving::subroutine);
    if (!number) return fail_at(ErrorKind::syntax, word.text, "'return' outside of a subroutine");
    Frame& frame = frames_[*number];
    if (!frame.result_type)
      return fail_at(ErrorKind::syntax, where.text, "the subroutine has no '->' and returns no value");
    if (value->kind == Value::Kind::symbolic && !words_of({&value->expression(), 1}).empty())
      return unsupported(where.text, "a result that is a real number known only when the circuit runs");
    value = converted(*value, *frame.result_type, where.text);
    if (!value) return false;
    if (is_certain(*number)) {
      frame.value = value;
    } else {
      Type const type = *frame.result_type;
      if (!type.is_integral())
        return unsupported(where.text, "a result of type {} where measured bits decide whether it is returned",
                           to_text(type));
      if (type.width == 0) frame.result_type->width = 64;
      std::uint32_t const width = frame.result_type->width;
      if (!frame.result) frame.result = add_scratch(width, where);
      if (!frame.result || !store_bits({*frame.result, width, 1, false, nullptr}, *value, where)) return false;
    }
  }
  return leave(Leaving::subroutine, word) && expect(";");
}

}  // namespace qhub::circuit::openqasm
