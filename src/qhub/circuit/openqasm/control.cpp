#include <algorithm>

#include "qhub/circuit/openqasm/parser.h"

namespace qhub::circuit::openqasm {
namespace {

using StepKind = ClassicalOperation::Kind;

std::uint32_t add_node(std::vector<ConditionNode>& nodes, ConditionNode node) {
  nodes.push_back(std::move(node));
  return static_cast<std::uint32_t>(nodes.size() - 1);
}
std::uint32_t add_negation(std::vector<ConditionNode>& nodes, std::uint32_t operand) {
  return add_node(nodes, {.kind = ConditionNode::Kind::negation, .operands = {operand, 0}});
}
std::uint32_t add_conjunction(std::vector<ConditionNode>& nodes, std::uint32_t left, std::uint32_t right) {
  return add_node(nodes, {.kind = ConditionNode::Kind::conjunction, .operands = {left, right}});
}
std::uint32_t add_disjunction(std::vector<ConditionNode>& nodes, std::uint32_t left, std::uint32_t right) {
  std::uint32_t const not_left = add_negation(nodes, left), not_right = add_negation(nodes, right);
  return add_negation(nodes, add_conjunction(nodes, not_left, not_right));
}
std::uint32_t add_equality(std::vector<ConditionNode>& nodes, Clbit first, std::uint32_t count, std::uint64_t value) {
  if (count < 64 && value >> count != 0) return add_node(nodes, {.value = false});
  return add_node(nodes, {.kind = ConditionNode::Kind::test, .test = {first, count, value, {}}});
}

/// In how many exclusive ways a condition comes out as wanted, or many.
std::size_t count_ways(std::vector<ConditionNode> const& nodes, std::uint32_t index, bool wanted) {
  constexpr std::size_t many = 1'000'000;
  ConditionNode const& node = nodes[index];
  switch (node.kind) {
    case ConditionNode::Kind::constant:
      return node.value == wanted;
    case ConditionNode::Kind::test:
      return 1;
    case ConditionNode::Kind::negation:
      return count_ways(nodes, node.operands[0], !wanted);
    case ConditionNode::Kind::conjunction:
      break;
  }
  auto const [left, right] = node.operands;
  std::size_t const both = count_ways(nodes, left, true) * count_ways(nodes, right, wanted);
  return std::min(many, wanted ? both : both + count_ways(nodes, left, false));
}

/// The body of an `if` is read once for each way in which its condition comes true; with more of them, the running
/// circuit computes the condition into a bit.
constexpr std::size_t most_ways = 16;

/// Where the operand that ends before `end` begins.
std::size_t operand_begin(std::span<ClassicalOperation const> steps, std::size_t end) {
  for (std::size_t missing = 1; missing != 0; --missing) missing += steps[--end].operands();
  return end;
}

/// A run of bits, or that as a number of the same width.
std::optional<ClassicalOperation> as_bits(std::span<ClassicalOperation const> steps, bool& is_signed) {
  if (steps.empty() || steps[0].kind != StepKind::bits || steps.size() > 2) return std::nullopt;
  is_signed = steps.size() == 2 && steps[1].kind == StepKind::sign_extend;
  bool const truncated = steps.size() == 2 && steps[1].kind == StepKind::truncate;
  if (steps.size() == 2 && (!(is_signed || truncated) || steps[1].count < steps[0].count)) return std::nullopt;
  if (is_signed && steps[1].count > steps[0].count) is_signed = false;
  return steps[0];
}

/// Steps whose word is 0 or 1.
bool is_boolean(std::span<ClassicalOperation const> steps) {
  ClassicalOperation const& last = steps.back();
  switch (last.kind) {
    case StepKind::bits:
    case StepKind::truncate:
      return last.count == 1;
    case StepKind::constant:
      return last.value <= 1;
    default:
      return last.kind == StepKind::logical_not || last.kind >= StepKind::equal;
  }
}

}  // namespace

// --- if -------------------------------------------------------------------------------------------------------------

/// OpenQASM 2: 'if' '(' register '==' integer ')' statement
bool Parser::if_old() {
  if (!expect("(")) return false;
  Token const name = token_;
  auto const bits = operand(Symbol::Kind::bits);
  if (!bits || !expect("==")) return false;
  if (token_.kind != Token::Kind::integer) return fail("expected an integer, found {}", found());
  auto const value = number();
  if (!value || !expect(")")) return false;
  Nodes nodes;
  std::uint32_t const root = add_equality(nodes, bits->first, bits->count, static_cast<std::uint64_t>(value->integer));
  if (at_word("if")) return fail("'if' cannot follow 'if'");
  return branches(nodes, root, name);
}

/// 'if' '(' condition ')' body ('else' body)?
bool Parser::if_else() {
  Token const where = token_;
  if (!expect("(")) return false;
  auto const value = expression();
  if (!value || !expect(")")) return false;
  Nodes nodes;
  auto root = condition_node(nodes, *value, where);
  if (root && value->kind == Value::Kind::runtime &&
      std::max(count_ways(nodes, *root, true), count_ways(nodes, *root, false)) > most_ways)
    root = scratch_node(nodes, value->steps(), where);
  return root && branches(nodes, *root, where);
}

bool Parser::branches(Nodes& nodes, std::uint32_t root, Token const& where) {
  if (!branch(nodes, root, true, where)) return false;
  if (version_ == 2 || !at_word("else")) return true;
  advance();
  return branch(nodes, root, false, where);
}

/// Carries out the body at the cursor once for each of the exclusive ways in which the condition can come out as
/// wanted.
bool Parser::branch(Nodes& nodes, std::uint32_t root, bool wanted, Token const& where) {
  std::vector<Condition::Id> ways;
  if (checking_ == 0 && !collect_ways(nodes, root, wanted, emitter_.condition, ways, where)) return false;
  char const* const body = token_.text.data();
  if (ways.empty()) return skip_body();
  std::size_t const errors_before = diagnostics_.count();
  Condition::Id const outer = emitter_.condition;
  bool succeeded = true;
  for (Condition::Id const way : ways) {
    seek(body);
    emitter_.condition = way;
    succeeded = block_or_statement() && count_reading(body, where);
    arrive(Leaving::body);
    if (!succeeded || diagnostics_.count() != errors_before) break;
  }
  emitter_.condition = outer;
  return succeeded;
}

bool Parser::collect_ways(Nodes& nodes, std::uint32_t index, bool wanted, Condition::Id parent,
                          std::vector<Condition::Id>& ways, Token const& where) {
  ConditionNode& node = nodes[index];
  switch (node.kind) {
    case ConditionNode::Kind::constant:
      if (node.value == wanted) ways.push_back(parent);
      break;
    case ConditionNode::Kind::test: {
      auto const known = std::ranges::find(node.used_below, parent);
      std::optional<Condition::Id> id;
      if (known != node.used_below.end()) {
        id = node.identities[static_cast<std::size_t>(known - node.used_below.begin())];
      } else {
        id = add_test(node.test, parent, where);
        if (!id) return false;
        node.used_below.push_back(parent);
        node.identities.push_back(*id);
      }
      id->negated = !wanted;
      ways.push_back(*id);
      break;
    }
    case ConditionNode::Kind::negation:
      return collect_ways(nodes, node.operands[0], !wanted, parent, ways, where);
    case ConditionNode::Kind::conjunction: {
      auto const [left, right] = node.operands;
      std::vector<Condition::Id> left_true;
      if (!collect_ways(nodes, left, true, parent, left_true, where)) return false;
      if (!wanted && !collect_ways(nodes, left, false, parent, ways, where)) return false;
      for (Condition::Id const way : left_true)
        if (!collect_ways(nodes, right, wanted, way, ways, where)) return false;
      break;
    }
  }
  return true;
}

std::optional<Condition::Id> Parser::add_test(Condition test, Condition::Id parent, Token const& where) {
  test.parent = parent;
  if (!report(emitter_.count(1), where.text)) return std::nullopt;
  auto const added = emitter_.circuit.add_condition(test);
  if (!added) return report(Result<void>(added.error()), where.text), std::nullopt;
  return *added;
}

/// A value as a condition: true if it is not 0.
std::optional<std::uint32_t> Parser::condition_node(Nodes& nodes, Value const& value, Token const& where) {
  if (value.is_known()) return add_node(nodes, {.value = value.is_true()});
  if (checking_ != 0) return add_node(nodes, {.value = true});
  if (value.kind == Value::Kind::runtime) return word_node(nodes, value.steps(), where);
  return unsupported(where.text, "a condition on a number that is not known yet"), std::nullopt;
}

std::optional<std::uint32_t> Parser::word_node(Nodes& nodes, Steps steps, Token const& where) {
  Nesting const guard(*this);
  if (!guard.ok()) return std::nullopt;
  ClassicalOperation const& last = steps.back();
  Steps const rest = steps.first(steps.size() - 1);
  auto const junction = [&](bool both) -> std::optional<std::uint32_t> {
    std::size_t const right = operand_begin(rest, rest.size());
    auto const a = word_node(nodes, rest.first(right), where);
    auto const b = a ? word_node(nodes, rest.subspan(right), where) : std::nullopt;
    if (!b) return std::nullopt;
    return both ? add_conjunction(nodes, *a, *b) : add_disjunction(nodes, *a, *b);
  };
  switch (last.kind) {
    case StepKind::constant:
      return add_node(nodes, {.value = last.value != 0});
    case StepKind::bits:  // not all zero
      if (last.count == 1) return add_equality(nodes, last.first, 1, 1);
      return add_negation(nodes, add_equality(nodes, last.first, last.count, 0));
    case StepKind::logical_not: {
      auto const operand = word_node(nodes, rest, where);
      return operand ? std::optional(add_negation(nodes, *operand)) : std::nullopt;
    }
    case StepKind::logical_and:
      return junction(true);
    case StepKind::logical_or:
      return junction(false);
    case StepKind::bit_and:
    case StepKind::bit_or: {
      std::size_t const right = operand_begin(rest, rest.size());
      if (!is_boolean(rest.first(right)) || !is_boolean(rest.subspan(right))) break;
      return junction(last.kind == StepKind::bit_and);
    }
    case StepKind::truncate:
    case StepKind::sign_extend: {
      bool is_signed = false;
      if ((last.count >= 1 && is_boolean(rest)) || as_bits(steps, is_signed)) return word_node(nodes, rest, where);
      break;
    }
    default:
      if (last.kind >= StepKind::equal)
        if (auto const node = comparison_node(nodes, steps)) return node;
      break;
  }
  return scratch_node(nodes, steps, where);
}

/// A comparison of a run of bits with a constant as equalities; nothing for any other comparison, or if they are too
/// many.
std::optional<std::uint32_t> Parser::comparison_node(Nodes& nodes, Steps steps) {
  ClassicalOperation const& last = steps.back();
  Steps const rest = steps.first(steps.size() - 1);
  std::size_t const middle = operand_begin(rest, rest.size());
  Steps const left = rest.first(middle), right = rest.subspan(middle);
  auto const constant = [](Steps of) { return of.size() == 1 && of[0].kind == StepKind::constant; };
  if (constant(left) == constant(right)) return std::nullopt;
  bool is_signed = false;
  auto const bits = as_bits(constant(left) ? right : left, is_signed);
  if (!bits) return std::nullopt;
  std::uint64_t const value = constant(left) ? left[0].value : right[0].value;
  ClassicalOperation const extend{.kind = StepKind::sign_extend, .count = bits->count};
  if (last.kind == StepKind::equal || last.kind == StepKind::not_equal) {
    bool const fits = is_signed && bits->count < 64 ? apply(extend, value, 0) == value : true;
    std::uint64_t const mask = bits->count < 64 ? (std::uint64_t{1} << bits->count) - 1 : ~std::uint64_t{0};
    std::uint32_t const equal = !fits       ? add_node(nodes, {.value = false})
                                : is_signed ? add_equality(nodes, bits->first, bits->count, value & mask)
                                            : add_equality(nodes, bits->first, bits->count, value);
    return last.kind == StepKind::equal ? equal : add_negation(nodes, equal);
  }
  constexpr std::uint32_t most_bits = 6;
  if (bits->count > most_bits || last.kind < StepKind::less || last.kind > StepKind::less_equal_signed)
    return std::nullopt;
  std::uint32_t any = add_node(nodes, {.value = false});
  for (std::uint64_t candidate = 0; candidate < std::uint64_t{1} << bits->count; ++candidate) {
    std::uint64_t const word = is_signed ? apply(extend, candidate, 0) : candidate;
    if (constant(left) ? apply(last, value, word) != 0 : apply(last, word, value) != 0)
      any = add_disjunction(nodes, any, add_equality(nodes, bits->first, bits->count, candidate));
  }
  return any;
}

/// Has the running circuit compute a condition into a bit.
std::optional<std::uint32_t> Parser::scratch_node(Nodes& nodes, Steps steps, Token const& where) {
  auto const bit = add_scratch(1, where);
  if (!bit) return std::nullopt;
  std::vector<ClassicalOperation> truth(steps.begin(), steps.end());
  if (!is_boolean(steps)) truth.insert(truth.end(), {{.kind = StepKind::constant}, {.kind = StepKind::not_equal}});
  if (!emit_assign(*bit, 1, std::move(truth), where)) return std::nullopt;
  return add_equality(nodes, *bit, 1, 1);
}

// --- loops ----------------------------------------------------------------------------------------------------------

/// Charges the reading of a body from `start` to the cursor against the limit, as it may happen again and again.
bool Parser::count_reading(char const* start, Token const& where) {
  constexpr std::size_t bytes_per_instruction = 64;
  std::ptrdiff_t const length = std::max<std::ptrdiff_t>(previous_end_ - start, 0);
  return checking_ != 0 ||
         report(emitter_.count(1 + static_cast<std::size_t>(length) / bytes_per_instruction), where.text);
}

bool Parser::count_iteration(Token const& where) {
  if (checking_ != 0 || ++iterations_ <= options_.max_loop_iterations) return true;
  return fail_at(ErrorKind::too_large, where.text, "more than {} loop iterations (max_loop_iterations)",
                 options_.max_loop_iterations);
}

/// 'for' type? name 'in' ('[' first ':' (step ':')? last ']' | '{' values '}' | array | bits) body
bool Parser::for_loop(Token const& where) {
  Type type;
  if (type_follows()) {
    auto const given = type_name();
    if (!given) return false;
    type = *given;
  }
  Token const name = token_;
  if (name.kind != Token::Kind::identifier) return fail("expected the name of the loop variable, found {}", found());
  advance();
  if (!accept_word("in")) return fail("expected 'in', found {}", found());
  // Values are first + k * step for k < count, or those listed.
  std::vector<Value> listed;
  std::int64_t first = 0, step = 1;
  std::uint64_t count = 0;
  Token const set = token_;
  if (accept("{")) {
    do {
      Token const element = token_;
      auto const value = expression();
      if (!value) return false;
      if (!value->is_known() && checking_ == 0)
        return unsupported(element.text, "the values of a loop must be known while the program is read");
      listed.push_back(*value);
    } while (accept(","));
    if (!expect("}")) return false;
    count = listed.size();
  } else if (accept("[")) {
    auto const begin = integer_expression("a loop bound");
    if (!begin || !expect(":")) return false;
    auto last = integer_expression("a loop bound");
    if (last && accept(":")) {
      step = *last;
      last = integer_expression("a loop bound");
    }
    if (!last || !expect("]")) return false;
    if (step == 0) return fail_at(ErrorKind::syntax, set.text, "a loop cannot have step 0");
    first = *begin;
    auto const low = static_cast<std::uint64_t>(step > 0 ? first : *last);
    auto const high = static_cast<std::uint64_t>(step > 0 ? *last : first);
    std::uint64_t const stride = step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
    if (step > 0 ? first <= *last : first >= *last) count = (high - low) / stride + 1;
  } else {
    Symbol const* const symbol = token_.kind == Token::Kind::identifier ? find(token_.text) : nullptr;
    if (symbol != nullptr && symbol->kind == Symbol::Kind::array) {
      auto const view = array_operand();
      if (!view) return false;
      if (view->sizes.size() != 1)
        return fail_at(ErrorKind::syntax, set.text, "a loop runs over an array of one dimension");
      for (std::size_t k = 0; k < view->size(); ++k) listed.push_back((*view->elements)[view->offset + k]);
    } else if (symbol != nullptr && symbol->kind == Symbol::Kind::bits) {
      auto const bits = operand(Symbol::Kind::bits);
      if (!bits) return false;
      for (std::uint32_t k = 0; k < bits->count; ++k)
        listed.push_back(Value::of_bits((*bits)[k], 1, {Type::Kind::bits, 1}));
    } else {
      return fail("expected '[', '{{', an array or bits, found {}", found());
    }
    count = listed.size();
  }
  if (checking_ != 0) count = std::min<std::uint64_t>(count, 1);
  char const* const body = token_.text.data();
  std::size_t const outer_locals = locals_.size();
  locals_.emplace_back(name.text, Symbol{.kind = Symbol::Kind::value});
  std::size_t const errors_before = diagnostics_.count();
  Condition::Id const outer_condition = emitter_.condition;
  if (!begin_frame({.kind = Leaving::loop}, where)) return false;
  bool succeeded = count != 0 || skip_body();
  for (std::uint64_t k = 0; k < count && succeeded && diagnostics_.count() == errors_before; ++k) {
    if (leaving_ != Leaving::nothing) break;
    if (!(succeeded = count_iteration(where))) break;
    seek(body);
    // In unsigned arithmetic, which wraps; the value itself is within the bounds.
    auto const value =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + k * static_cast<std::uint64_t>(step));
    Value element = listed.empty() ? Value::of(value, type) : listed[k];
    if (!listed.empty() && element.is_known() && type.kind != Type::Kind::signed_integer) {
      auto const as_type = converted(element, type, name.text);
      if (!as_type) break;
      element = *as_type;
    }
    locals_[outer_locals].second.value = element;
    std::size_t const flags = raised_.size();
    if (!(succeeded = begin_frame({.kind = Leaving::iteration}, where))) break;
    succeeded = block_or_statement() && count_reading(body, where);
    end_frame();
    if (raised_.size() != flags) heed_flags(flags, where);
  }
  end_frame();
  emitter_.condition = outer_condition;
  locals_.resize(outer_locals);
  return succeeded;
}

