#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include "qhub/circuit/openqasm/parser.h"

namespace qhub::circuit::openqasm {
namespace {

constexpr std::size_t most_names = 4096;  // of parameters and qubits of one gate; they are looked up one by one

bool is_gate(Symbol const& symbol) {
  return symbol.kind == Symbol::Kind::named_gate || symbol.kind == Symbol::Kind::user_gate ||
         symbol.kind == Symbol::Kind::opaque_gate;
}

}  // namespace

/// ('gate' | 'opaque') name ('(' names? ')')? names (block | ';')
bool Parser::gate_definition(bool opaque) {
  if (in_block()) return fail("gates are defined outside of blocks");
  auto const name = new_name("gate");
  if (!name) return false;
  GateDefinition definition;
  auto const names = [&](auto& list, std::string_view what) {
    do {
      if (token_.kind != Token::Kind::identifier) return fail("expected the name of a {}, found {}", what, found());
      if (std::ranges::find(definition.parameters, token_.text) != definition.parameters.end() ||
          std::ranges::find(definition.qubits, token_.text) != definition.qubits.end())
        return fail("'{}' is declared already", token_.text);
      if (definition.parameters.size() + definition.qubits.size() == most_names) return too_many_names();
      list.push_back(token_.text);
      advance();
    } while (accept(","));
    return true;
  };
  if (accept("(") && !accept(")") && (!names(definition.parameters, "parameter") || !expect(")"))) return false;
  if (!at("{") && !names(definition.qubits, "qubit")) return false;
  if (opaque) return declare(name->text, {.kind = Symbol::Kind::opaque_gate}) && expect(";");
  if (!at("{")) return expect("{");
  definition.body = token_.text.data();
  // Read once to find its errors where they stand; the gate itself is not known yet, so it cannot call itself.
  std::size_t const errors_before = diagnostics_.count();
  small_vector<double, 4> const values(definition.parameters.size(), 1.0);
  small_vector<Qubit, 4> qubits;
  for (Qubit qubit = 0; qubit < definition.qubits.size(); ++qubit) qubits.push_back(qubit);
  ++checking_;
  bool const succeeded = gate_body(definition, {*name, nullptr, {values.data(), values.size()}, {}}, qubits);
  --checking_;
  definition.valid = diagnostics_.count() == errors_before;
  gates_.push_back(std::move(definition));
  return declare(name->text, {.kind = Symbol::Kind::user_gate, .definition = gates_.size() - 1}) && succeeded;
}

/// Carries out the block at the cursor with the gate's names bound.
bool Parser::gate_body(GateDefinition const& definition, Call const& call, std::span<Qubit const> qubits) {
  std::size_t const outer_begin = std::exchange(locals_begin_, locals_.size());
  bool const outer_in_gate = std::exchange(in_gate_body_, true);
  Instruction const given{.parameters = call.parameters, .expressions = call.expressions};
  for (std::size_t i = 0; i < call.parameters.size(); ++i)
    locals_.emplace_back(definition.parameters[i],
                         Symbol{.kind = Symbol::Kind::value, .value = Value::of(given.parameter(i))});
  for (std::size_t i = 0; i < qubits.size(); ++i)
    locals_.emplace_back(definition.qubits[i], Symbol{.kind = Symbol::Kind::qubits, .range = {.first = qubits[i]}});
  bool const succeeded = block();
  locals_.resize(locals_begin_);
  locals_begin_ = outer_begin;
  in_gate_body_ = outer_in_gate;
  return succeeded;
}

/// (modifier '@')* name ('(' expressions? ')')? operands? ';'
bool Parser::gate_statement() {
  small_vector<Modifier, 4> modifiers;
  std::size_t modifier_controls = 0;
  if (!read_modifiers(modifiers, modifier_controls)) return false;
  Symbol const* const symbol = token_.kind == Token::Kind::identifier ? find_global(token_.text) : nullptr;
  if (symbol == nullptr || !is_gate(*symbol)) return fail("expected a gate, found {}", found());
  return gate_call(symbol, {modifiers.data(), modifiers.size()}, modifier_controls);
}

/// '(' expressions? ')', if there is one.
bool Parser::parameter_list(small_vector<double, 8>& numbers, std::vector<Expression>& expressions) {
  if (!accept("(") || accept(")")) return true;
  do {
    Token const where = token_;
    auto const value = expression();
    if (!value) return false;
    if (value->is_known()) {
      numbers.push_back(value->real);
      continue;
    }
    auto const of = to_expression(*value, where);
    if (!of) return false;
    numbers.push_back(symbol(static_cast<std::uint32_t>(expressions.size())));
    expressions.push_back(*of);
  } while (accept(","));
  return expect(")");
}

bool Parser::read_operands(Operands& operands) {
  if (at(";")) return true;
  do {
    operands.places.push_back(token_);
    auto const range = operand(Symbol::Kind::qubits);
    if (!range) return false;
    operands.ranges.push_back(*range);
  } while (accept(","));
  return true;
}

/// A gate statement from the gate's name on.
bool Parser::gate_call(Symbol const* symbol, std::span<Modifier const> modifiers, std::size_t modifier_controls) {
  Call call{token_, symbol, {}, {}};
  if (symbol->kind == Symbol::Kind::opaque_gate)
    return unsupported(call.name.text, "gate '{}' is opaque: it has no definition to carry out", call.name.text);
  advance();
  small_vector<double, 8> parameters;
  std::vector<Expression> expressions;
  std::size_t const outer_words = words_.size();
  if (!parameter_list(parameters, expressions)) return false;
  call.parameters = {parameters.data(), parameters.size()};
  call.expressions = expressions;
  Operands operands;
  if (!read_operands(operands)) return false;
  bool const named = symbol->kind == Symbol::Kind::named_gate;
  std::size_t const expected_parameters =
      named ? symbol->named->parameter_count() : gates_[symbol->definition].parameters.size();
  std::size_t const expected_qubits =
      modifier_controls + (named ? symbol->named->operand_count() : gates_[symbol->definition].qubits.size());
  if (parameters.size() != expected_parameters)
    return fail_at(ErrorKind::syntax, call.name.text, "gate '{}' takes {} parameter{}, {} given", call.name.text,
                   expected_parameters, expected_parameters == 1 ? "" : "s", parameters.size());
  if (operands.ranges.size() != expected_qubits)
    return fail_at(ErrorKind::syntax, call.name.text, "gate '{}' acts on {} qubit{}, {} given", call.name.text,
                   expected_qubits, expected_qubits == 1 ? "" : "s", operands.ranges.size());
  if (!at(";")) return expect(";");
  std::span const ranges(operands.ranges.data(), operands.ranges.size());
  std::span const places(operands.places.data(), operands.places.size());
  std::vector<Word> const words = expressions.empty() ? std::vector<Word>{} : words_of(expressions);
  bool const succeeded = words.empty() ? broadcast(call, modifiers, ranges, places)
                                       : broadcast_at_runtime(call, words, modifiers, ranges, places);
  words_.resize(outer_words);
  return succeeded && expect(";");
}

/// ('-')? factor (('*' | '/') factor)*, each a number or pi. False if it is anything else, or not finite.
bool Parser::quick_number(double& value) {
  bool const negative = at("-");
  if (negative) token_ = lexer_.next();
  std::uint16_t operation = 0;
  while (true) {
    double factor = 0;
    if (token_.kind == Token::Kind::real || token_.kind == Token::Kind::integer) {
      char const* const end = token_.text.data() + token_.text.size();
      auto const [stop, error] = std::from_chars(token_.text.data(), end, factor);
      if (error != std::errc{} || stop != end) return false;
    } else if (at_word("pi") && find_local("pi") == nullptr) {
      factor = std::numbers::pi;
    } else {
      return false;
    }
    if (operation == symbol_code("/"))
      value /= factor;
    else
      value = operation == 0 ? (negative ? -factor : factor) : value * factor;
    token_ = lexer_.next();
    if (!at("*") && !at("/")) return std::isfinite(value);
    operation = token_.symbol;
    token_ = lexer_.next();
  }
}

/// name '[' index ']' of a declared register. False if it is anything else.
bool Parser::quick_qubit(Qubit& qubit) {
  if (token_.kind != Token::Kind::identifier) return false;
  Symbol const* const reg = find(token_.text);
  if (reg == nullptr || reg->kind != Symbol::Kind::qubits || reg->range.scalar || !reg->range.is_run()) return false;
  token_ = lexer_.next();
  if (!at("[")) return false;
  token_ = lexer_.next();
  std::uint32_t index = 0;
  char const* const end = token_.text.data() + token_.text.size();
  auto const [stop, error] = std::from_chars(token_.text.data(), end, index);
  if (token_.kind != Token::Kind::integer || error != std::errc{} || stop != end || index >= reg->range.count)
    return false;
  qubit = reg->range.first + index;
  token_ = lexer_.next();
  return accept_quickly("]");
}

/// The way of nearly every statement of a large circuit: a built-in gate, numbers for parameters, single qubits of
/// declared registers. Nothing, with the cursor where it was, if the statement is any other.
std::optional<bool> Parser::quick_call(Symbol const& symbol) {
  NamedGate const& named = *symbol.named;
  if (checking_ != 0 || in_gate_body_ || named.form != NamedGate::Form::plain) return std::nullopt;
  Token const name = token_;
  Lexer const start = lexer_;
  std::array<double, max_named_gate_parameters> parameters;
  std::array<Qubit, 8> qubits;
  std::size_t const count = named.operand_count(), parameter_count = named.parameter_count();
  auto const read = [&] {
    token_ = lexer_.next();
    for (std::size_t i = 0; i < parameter_count; ++i)
      if (!accept_quickly(i == 0 ? "(" : ",") || !quick_number(parameters[i])) return false;
    if (parameter_count != 0 && !accept_quickly(")")) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if ((i != 0 && !accept_quickly(",")) || !quick_qubit(qubits[i])) return false;
      for (std::size_t j = 0; j < i; ++j)
        if (qubits[j] == qubits[i]) return false;
    }
    return at(";");
  };
  if (!read()) {
    lexer_ = start;
    token_ = name;
    return std::nullopt;
  }
  advance();
  return report(
      emitter_.gate(named, std::span(parameters).first(parameter_count), {}, std::span(qubits).first(count)),
      name.text);
}

