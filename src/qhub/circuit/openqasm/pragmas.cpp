#include <algorithm>

#include "qhub/circuit/openqasm/parser.h"

namespace qhub::circuit::openqasm {

/// A pragma ends with its line; nothing of it may stay behind.
bool Parser::pragma(Token const& word) {
  char const* const text_end = lexer_.end();
  char const* const line_end = std::find(word.text.data(), text_end, '\n');
  lexer_.set_end(line_end);
  seek(word.text.data());
  advance();
  if (at_word("braket")) {
    advance();
    if (braket_pragma() && token_.kind != Token::Kind::end) fail("expected the end of the pragma, found {}", found());
  }
  lexer_.set_end(text_end);
  seek(line_end);
  return true;
}

bool Parser::braket_pragma() {
  Token const what = token_;
  if (in_gate_body_) return fail("a pragma cannot stand in the body of a gate");
  if (at_word("verbatim")) return advance(), true;
  if (at_word("unitary")) return advance(), unitary_pragma();
  if (at_word("result")) return advance(), result_pragma();
  if (at_word("noise")) return advance(), noise_pragma();
  return unsupported(what.text, "pragma 'braket {}'", what.text);
}

/// channel '(' probabilities | matrices ')' operands
bool Parser::noise_pragma() {
  // Braket takes no probability above that of complete loss.
  constexpr std::pair<Channel, double> limits[] = {{Channel::bit_flip, 0.5},
                                                   {Channel::phase_flip, 0.5},
                                                   {Channel::depolarizing, 0.75},
                                                   {Channel::two_qubit_dephasing, 0.75},
                                                   {Channel::two_qubit_depolarizing, 0.9375}};
  Token const name = token_;
  std::size_t number = 0;
  while (number < channel_count && info(static_cast<Channel>(number)).name != name.text) ++number;
  if (number == channel_count) return unsupported(name.text, "noise {}", found());
  auto const channel = static_cast<Channel>(number);
  advance();
  if (!expect("(")) return false;
  small_vector<double, 8> probabilities;
  std::vector<Expression> expressions;
  std::vector<Complex> operators;
  if (channel == Channel::kraus) {
    do {
      std::vector<Complex> matrix;
      Token const where = token_;
      if (!complex_matrix(matrix)) return false;
      operators.insert(operators.end(), matrix.begin(), matrix.end());
      if (operators.size() > max_kraus_operators * 16)
        return fail_at(ErrorKind::too_large, where.text, "more than {} matrices", max_kraus_operators);
    } while (accept(","));
    if (!expect(")")) return false;
  } else {
    seek(name.text.data() + name.text.size());
    if (!parameter_list(probabilities, expressions)) return false;
    if (!words_of(expressions).empty())
      return unsupported(name.text, "a probability that is known only when the circuit runs");
  }
  std::vector<Qubit> qubits;
  if (!qubit_list(qubits)) return false;
  if (channel == Channel::kraus) std::ranges::reverse(qubits);
  auto const* const limit = std::ranges::find(limits, channel, &std::pair<Channel, double>::first);
  if (limit != std::end(limits) && probabilities.size() == 1 && probabilities[0] > limit->second)
    return fail_at(ErrorKind::syntax, name.text, "{} takes a probability from 0 to {}", name.text, limit->second);
  return emit({.kind = InstructionKind::noise,
               .targets = qubits,
               .parameters = {probabilities.data(), probabilities.size()},
               .expressions = expressions,
               .matrix = operators,
               .channel = channel},
              name);
}

/// unitary '(' matrix ')' operands. Braket's first qubit is the highest bit of the matrix, ours the lowest.
bool Parser::unitary_pragma() {
  Token const where = token_;
  if (!expect("(")) return false;
  std::vector<Complex> matrix;
  std::vector<Qubit> qubits;
  if (!complex_matrix(matrix) || !expect(")") || !qubit_list(qubits)) return false;
  std::ranges::reverse(qubits);
  return emit({.kind = InstructionKind::unitary, .targets = qubits, .matrix = matrix}, where);
}

/// '[' '[' complex (',' complex)* ']' (',' '[' … ']')* ']', square with a power of two of rows
bool Parser::complex_matrix(std::vector<Complex>& matrix) {
  Token const where = token_;
  constexpr std::size_t most_entries = std::size_t{1} << 2 * max_unitary_targets;
  std::size_t rows = 0;
  if (!expect("[")) return false;
  do {
    if (!expect("[")) return false;
    do {
      auto const entry = complex_number();
      if (!entry) return false;
      if (matrix.size() == most_entries)
        return unsupported(where.text, "a matrix on more than {} qubits", max_unitary_targets);
      matrix.push_back(*entry);
    } while (accept(","));
    if (!expect("]")) return false;
    ++rows;
    if (matrix.size() % rows != 0)
      return fail_at(ErrorKind::syntax, where.text, "the rows of the matrix differ in length");
  } while (accept(","));
  if (!expect("]")) return false;
  if (matrix.size() != rows * rows) return fail_at(ErrorKind::syntax, where.text, "the matrix is not square");
  return true;
}

/// Sum of real and imaginary terms: 0.5 - 0.5im
std::optional<Complex> Parser::complex_number() {
  Complex sum = 0;
  for (bool first = true; first || at("+") || at("-"); first = false) {
    double sign = 1;
    while (at("+") || at("-")) {
      if (at("-")) sign = -sign;
      advance();
    }
    if (at_word("im")) {
      sum += Complex{0, sign};
      advance();
      continue;
    }
    constexpr int product_precedence = 9;
    auto const value = expression(product_precedence);
    if (!value) return std::nullopt;
    if (at_word("im")) {
      advance();
      sum += Complex{0, sign * value->real};
    } else {
      sum += sign * value->real;
    }
  }
  return sum;
}

bool Parser::result_pragma() {
  using Kind = ResultRequest::Kind;
  constexpr std::pair<std::string_view, Kind> kinds[] = {
      {"state_vector", Kind::state_vector},
      {"density_matrix", Kind::density_matrix},
      {"amplitude", Kind::amplitude},
      {"probability", Kind::probability},
      {"expectation", Kind::expectation},
      {"variance", Kind::variance},
      {"sample", Kind::sample},
  };
  Token const name = token_;
  auto const* const known = std::ranges::find(kinds, name.text, &std::pair<std::string_view, Kind>::first);
  if (name.text == "adjoint_gradient")
    return unsupported(name.text, "result 'adjoint_gradient': gradients are not computed");
  if (known == std::end(kinds)) return unsupported(name.text, "result {}", found());
  advance();
  ResultRequest request{.kind = known->second, .text = {}, .states = {}, .targets = {}, .observable = {}};
  switch (request.kind) {
    case Kind::state_vector:
      break;
    case Kind::amplitude:
      do {
        if (token_.kind != Token::Kind::string) return fail("expected a state in quotes, found {}", found());
        request.states.emplace_back(token_.text.substr(1, token_.text.size() - 2));
        advance();
      } while (accept(","));
      break;
    case Kind::density_matrix:
    case Kind::probability:
      if (!targets_or_all(request.targets)) return false;
      break;
    case Kind::expectation:
    case Kind::variance:
    case Kind::sample:
      do {
        if (!observable_factor(request.observable)) return false;
      } while (accept("@"));
      break;
  }
  request.text = std::string_view(name.text.data(), static_cast<std::size_t>(previous_end_ - name.text.data()));
  if (checking_ == 0) emitter_.circuit.result_requests.push_back(std::move(request));
  return true;
}

/// 'all' or operands; nothing means all.
bool Parser::targets_or_all(std::vector<Qubit>& targets) {
  if (at_word("all")) return advance(), true;
  return token_.kind == Token::Kind::end || qubit_list(targets);
}

/// letter '(' qubit ')' | letter 'all'? | 'hermitian' '(' matrix ')' operands
bool Parser::observable_factor(std::vector<ResultRequest::Factor>& factors) {
  if (!at_word("x") && !at_word("y") && !at_word("z") && !at_word("h") && !at_word("i") && !at_word("hermitian"))
    return fail("expected an observable (x, y, z, h, i, hermitian), found {}", found());
  ResultRequest::Factor factor{std::string(token_.text), {}, {}};
  bool const hermitian = at_word("hermitian");
  advance();
  if (hermitian) {
    if (!expect("(") || !complex_matrix(factor.matrix) || !expect(")") || !targets_or_all(factor.targets)) return false;
    std::ranges::reverse(factor.targets);
  } else if (accept("(")) {
    if (!qubit_list(factor.targets) || !expect(")")) return false;
  } else if (!targets_or_all(factor.targets)) {
    return false;
  }
  factors.push_back(std::move(factor));
  return true;
}

}  // namespace qhub::circuit::openqasm