/// 'while' '(' condition ')' body
bool Parser::while_loop(Token const& where) {
  char const* const start = token_.text.data();
  std::size_t const errors_before = diagnostics_.count();
  Condition::Id const outer_condition = emitter_.condition;
  if (!begin_frame({.kind = Leaving::loop}, where)) return false;
  bool succeeded = true;
  while (succeeded && diagnostics_.count() == errors_before) {
    seek(start);
    std::optional<Value> value;
    succeeded = expect("(") && (value = expression()) && expect(")");
    if (!succeeded) break;
    if (!value->is_known() && checking_ == 0) {  // from here on; rounds before were certain
      succeeded = while_at_runtime(start, *value, where);
      break;
    }
    if (!value->is_true() || checking_ != 0) {
      succeeded = skip_body();
      break;
    }
    std::size_t const flags = raised_.size();
    succeeded = count_iteration(where) && begin_frame({.kind = Leaving::iteration}, where);
    if (!succeeded) break;
    succeeded = block_or_statement() && count_reading(start, where);
    end_frame();
    if (raised_.size() != flags) heed_flags(flags, where);
    if (leaving_ != Leaving::nothing) break;
  }
  end_frame();
  emitter_.condition = outer_condition;
  return succeeded;
}

/// A loop that the running circuit repeats: its condition is computed into a bit before each round.
/// \param start  the parenthesis before the condition, whose value for the first round is known; the body comes next.
bool Parser::while_at_runtime(char const* start, Value const& first, Token const& where) {
  char const* const body = token_.text.data();
  if (first.kind == Value::Kind::symbolic)
    return unsupported(where.text, "a condition on a number that is not known yet");
  auto const bit = add_scratch(1, where);
  auto const decide = [&](Value const& value) {
    std::vector<ClassicalOperation> steps = value.to_steps();
    if (!is_boolean(steps)) steps.insert(steps.end(), {{.kind = StepKind::constant}, {.kind = StepKind::not_equal}});
    return emit_assign(*bit, 1, std::move(steps), where);
  };
  if (!spill_assigned_names(body, where) || !bit || !decide(first)) return false;
  std::size_t const flags = raised_.size();
  auto const condition = add_test({*bit, 1, 1, {}}, emitter_.condition, where);
  if (!condition || !report(emitter_.circuit.begin_loop(*condition), where.text)) return false;
  if (!begin_frame({.kind = Leaving::loop, .at_runtime = true}, where)) return false;
  bool succeeded =
      begin_frame({.kind = Leaving::iteration}, where) && block_or_statement() && count_reading(body, where);
  char const* const end = token_.text.data();
  end_frame();
  std::optional<Value> value;
  seek(start);
  succeeded = succeeded && expect("(") && (value = expression()) && expect(")") && decide(*value);
  // Whatever has been left inside, this loop included, does not go on either.
  std::vector<Clbit> raised(raised_.begin() + static_cast<std::ptrdiff_t>(flags), raised_.end());
  std::ranges::sort(raised);
  raised.erase(std::unique(raised.begin(), raised.end()), raised.end());
  for (std::size_t i = 0; i < raised.size() && succeeded; ++i)
    succeeded = emit_assign(*bit, 1,
                            {{.kind = StepKind::bits, .first = *bit, .count = 1},
                             {.kind = StepKind::bits, .first = raised[i], .count = 1},
                             {.kind = StepKind::logical_not},
                             {.kind = StepKind::logical_and}},
                            where);
  end_frame();
  seek(end);
  return report(emitter_.circuit.end_loop(), where.text) && succeeded;
}