/// Carries out a call once, or once per element of the registers among its operands.
bool Parser::broadcast(Call const& call, std::span<Modifier const> modifiers, std::span<Range const> ranges,
                       std::span<Token const> places) {
  if (values_are_made_up()) return true;
  std::uint32_t repetitions = 1;
  bool is_broadcast = false;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].scalar) continue;
    if (is_broadcast && ranges[i].count != repetitions)
      return fail_at(ErrorKind::syntax, places[i].text, "registers of size {} and {} in one gate", repetitions,
                     ranges[i].count);
    repetitions = ranges[i].count;
    is_broadcast = true;
  }
  constexpr std::size_t few = 16;  // up to which comparing all pairs is the fastest
  small_vector<Qubit, 8> qubits(ranges.size());
  for (std::uint32_t repetition = 0; repetition < repetitions; ++repetition) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      qubits[i] = ranges[i][ranges[i].scalar ? 0 : repetition];
      if (ranges.size() > few) continue;
      for (std::size_t j = 0; j < i; ++j)
        if (qubits[j] == qubits[i])
          return fail_at(ErrorKind::syntax, places[i].text, "the same qubit is used twice in one gate");
    }
    if (ranges.size() > few) {
      std::vector<Qubit> sorted(qubits.begin(), qubits.end());
      std::ranges::sort(sorted);
      if (std::ranges::adjacent_find(sorted) != sorted.end())
        return fail_at(ErrorKind::syntax, call.name.text, "the same qubit is used twice in one gate");
    }
    if (!invoke(call, modifiers, {qubits.data(), qubits.size()})) return false;
  }
  return true;
}

