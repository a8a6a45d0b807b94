#pragma once

#include <fmt/format.h>

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "qhub/circuit/diagnostic.h"
#include "qhub/circuit/emitter.h"
#include "qhub/circuit/openqasm/lexer.h"
#include "qhub/circuit/openqasm/symbol.h"
#include "qhub/circuit/openqasm/value.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit::openqasm {

/// Reads and carries out a program in one pass. Bodies of gates, subroutines, loops and conditions are read again each
/// time they are carried out: no syntax tree is built. What measured bits decide becomes conditions, loops and
/// assignments of the circuit. Functions that return bool or an optional report their error themselves; false then
/// means "skip the rest of this statement".
///
/// parser.cpp        tokens, errors, names, statements as such
/// expressions.cpp   values
/// operands.cpp      qubits and bits
/// declarations.cpp  registers, variables, arrays, inputs, and assignments to them
/// gates.cpp         definitions, calls and modifiers of gates
/// control.cpp       if, switch, loops and what leaves them
/// subroutines.cpp   def and extern
/// pragmas.cpp       Braket's pragmas
class Parser {
 public:
  Parser(std::string_view text, ReadOptions const& options);
  Result<Circuit> run();

 private:
  // --- parser.cpp: tokens and errors -------------------------------------------------------------------------------

  void advance() {
    previous_end_ = token_.text.data() + token_.text.size();
    token_ = lexer_.next();
  }
  void seek(char const* position) {
    lexer_.seek(position);
    advance();
  }
  [[nodiscard]] bool at(std::string_view symbol) const { return token_.symbol == symbol_code(symbol); }
  bool accept(std::string_view symbol) {
    if (!at(symbol)) return false;
    advance();
    return true;
  }
  bool expect(std::string_view symbol) { return accept(symbol) || fail_expected(symbol); }
  [[nodiscard]] bool at_word(std::string_view word) const {
    return token_.kind == Token::Kind::identifier && token_.text == word;
  }
  bool accept_word(std::string_view word) {
    if (!at_word(word)) return false;
    advance();
    return true;
  }
  [[nodiscard]] std::string found() const;
  bool fail_expected(std::string_view symbol);