// --- switch ---------------------------------------------------------------------------------------------------------

/// 'case' integer (',' integer)* | 'default'
bool Parser::case_labels(std::vector<std::int64_t>& labels, bool& is_default) {
  is_default = accept_word("default");
  if (is_default) return true;
  if (!accept_word("case")) return fail("expected 'case' or 'default', found {}", found());
  do {
    auto const label = integer_expression("a case");
    if (!label) return false;
    labels.push_back(*label);
  } while (accept(","));
  return true;
}

/// 'switch' '(' expression ')' '{' (labels block)* '}'
bool Parser::switch_statement(Token const& where) {
  if (!expect("(")) return false;
  auto const value = expression();
  if (!value || !expect(")")) return false;
  if (value->kind == Value::Kind::runtime && checking_ == 0) return switch_at_runtime(*value, where);
  if (!value->is_integer() && checking_ == 0)
    return fail_at(ErrorKind::syntax, where.text, "'switch' needs an integer");
  if (!expect("{")) return false;
  bool done = false;
  while (!at("}")) {
    std::vector<std::int64_t> labels;
    bool is_default = false;
    if (!case_labels(labels, is_default)) return false;
    bool const chosen = !done && (is_default || std::ranges::find(labels, value->integer) != labels.end());
    if (!(chosen ? block() : skip_body()) || stopped()) return false;
    done = done || chosen;
  }
  return expect("}");
}