/// Carries out a call whose parameters depend on words that are known when the circuit runs. A rotation by a weighted
/// sum of bits is a rotation for each bit under the condition that it is 1; anything else is done under a condition for
/// each value that the words can have.
bool Parser::broadcast_at_runtime(Call const& call, std::vector<Word> const& words, std::span<Modifier const> modifiers,
                                  std::span<Range const> ranges, std::span<Token const> places) {
  if (checking_ != 0) return true;
  using Kind = ClassicalOperation::Kind;
  struct Bits {
    Clbit first;
    std::uint32_t count;
  };
  std::vector<Bits> read;  // runs of bits that the words depend on
  bool plain = true;       // each word is a run of bits as such
  std::uint32_t total = 0;
  for (Word const& word : words) {
    plain = plain && word.steps.size() == 1;
    for (ClassicalOperation const& step : word.steps) {
      if (step.kind != Kind::bits) continue;
      bool const known = std::ranges::any_of(
          read, [&](Bits const& bits) { return bits.first == step.first && bits.count == step.count; });
      if (known) continue;
      read.push_back({step.first, step.count});
      total += step.count;
    }
  }
  Instruction const given{.parameters = call.parameters, .expressions = call.expressions};
  std::vector<Expression> parameters;
  for (std::size_t i = 0; i < call.parameters.size(); ++i) parameters.push_back(given.parameter(i));
  auto const parameter_at = [&](std::size_t i, Bindings const& values) { return parameters[i].bind(values); };
  Condition::Id const outer = emitter_.condition;
  auto const carry_out = [&](std::span<Expression const> values, Condition::Id condition) {
    ParameterList const list(values);
    emitter_.condition = condition;
    bool const succeeded =
        broadcast({call.name, call.symbol, list.parameters(), list.expressions()}, modifiers, ranges, places);
    emitter_.condition = outer;
    return succeeded;
  };

  bool const sums_up = plain && call.symbol->kind == Symbol::Kind::named_gate &&
                       call.symbol->named->form == NamedGate::Form::plain && call.parameters.size() == 1 &&
                       scales_with_first_parameter(call.symbol->named->gate);
  if (sums_up) {
    auto const value_at = [&](std::size_t word, double number) -> std::optional<double> {
      Bindings values;
      for (Word const& other : words) values[other.name] = 0;
      if (word < words.size()) values[words[word].name] = number;
      Expression const value = parameter_at(0, values);
      return value.is_number() ? std::optional(value.number()) : std::nullopt;
    };
    auto const offset = value_at(words.size(), 0);
    bool linear = offset.has_value();
    std::vector<double> weights;
    Bindings probe;
    double expected = offset.value_or(0);
    for (std::size_t word = 0; linear && word < words.size(); ++word) {
      double const at = 0.7320508 + static_cast<double>(word);  // neither special nor the same for two words
      weights.push_back(*value_at(word, 1) - *offset);
      linear = std::abs(*value_at(word, at) - *offset - at * weights[word]) < 1e-9;
      probe[words[word].name] = at;
      expected += at * weights[word];
    }
    if (linear && std::abs(parameter_at(0, probe).number() - expected) < 1e-9) {
      if (*offset != 0 && !carry_out(std::vector<Expression>{*offset}, outer)) return false;
      for (std::size_t word = 0; word < words.size(); ++word)
        for (std::uint32_t bit = 0; bit < words[word].steps[0].count; ++bit) {
          auto const test = add_test({words[word].steps[0].first + bit, 1, 1, {}}, outer, call.name);
          if (!test || !carry_out(std::vector<Expression>{weights[word] * std::exp2(bit)}, *test)) return false;
        }
      return true;
    }
  }

  constexpr std::uint32_t most_bits = 10;
  if (total > most_bits)
    return unsupported(call.name.text,
                       "a parameter that depends on {} measured bits; at most {} are supported, except for a "
                       "rotation by a sum of them",
                       total, most_bits);
  for (std::uint64_t combination = 0; combination < std::uint64_t{1} << total; ++combination) {
    auto const bit = [&](Clbit index) {
      std::uint32_t position = 0;
      for (Bits const& bits : read) {
        if (index >= bits.first && index - bits.first < bits.count)
          return (combination >> (position + index - bits.first) & 1) != 0;
        position += bits.count;
      }
      return false;
    };
    Condition::Id condition = outer;
    std::uint32_t position = 0;
    for (Bits const& bits : read) {
      std::uint64_t const value = combination >> position & ((std::uint64_t{1} << bits.count) - 1);
      auto const test = add_test({bits.first, bits.count, value, {}}, condition, call.name);
      if (!test) return false;
      condition = *test;
      position += bits.count;
    }
    Bindings values;
    for (Word const& word : words)
      values[word.name] = static_cast<double>(ClassicalExpression(word.steps).evaluate(bit));
    std::vector<Expression> bound;
    for (std::size_t i = 0; i < parameters.size(); ++i) bound.push_back(parameter_at(i, values));
    if (!carry_out(bound, condition)) return false;
  }
  return true;
}