  bool report_error(ErrorKind kind, std::string_view where, std::string message);
  template <class... Args>
  bool fail_at(ErrorKind kind, std::string_view where, fmt::format_string<Args...> format, Args&&... args) {
    return report_error(kind, where, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  bool fail(fmt::format_string<Args...> format, Args&&... args) {
    return fail_at(ErrorKind::syntax, token_.text, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  bool unsupported(std::string_view where, fmt::format_string<Args...> format, Args&&... args) {
    return fail_at(ErrorKind::unsupported, where, format, std::forward<Args>(args)...);
  }
  bool report(Result<void> const& result, std::string_view where);
  std::optional<Value> report(Result<Value> result, std::string_view where);
  [[nodiscard]] bool stopped() const { return gave_up_ || diagnostics_.full(); }
  void resynchronise();

  /// Guards recursion; false (with an error) when the text nests too deeply.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.nesting_; }
    ~Nesting() { --parser_.nesting_; }
    Nesting(Nesting const&) = delete;
    Nesting& operator=(Nesting const&) = delete;
    [[nodiscard]] bool ok() const { return parser_.nesting_ <= parser_.options_.max_nesting || fail(); }

   private:
    [[nodiscard]] bool fail() const;
    Parser& parser_;
  };

  // --- parser.cpp: names -------------------------------------------------------------------------------------------

  void declare_builtin_names();
  [[nodiscard]] Symbol* find_global(std::string_view name);
  [[nodiscard]] Symbol* find_local(std::string_view name);
  [[nodiscard]] Symbol* find(std::string_view name) {
    Symbol* const local = find_local(name);
    return local != nullptr ? local : find_global(name);
  }
  [[nodiscard]] Symbol* find_statement_name();
  [[nodiscard]] bool at_keyword(Keyword keyword);
  std::optional<Token> new_name(std::string_view what);
  bool too_many_names();
  bool declare(std::string_view name, Symbol symbol);
  [[nodiscard]] bool in_block() const { return block_depth_ != 0; }

  // --- parser.cpp: statements --------------------------------------------------------------------------------------

  bool version_line();
  bool statement();
  bool keyword_statement(Keyword keyword);
  bool declaring_statement(Keyword keyword, Token const& word);
  bool flow_statement(Keyword keyword, Token const& word);
  bool block();
  bool block_or_statement();
  bool skip_body();
  bool include();
  bool measure_arrow();
  bool measure(Range const& qubits, Range const& bits, Token const& qubit_token, Token const& bit_token);
  bool reset();
  bool barrier();
  bool delay();
  bool box();
  bool emit(Instruction const& instruction, Token const& where);

  // --- expressions.cpp ---------------------------------------------------------------------------------------------

  std::optional<Value> number();
  std::optional<Value> expression(int lowest = 0);
  std::optional<Value> prefix();
  std::optional<Value> postfix(std::optional<Value> value, Token const& where);
  std::optional<Value> named_value();
  std::optional<Value> bit_string();
  std::optional<Value> call_function(Token const& name);
  std::optional<Value> size_of(Token const& name);
  std::optional<Value> count_ones(Token const& name, Value const& argument);
  std::optional<Value> cast();
  std::optional<Value> converted(Value const& value, Type const& type, std::string_view where);
  std::optional<Value> binary(Token const& where, std::uint16_t symbol, Value const& left, Value const& right);
  std::optional<Value> symbolic_binary(Token const& where, std::uint16_t symbol, Value const& left, Value const& right);
  std::optional<std::int64_t> integer_expression(std::string_view what);
  std::optional<double> duration();
  std::optional<Type> type_name();
  [[nodiscard]] bool type_follows();
  /// In a body that is read but not carried out, variables have any value: what depends on them is no mistake. (In the
  /// body of a gate nothing about qubits depends on them.)
  [[nodiscard]] bool values_are_made_up() const { return checking_ != 0 && !in_gate_body_; }

  // Words that are known when the circuit runs, as real numbers: parameters of expressions whose names no program can
  // choose.
  [[nodiscard]] std::optional<Expression> to_expression(Value const& value, Token const& where);
  [[nodiscard]] Expression word_expression(std::vector<ClassicalOperation> steps);
  struct Word {
    std::string name;  ///< Of the expression's parameter.
    std::vector<ClassicalOperation> steps;
  };
  [[nodiscard]] std::vector<Word> words_of(std::span<Expression const> expressions) const;

  // --- operands.cpp ------------------------------------------------------------------------------------------------

  std::optional<Range> operand(Symbol::Kind kind);
  std::optional<Range> index(Token const& name, Range const& range);
  std::optional<Range> index_set(Token const& name, Range const& range);
  std::optional<std::uint32_t> element_of(Token const& name, std::uint32_t size, std::int64_t index,
                                          Token const& where);
  /// One index, or a slice "first : last" or "first : step : last", of `size` elements; up to the closing bracket.
  std::optional<Range> slice(Token const& name, std::uint32_t size);
  std::optional<Range> physical_qubit();
  std::optional<Range> add_register(std::string_view name, std::int64_t size, Symbol::Kind kind, Token const& where);
  bool qubit_list(std::vector<Qubit>& qubits);
  bool alias();
  Range listed(std::vector<std::uint32_t> indices);
  /// Bits as a value.
  std::optional<Value> bits_value(Range const& bits, Type::Kind kind, Token const& where);

  // --- declarations.cpp --------------------------------------------------------------------------------------------

  bool old_declaration(Symbol::Kind kind);
  bool declaration(Symbol::Kind kind, Token const& word);
  bool initial_bits(Range const& range, Token const& name);
  bool input(Token const& word);
  bool output(Token const& word);
  bool declare_value(bool constant);
  bool declare_array(bool constant);
  bool array_sizes(std::vector<std::uint32_t>& sizes);
  bool array_literal(ArrayView const& view, std::size_t dimension, std::size_t& position);
  std::optional<ArrayView> array_operand();
  bool array_slice(ArrayView& view, Token const& name);
  bool assign_array();
  bool assign_value();
  bool assign_bits();
  bool assign_variable();
  bool store_bits(Range const& bits, Value const& value, Token const& where);
  bool assign_from_measurement(Range const& bits, Token const& where);
  std::optional<std::uint16_t> assignment_operator();
  /// Makes a known variable one that the running circuit keeps.
  bool spill(Symbol& symbol, std::string_view name, Token const& where);
  bool spill_assigned_names(char const* body, Token const& where);
  std::optional<Clbit> add_scratch(std::uint32_t size, Token const& where);
  bool emit_assign(Clbit first, std::uint32_t count, std::vector<ClassicalOperation> steps, Token const& where);

  // --- gates.cpp ---------------------------------------------------------------------------------------------------

  struct Call {
    Token name;
    Symbol const* symbol;
    std::span<double const> parameters;
    std::span<Expression const> expressions;
  };
  bool gate_definition(bool opaque);
  bool gate_body(GateDefinition const& definition, Call const& call, std::span<Qubit const> qubits);
  bool gate_statement();
  bool gate_call(Symbol const* symbol, std::span<Modifier const> modifiers, std::size_t modifier_controls);
  std::optional<bool> quick_call(Symbol const& symbol);
  bool quick_number(double& value);
  bool quick_qubit(Qubit& qubit);
  /// accept() where an error would be found again on the slow way.
  bool accept_quickly(std::string_view symbol) {
    if (!at(symbol)) return false;
    token_ = lexer_.next();
    return true;
  }
  bool parameter_list(small_vector<double, 8>& numbers, std::vector<Expression>& expressions);
  bool broadcast(Call const& call, std::span<Modifier const> modifiers, std::span<Range const> ranges,
                 std::span<Token const> places);
  bool broadcast_at_runtime(Call const& call, std::vector<Word> const& words, std::span<Modifier const> modifiers,
                            std::span<Range const> ranges, std::span<Token const> places);
  struct Operands {
    small_vector<Range, 8> ranges;
    small_vector<Token, 8> places;
  };
  bool read_operands(Operands& operands);
  bool read_modifiers(small_vector<Modifier, 4>& modifiers, std::size_t& controls);
  bool invoke(Call const& call, std::span<Modifier const> modifiers, std::span<Qubit const> qubits);
  bool invoke(Call const& call, std::span<Qubit const> qubits);

  // --- control.cpp -------------------------------------------------------------------------------------------------

  using Nodes = std::vector<ConditionNode>;
  using Steps = std::span<ClassicalOperation const>;
  bool if_old();
  bool if_else();
  bool branches(Nodes& nodes, std::uint32_t root, Token const& where);
  bool branch(Nodes& nodes, std::uint32_t root, bool wanted, Token const& where);
  bool collect_ways(Nodes& nodes, std::uint32_t index, bool wanted, Condition::Id parent,
                    std::vector<Condition::Id>& ways, Token const& where);
  std::optional<Condition::Id> add_test(Condition test, Condition::Id parent, Token const& where);
  std::optional<std::uint32_t> condition_node(Nodes& nodes, Value const& value, Token const& where);
  std::optional<std::uint32_t> word_node(Nodes& nodes, Steps steps, Token const& where);
  std::optional<std::uint32_t> comparison_node(Nodes& nodes, Steps steps);
  std::optional<std::uint32_t> scratch_node(Nodes& nodes, Steps steps, Token const& where);
  bool count_reading(char const* start, Token const& where);
  bool count_iteration(Token const& where);
  bool for_loop(Token const& where);
  bool while_loop(Token const& where);
  bool while_at_runtime(char const* start, Value const& first, Token const& where);
  bool switch_statement(Token const& where);
  bool switch_at_runtime(Value const& value, Token const& where);
  bool case_labels(std::vector<std::int64_t>& labels, bool& is_default);

  /// What break, continue, return and end leave.
  enum class Leaving : std::uint8_t { nothing, body, iteration, loop, subroutine, program };
  /// A loop, iteration of a loop, subroutine or program that is being carried out.
  struct Frame {
    Leaving kind = Leaving::program;
    Condition::Id condition = {};      ///< In force when it began.
    std::optional<Clbit> flag = {};    ///< Scratch bit: 1 when the running circuit has left it.
    std::optional<Clbit> result = {};  ///< Of a subroutine that measured bits decide when to leave.
    std::optional<Type> result_type = {};
    std::optional<Value> value = {};  ///< What a subroutine returns.
    bool at_runtime = false;          ///< A loop that the running circuit repeats.
  };
  bool begin_frame(Frame frame, Token const& where);
  void end_frame();
  [[nodiscard]] bool repeated_at_runtime() const;
  [[nodiscard]] std::optional<std::size_t> find_frame(Leaving what) const;
  [[nodiscard]] bool is_certain(std::size_t frame) const;
  bool leave(Leaving what, Token const& where);
  bool heed_flags(std::size_t flags_before, Token const& where);
  void arrive(Leaving at);  ///< What left up to here has arrived.

  // --- subroutines.cpp ---------------------------------------------------------------------------------------------

  bool subroutine_definition();
  bool subroutine_parameter(Subroutine& subroutine);
  bool external_declaration();
  bool subroutine_statement();
  struct Argument {
    Symbol symbol;
    Token place;
  };
  bool arguments(Subroutine const& subroutine, std::vector<Argument>& given);
  bool argument(Subroutine::Parameter const& parameter, std::vector<Argument>& given);
  /// The call at the cursor. No value: it returns none, or failed (`succeeded` tells).
  std::optional<Value> call_subroutine(Symbol const& symbol, bool& succeeded);
  bool carry_out(Subroutine const& subroutine, std::vector<Argument> const& given, Token const& name);
  bool return_statement(Token const& word);

  // --- pragmas.cpp -------------------------------------------------------------------------------------------------

  bool pragma(Token const& word);
  bool braket_pragma();
  bool noise_pragma();
  bool unitary_pragma();
  bool complex_matrix(std::vector<Complex>& matrix);
  std::optional<Complex> complex_number();
  bool result_pragma();
  bool targets_or_all(std::vector<Qubit>& targets);
  bool observable_factor(std::vector<ResultRequest::Factor>& factors);

  /// What find_global() has found lately, by a cheap number of the name: in large circuits the same few names.
  struct Found {
    std::string_view name;
    Symbol* symbol = nullptr;
  };
  [[nodiscard]] Found& lately_found(std::string_view name) {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
    return found_[(byte(0) + 7U * byte(name.size() - 1) + 13U * name.size()) % found_.size()];
  }

  /// FNV-1a: names are short, and one is looked up for every gate and operand.
  struct NameHash {
    std::size_t operator()(std::string_view name) const {
      std::uint64_t hash = 0xcbf29ce484222325;
      for (char const c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
      return hash;
    }
  };

  std::string_view const text_;
  ReadOptions const& options_;
  Emitter emitter_;
  Diagnostics diagnostics_;
  Lexer lexer_;
  Token token_;                         ///< The one to be read next.
  char const* previous_end_ = nullptr;  ///< Where the token before it ended.
  int version_ = 3;
  std::unordered_map<std::string_view, Symbol, NameHash> globals_;
  std::array<Found, 64> found_{};
  std::vector<std::pair<std::string_view, Symbol>> locals_;  ///< Of blocks and bodies, innermost last.
  std::size_t locals_begin_ = 0;  ///< Those before belong to the caller of the body that is read.
  std::vector<GateDefinition> gates_;
  std::deque<Subroutine> subroutines_;
  std::deque<ArrayView> arrays_;
  std::deque<std::vector<std::uint32_t>> lists_;        ///< Of Range::list.
  std::vector<std::vector<ClassicalOperation>> words_;  ///< Of word_expression(), while a call needs them.
  std::vector<Frame> frames_;                           ///< Innermost last.
  std::vector<Clbit> raised_;                           ///< Flags of frames_, each time one may have been raised.
  Leaving leaving_ = Leaving::nothing;                  ///< What is being left: nothing more is carried out.
  std::size_t block_depth_ = 0;
  std::size_t checking_ = 0;  ///< Above 0: statements are read, not carried out.
  bool in_gate_body_ = false;
  bool physical_ = false;  ///< The register "$" has been made.
  bool gave_up_ = false;   ///< A limit was passed, or the version is unknown: no use in reading on.
  unsigned nesting_ = 0;
  std::size_t iterations_ = 0;
};

}  // namespace qhub::circuit::openqasm