bool Parser::switch_at_runtime(Value const& value, Token const& where) {
  bool is_signed = false;
  auto bits = as_bits(value.steps(), is_signed);
  if (!bits || bits->count > 64) {  // computed once
    auto const copy = add_scratch(64, where);
    if (!copy || !emit_assign(*copy, 64, value.steps(), where)) return false;
    bits = {.kind = StepKind::bits, .first = *copy, .count = 64};
  }
  if (!expect("{")) return false;
  Condition::Id const outer = emitter_.condition;
  Condition::Id otherwise = outer;  // none of the cases so far
  std::size_t const errors_before = diagnostics_.count();
  bool succeeded = true;
  while (succeeded && !at("}")) {
    std::vector<std::int64_t> labels;
    bool is_default = false;
    if (!case_labels(labels, is_default)) break;
    std::vector<Condition::Id> ways;
    for (std::int64_t const label : labels) {
      std::uint64_t const mask = bits->count < 64 ? (std::uint64_t{1} << bits->count) - 1 : ~std::uint64_t{0};
      auto const word = static_cast<std::uint64_t>(label);
      if (!is_signed && (word & mask) != word) continue;  // never
      auto const test = add_test({bits->first, bits->count, word & mask, {}}, otherwise, where);
      if (!test) return false;
      ways.push_back(*test);
      otherwise = {test->index, true};
    }
    if (is_default) ways.push_back(otherwise);
    char const* const body = token_.text.data();
    if (ways.empty()) succeeded = skip_body();
    for (Condition::Id const way : ways) {
      seek(body);
      emitter_.condition = way;
      succeeded = block() && count_reading(body, where);
      arrive(Leaving::body);
      if (!succeeded || diagnostics_.count() != errors_before) break;
    }
    emitter_.condition = outer;
  }
  return succeeded && expect("}");
}