bool Parser::read_modifiers(small_vector<Modifier, 4>& modifiers, std::size_t& controls) {
  while (token_.kind == Token::Kind::identifier) {
    Symbol const* const symbol = find_global(token_.text);
    if (symbol == nullptr || symbol->kind != Symbol::Kind::keyword) return true;
    Modifier modifier{symbol->keyword};
    bool const control = modifier.kind == Keyword::ctrl || modifier.kind == Keyword::negctrl;
    if (!control && modifier.kind != Keyword::inv && modifier.kind != Keyword::pow) return true;
    if (modifiers.size() >= options_.max_nesting)
      return fail_at(ErrorKind::too_large, token_.text, "more than {} modifiers (max_nesting)", options_.max_nesting);
    advance();
    Token const argument_token = token_;
    if (modifier.kind == Keyword::pow ? expect("(") : modifier.kind != Keyword::inv && accept("(")) {
      auto const argument = expression();
      if (!argument || !expect(")")) return false;
      if (!argument->is_known() && checking_ == 0)
        return unsupported(argument_token.text, "a modifier's argument must be known while the program is read");
      if (control && (!argument->is_integer() || argument->integer < 1 || argument->integer > options_.max_qubits))
        return fail_at(ErrorKind::syntax, argument_token.text, "the number of controls must be an integer from 1");
      if (!std::isfinite(argument->real))
        return fail_at(ErrorKind::syntax, argument_token.text, "the exponent is not a finite number");
      modifier.argument = argument->real;
    } else if (modifier.kind == Keyword::pow) {
      return false;
    }
    if (control) controls += static_cast<std::size_t>(modifier.argument);
    if (!expect("@")) return false;
    modifiers.push_back(modifier);
  }
  return true;
}

