#include "qhub/circuit/openqasm/parser.h"

#include <algorithm>

#include "qhub/circuit/openqasm.h"

namespace qhub::circuit::openqasm {
namespace {

constexpr std::pair<std::string_view, Keyword> keywords_of_both[] = {
    {"OPENQASM", Keyword::openqasm}, {"include", Keyword::include}, {"qreg", Keyword::qreg},
    {"creg", Keyword::creg},         {"gate", Keyword::gate},       {"barrier", Keyword::barrier},
    {"measure", Keyword::measure},   {"reset", Keyword::reset},     {"if", Keyword::if_},
    {"#pragma", Keyword::pragma},    {"opaque", Keyword::opaque},
};
constexpr std::pair<std::string_view, Keyword> keywords_of_3[] = {
    {"pragma", Keyword::pragma},     {"qubit", Keyword::qubit},      {"bit", Keyword::bit},
    {"const", Keyword::const_},      {"input", Keyword::input},      {"output", Keyword::output},
    {"ctrl", Keyword::ctrl},         {"negctrl", Keyword::negctrl},  {"inv", Keyword::inv},
    {"pow", Keyword::pow},           {"for", Keyword::for_},         {"while", Keyword::while_},
    {"switch", Keyword::switch_},    {"break", Keyword::break_},     {"continue", Keyword::continue_},
    {"return", Keyword::return_},    {"box", Keyword::box},          {"delay", Keyword::delay},
    {"int", Keyword::number_type},   {"uint", Keyword::number_type}, {"float", Keyword::number_type},
    {"angle", Keyword::number_type}, {"bool", Keyword::number_type}, {"duration", Keyword::duration},
    {"array", Keyword::array},       {"let", Keyword::let},          {"def", Keyword::def},
    {"extern", Keyword::extern_},    {"end", Keyword::end},          {"stretch", Keyword::stretch},
    {"cal", Keyword::pulse},         {"defcal", Keyword::pulse},     {"defcalgrammar", Keyword::pulse},
    {"complex", Keyword::complex},
};

/// Local names are looked up one by one, so there may not be many.
constexpr std::size_t most_locals = 4096;

}  // namespace

Parser::Parser(std::string_view text, ReadOptions const& options)
    : text_(text), options_(options), emitter_(options), diagnostics_(options.source_name, text), lexer_(text) {}

Result<Circuit> Parser::run() {
  if (text_.size() > options_.max_bytes)
    return Error{
        ErrorKind::too_large,
        fmt::format("{}: {} bytes, more than {} (max_bytes)", options_.source_name, text_.size(), options_.max_bytes),
        {}};
  // A statement of a large circuit takes 20 bytes or more; memory not needed is given back.
  emitter_.circuit.reserve(text_.size() / 20, text_.size() / 10, text_.size() / 30);
  advance();
  if (!version_line()) resynchronise();
  declare_builtin_names();
  frames_.push_back({});
  while (token_.kind != Token::Kind::end && !stopped()) {
    std::size_t const flags = raised_.size();
    if (!statement()) resynchronise();
    if (raised_.size() != flags) heed_flags(flags, token_);
    if (leaving_ != Leaving::nothing && checking_ == 0) ++checking_;  // 'end': the rest is only checked
  }
  if (!diagnostics_.empty()) return diagnostics_.to_error();
  emitter_.circuit.shrink_to_fit();
  return std::move(emitter_.circuit);
}

// --- errors ---------------------------------------------------------------------------------------------------------

std::string Parser::found() const {
  switch (token_.kind) {
    case Token::Kind::end:
      return lexer_.end() == text_.data() + text_.size() ? "end of file" : "end of line";
    case Token::Kind::invalid:
      if (token_.text.starts_with("/*")) return "a comment that does not end";
      if (token_.text.starts_with('"') || token_.text.starts_with('\'')) return "a string that does not end";
      return static_cast<unsigned char>(token_.text[0]) < 0x20
                 ? fmt::format("the character 0x{:02x}", static_cast<unsigned char>(token_.text[0]))
                 : fmt::format("'{}'", token_.text);
    default:
      return fmt::format("'{}'", token_.text.substr(0, 40));
  }
}

bool Parser::fail_expected(std::string_view symbol) {
  return fail("expected '{}', found {}", symbol, found());
}

bool Parser::report_error(ErrorKind kind, std::string_view where, std::string message) {
  if (kind == ErrorKind::too_large) gave_up_ = true;
  diagnostics_.add(kind, static_cast<std::size_t>(where.data() - text_.data()), std::move(message));
  return false;
}

bool Parser::report(Result<void> const& result, std::string_view where) {
  if (result) return true;
  ErrorKind const kind = result.error().kind == ErrorKind::invalid_argument ? ErrorKind::syntax : result.error().kind;
  return report_error(kind, where, result.error().message);
}

std::optional<Value> Parser::report(Result<Value> result, std::string_view where) {
  if (result) return *std::move(result);
  report_error(result.error().kind, where, result.error().message);
  return std::nullopt;
}

/// Skips what is left of a broken statement: to its semicolon or past its block, but not out of the enclosing block.
void Parser::resynchronise() {
  std::size_t depth = 0, parentheses = 0;  // the latter outside of braces: durationof({x $0;}) goes on
  for (; token_.kind != Token::Kind::end; advance()) {
    if (at("{")) ++depth;
    if (at("(") && depth == 0) ++parentheses;
    if (at(")") && depth == 0 && parentheses != 0) --parentheses;
    if (at("}") && depth == 0) return;
    if ((at(";") && depth == 0) || (at("}") && --depth == 0 && parentheses == 0)) return advance();
  }
}

bool Parser::Nesting::fail() const {
  return parser_.fail_at(ErrorKind::too_large, parser_.token_.text, "nested deeper than {} levels (max_nesting)",
                         parser_.options_.max_nesting);
}

// --- names ----------------------------------------------------------------------------------------------------------

void Parser::declare_builtin_names() {
  for (NamedGate const& named : named_gates())
    if (version_ == 3 || named.openqasm2)
      globals_.emplace(named.name, Symbol{.kind = Symbol::Kind::named_gate, .named = &named});
  auto const declare_all = [&](auto const& keywords) {
    for (auto const& [text, keyword] : keywords) globals_.insert_or_assign(text, Symbol{.keyword = keyword});
  };
  declare_all(keywords_of_both);
  if (version_ == 3) declare_all(keywords_of_3);
}

Symbol* Parser::find_global(std::string_view name) {
  Found& lately = lately_found(name);
  if (lately.name == name) return lately.symbol;  // symbols stay where they are
  auto const entry = globals_.find(name);
  if (entry == globals_.end()) return nullptr;
  lately = {entry->first, &entry->second};
  return lately.symbol;
}

Symbol* Parser::find_local(std::string_view name) {
  for (std::size_t i = locals_.size(); i > locals_begin_; --i)
    if (locals_[i - 1].first == name) return &locals_[i - 1].second;
  return nullptr;
}

/// What the word at the start of a statement means: names of gates go before names of qubits.
Symbol* Parser::find_statement_name() {
  if (locals_.size() == locals_begin_) return find_global(token_.text);
  Symbol* const local = find_local(token_.text);
  bool const assignable = local != nullptr && !in_gate_body_ && local->kind != Symbol::Kind::qubits;
  if (assignable) return local;
  Symbol* const global = find_global(token_.text);
  return global != nullptr ? global : local;
}

bool Parser::at_keyword(Keyword keyword) {
  if (token_.kind != Token::Kind::identifier) return false;
  Symbol const* const symbol = find_global(token_.text);
  return symbol != nullptr && symbol->kind == Symbol::Kind::keyword && symbol->keyword == keyword;
}

/// Consumes the identifier of a declaration, refusing keywords and names in use.
std::optional<Token> Parser::new_name(std::string_view what) {
  Token const name = token_;
  if (name.kind != Token::Kind::identifier)
    return fail("expected a name for the {}, found {}", what, found()), std::nullopt;
  Symbol const* const global = find_global(name.text);
  if (global != nullptr && global->kind == Symbol::Kind::keyword)
    return fail("'{}' is a keyword", name.text), std::nullopt;
  if (!in_block() && global != nullptr && global->kind != Symbol::Kind::named_gate)
    return fail("'{}' is declared already", name.text), std::nullopt;
  advance();
  return name;
}

bool Parser::too_many_names() {
  return fail_at(ErrorKind::too_large, token_.text, "more than {} names in a gate or a block", most_locals);
}

bool Parser::declare(std::string_view name, Symbol symbol) {
  symbol.declared_under = emitter_.condition;
  if (!in_block()) {
    globals_.insert_or_assign(name, std::move(symbol));
    return true;
  }
  if (locals_.size() - locals_begin_ >= 2 * most_locals) return too_many_names();
  locals_.emplace_back(name, std::move(symbol));
  return true;
}

// --- statements -----------------------------------------------------------------------------------------------------

bool Parser::version_line() {
  if (!at_word("OPENQASM")) {
    version_ = openqasm_version(text_);
    return true;
  }
  advance();
  if (token_.text == "2.0" || token_.text == "2")
    version_ = 2;
  else if (token_.text == "3" || token_.text == "3.0" || token_.text == "3.1")
    version_ = 3;
  else
    return gave_up_ = true, unsupported(token_.text, "OpenQASM version {}; known are 2.0, 3.0 and 3.1", found());
  advance();
  return expect(";");
}

bool Parser::statement() {
  if (token_.kind == Token::Kind::identifier) {
    Symbol const* const symbol = find_statement_name();
    if (symbol == nullptr) return fail("unknown gate or statement '{}'", token_.text);
    switch (symbol->kind) {
      case Symbol::Kind::named_gate:
        if (auto const done = quick_call(*symbol)) return *done;
        [[fallthrough]];
      case Symbol::Kind::user_gate:
      case Symbol::Kind::opaque_gate:
        return gate_call(symbol, {}, 0);
      case Symbol::Kind::keyword:
        return keyword_statement(symbol->keyword);
      case Symbol::Kind::bits:
        return assign_bits();
      case Symbol::Kind::value:
        return assign_value();
      case Symbol::Kind::variable:
        return assign_variable();
      case Symbol::Kind::array:
        return assign_array();
      case Symbol::Kind::subroutine:
      case Symbol::Kind::external:
        return subroutine_statement();
      case Symbol::Kind::qubits:
        break;
    }
    return fail("expected a gate or a statement, found the quantum register '{}'", token_.text);
  }
  if (version_ == 3 && accept(";")) return true;
  if (version_ == 3 && at("{")) return block();
  if (version_ == 3 && at("@")) {  // an annotation; it ends with its line
    lexer_.seek(std::find(token_.text.data(), lexer_.end(), '\n'));
    advance();
    return true;
  }
  fail("expected a statement, found {}", found());
  if (at("}") && !in_block()) advance();  // resynchronise() stops at it
  return false;
}

static bool allowed_in_gate(Keyword keyword) {
  switch (keyword) {
    case Keyword::ctrl:
    case Keyword::negctrl:
    case Keyword::inv:
    case Keyword::pow:
    case Keyword::barrier:
    case Keyword::reset:
    case Keyword::delay:
    case Keyword::for_:
    case Keyword::const_:
      return true;
    default:
      return false;
  }
}

bool Parser::keyword_statement(Keyword keyword) {
  Token const word = token_;
  if (in_gate_body_ && !allowed_in_gate(keyword)) return fail("'{}' cannot stand in the body of a gate", word.text);
  switch (keyword) {
    case Keyword::ctrl:
    case Keyword::negctrl:
    case Keyword::inv:
    case Keyword::pow:
      return gate_statement();
    case Keyword::openqasm:
      return fail("the OPENQASM line must come first");
    case Keyword::stretch:
      return unsupported(word.text, "'stretch' leaves a time to a scheduler, which is outside of what circuits hold");
    case Keyword::pulse:
      return unsupported(word.text, "'{}' defines pulses, which are outside of what circuits hold", word.text);
    case Keyword::complex:
      return unsupported(word.text, "complex numbers are not supported in programs");
    case Keyword::opaque:
      if (version_ == 3) return fail("'opaque' belongs to OpenQASM 2");
      [[fallthrough]];
    case Keyword::gate:
      return advance(), gate_definition(keyword == Keyword::opaque);
    case Keyword::number_type:
    case Keyword::duration:
      return declare_value(false);
    case Keyword::array:
      return declare_array(false);
    default:
      break;
  }
  advance();
  switch (keyword) {
    case Keyword::include:
      return include();
    case Keyword::barrier:
      return barrier();
    case Keyword::measure:
      return measure_arrow();
    case Keyword::reset:
      return reset();
    case Keyword::delay:
      return delay();
    case Keyword::box:
      return box();
    case Keyword::pragma:
      return pragma(word);
    case Keyword::if_:
    case Keyword::for_:
    case Keyword::while_:
    case Keyword::switch_:
    case Keyword::break_:
    case Keyword::continue_:
    case Keyword::return_:
    case Keyword::end:
      return flow_statement(keyword, word);
    default:
      return declaring_statement(keyword, word);
  }
}

/// \param word  the keyword, which has been read.
bool Parser::declaring_statement(Keyword keyword, Token const& word) {
  switch (keyword) {
    case Keyword::qreg:
      return old_declaration(Symbol::Kind::qubits);
    case Keyword::creg:
      return old_declaration(Symbol::Kind::bits);
    case Keyword::qubit:
      return declaration(Symbol::Kind::qubits, word);
    case Keyword::bit:
      return declaration(Symbol::Kind::bits, word);
    case Keyword::output:
      return output(word);
    case Keyword::input:
      return input(word);
    case Keyword::const_:
      if (at_keyword(Keyword::array)) return declare_array(true);
      if (type_follows()) return declare_value(true);
      return fail("expected a type (int, uint, float, angle, bool, bit, duration), found {}", found());
    case Keyword::let:
      return alias();
    case Keyword::def:
      return subroutine_definition();
    case Keyword::extern_:
      return external_declaration();
    default:
      return fail_at(ErrorKind::syntax, word.text, "'{}' cannot start a statement", word.text);
  }
}

bool Parser::flow_statement(Keyword keyword, Token const& word) {
  switch (keyword) {
    case Keyword::if_:
      return version_ == 2 ? if_old() : if_else();
    case Keyword::for_:
      return for_loop(word);
    case Keyword::while_:
      return while_loop(word);
    case Keyword::switch_:
      return switch_statement(word);
    case Keyword::return_:
      return return_statement(word);
    case Keyword::break_:
      return leave(Leaving::loop, word) && expect(";");
    case Keyword::continue_:
      return leave(Leaving::iteration, word) && expect(";");
    default:
      return leave(Leaving::program, word) && expect(";");
  }
}

/// '{' statement* '}'
bool Parser::block() {
  Nesting const guard(*this);
  if (!guard.ok() || !expect("{")) return false;
  std::size_t const outer_locals = locals_.size();
  Condition::Id const outer_condition = emitter_.condition;
  bool left = false;  // what follows in the block is only checked
  ++block_depth_;
  while (!at("}") && token_.kind != Token::Kind::end && !stopped()) {
    std::size_t const flags = raised_.size();
    if (!statement()) resynchronise();
    if (raised_.size() != flags) heed_flags(flags, token_);
    if (leaving_ != Leaving::nothing && !left) left = true, ++checking_;
  }
  if (left) --checking_;
  --block_depth_;
  emitter_.condition = outer_condition;
  locals_.resize(outer_locals);
  return !stopped() && expect("}");
}

bool Parser::block_or_statement() {
  if (at("{")) return block();
  Nesting const guard(*this);
  if (!guard.ok()) return false;
  std::size_t const outer_locals = locals_.size();
  ++block_depth_;
  bool const succeeded = statement();
  --block_depth_;
  locals_.resize(outer_locals);
  return succeeded;
}

/// Reads a body without carrying it out.
bool Parser::skip_body() {
  ++checking_;
  bool const succeeded = block_or_statement();
  --checking_;
  return succeeded;
}

bool Parser::include() {
  if (token_.kind != Token::Kind::string) return fail("expected a file name in quotes, found {}", found());
  std::string_view const file = token_.text.substr(1, token_.text.size() - 2);
  if (file != "qelib1.inc" && file != "stdgates.inc")
    return unsupported(token_.text, "file '{}' cannot be included; known are qelib1.inc and stdgates.inc", file);
  advance();
  return expect(";");
}

/// 'measure' qubits ('->' bits)? ';'
bool Parser::measure_arrow() {
  Token const qubit_token = token_;
  auto const qubits = operand(Symbol::Kind::qubits);
  if (!qubits) return false;
  if (version_ == 3 && at(";")) {  // the outcome goes nowhere
    auto const first = add_scratch(qubits->count, qubit_token);
    return first && measure(*qubits, {*first, qubits->count, 1, qubits->scalar}, qubit_token, qubit_token) &&
           expect(";");
  }
  if (!expect("->")) return false;
  Token const bit_token = token_;
  auto const bits = operand(Symbol::Kind::bits);
  return bits && measure(*qubits, *bits, qubit_token, bit_token) && expect(";");
}

bool Parser::measure(Range const& qubits, Range const& bits, Token const& qubit_token, Token const& bit_token) {
  if (qubits.count != bits.count && !values_are_made_up())
    return fail_at(ErrorKind::syntax, bit_token.text, "{} qubits cannot be measured into {} bits", qubits.count,
                   bits.count);
  for (std::uint32_t i = 0; i < qubits.count; ++i) {
    Qubit const qubit = qubits[i];
    if (!emit({.kind = InstructionKind::measure, .targets = {&qubit, 1}, .clbit = bits[i]}, qubit_token)) return false;
  }
  return true;
}

bool Parser::emit(Instruction const& instruction, Token const& where) {
  return checking_ != 0 || report(emitter_.emit(instruction), where.text);
}

bool Parser::reset() {
  Token const where = token_;
  auto const qubits = operand(Symbol::Kind::qubits);
  if (!qubits) return false;
  for (std::uint32_t i = 0; i < qubits->count; ++i) {
    Qubit const qubit = (*qubits)[i];
    if (!emit({.kind = InstructionKind::reset, .targets = {&qubit, 1}}, where)) return false;
  }
  return expect(";");
}

bool Parser::barrier() {
  Token const where = token_;
  std::vector<Qubit> qubits;
  if (version_ == 2 && at(";")) return fail("expected a qubit, found ';'");
  if (!qubit_list(qubits)) return false;
  return emit({.kind = InstructionKind::barrier, .targets = qubits}, where) && expect(";");
}

/// 'delay' '[' duration ']' operands ';'
bool Parser::delay() {
  Token const where = token_;
  if (!expect("[")) return false;
  auto const seconds = duration();
  std::vector<Qubit> qubits;
  if (!seconds || !expect("]") || !qubit_list(qubits)) return false;
  return emit({.kind = InstructionKind::delay, .targets = qubits, .parameters = {&*seconds, 1}}, where) && expect(";");
}

/// 'box' ('[' duration ']')? block
bool Parser::box() {
  if (accept("[") && (!duration() || !expect("]"))) return false;
  return block();
}

}  // namespace qhub::circuit::openqasm

namespace qhub::circuit {

int openqasm_version(std::string_view text) {
  using openqasm::Token;
  openqasm::Lexer ahead(text);
  for (Token token = ahead.next(); token.kind != Token::Kind::end; token = ahead.next()) {
    if (token.kind != Token::Kind::identifier) continue;
    if (token.text == "OPENQASM") return ahead.next().text.starts_with('2') ? 2 : 3;
    constexpr std::string_view only_3[] = {"qubit", "bit",    "const", "int",   "uint",   "float", "angle", "bool",
                                           "def",   "extern", "input", "array", "output", "let",   "for",   "while"};
    if (std::ranges::find(only_3, token.text) != std::end(only_3)) return 3;
    if (token.text == "qreg" || token.text == "creg" || token.text == "opaque") return 2;
  }
  return 3;
}

Result<Circuit> read_openqasm(std::string_view text, ReadOptions const& options) {
  return openqasm::Parser(text, options).run();
}

}  // namespace qhub::circuit