// --- leaving --------------------------------------------------------------------------------------------------------

bool Parser::repeated_at_runtime() const {
  return std::ranges::any_of(frames_, &Frame::at_runtime);
}

bool Parser::begin_frame(Frame frame, Token const& where) {
  bool const may_differ = checking_ == 0 && repeated_at_runtime();  // left in one round and not in the next
  frame.condition = emitter_.condition;
  frames_.push_back(std::move(frame));
  if (!may_differ) return true;
  auto const flag = add_scratch(1, where);
  frames_.back().flag = flag;
  return flag && emit_assign(*flag, 1, {{.kind = StepKind::constant}}, where);
}

void Parser::end_frame() {
  Frame const& frame = frames_.back();
  arrive(frame.kind);
  arrive(Leaving::body);  // flags guard what follows
  if (frame.flag) std::erase(raised_, *frame.flag);
  frames_.pop_back();
}

void Parser::arrive(Leaving at) {
  if (leaving_ == at) leaving_ = Leaving::nothing;
}

/// The innermost frame that `what` leaves; loops not beyond a subroutine.
std::optional<std::size_t> Parser::find_frame(Leaving what) const {
  for (std::size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i].kind == what) return i;
    if (frames_[i].kind == Leaving::subroutine && what < Leaving::subroutine) break;
  }
  return std::nullopt;
}