/// Carries out a call on single qubits: the modifiers from the left, then the gate.
bool Parser::invoke(Call const& call, std::span<Modifier const> modifiers, std::span<Qubit const> qubits) {
  if (modifiers.empty()) return invoke(call, qubits);
  if (checking_ != 0) return true;
  Modifier const modifier = modifiers.front();
  auto const rest = modifiers.subspan(1);
  if (modifier.kind == Keyword::inv || modifier.kind == Keyword::pow) {
    bool succeeded = true;
    auto const result = emitter_.power(modifier.kind == Keyword::inv ? -1 : modifier.argument,
                                       [&] { return succeeded = invoke(call, rest, qubits); });
    return succeeded && report(result, call.name.text);
  }
  auto const controls = static_cast<std::size_t>(modifier.argument);
  return emitter_.controlled(qubits.first(controls), modifier.kind == Keyword::ctrl,
                             [&] { return invoke(call, rest, qubits.subspan(controls)); });
}

bool Parser::invoke(Call const& call, std::span<Qubit const> qubits) {
  if (checking_ != 0) return true;
  if (call.symbol->kind == Symbol::Kind::named_gate)
    return report(emitter_.gate(*call.symbol->named, call.parameters, call.expressions, qubits), call.name.text);
  GateDefinition const& definition = gates_[call.symbol->definition];
  if (!definition.valid) return true;  // its errors are reported
  Nesting const guard(*this);
  if (!guard.ok()) return false;
  std::size_t const errors_before = diagnostics_.count();
  char const* const here = token_.text.data();
  seek(definition.body);
  gate_body(definition, call, qubits);
  bool const affordable = count_reading(definition.body, call.name);
  seek(here);
  return affordable && diagnostics_.count() == errors_before;
}

}  // namespace qhub::circuit::openqasm