/// Whether what is carried out now happens whenever the frame does, and once.
bool Parser::is_certain(std::size_t frame) const {
  return emitter_.condition == frames_[frame].condition &&
         std::none_of(frames_.begin() + static_cast<std::ptrdiff_t>(frame), frames_.end(),
                      [](Frame const& inner) { return inner.at_runtime; });
}

/// Leaves the innermost frame of that kind: the rest of it is read without being carried out. If measured bits decide
/// whether this happens, a flag tells the running circuit.
bool Parser::leave(Leaving what, Token const& where) {
  if (checking_ != 0) return true;
  auto const number = find_frame(what);
  if (!number)
    return fail_at(ErrorKind::syntax, where.text, "'{}' outside of a {}", where.text,
                   what == Leaving::subroutine ? "subroutine" : "loop");
  if (is_certain(*number)) {
    leaving_ = what;
    return true;
  }
  Frame& frame = frames_[*number];
  if (!frame.flag) frame.flag = add_scratch(1, where);
  if (!frame.flag || !emit_assign(*frame.flag, 1, {{.kind = StepKind::constant, .value = 1}}, where)) return false;
  raised_.push_back(*frame.flag);
  leaving_ = Leaving::body;
  return true;
}

/// What follows happens only if the flags raised since are down.
bool Parser::heed_flags(std::size_t flags_before, Token const& where) {
  for (std::size_t i = flags_before; i < raised_.size() && checking_ == 0; ++i) {
    auto const test = add_test({raised_[i], 1, 0, {}}, emitter_.condition, where);
    if (!test) return false;
    emitter_.condition = *test;
  }
  return true;
}

}  // namespace qhub::circuit::openqasm
