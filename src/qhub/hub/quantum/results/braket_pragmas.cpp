#include "qhub/hub/quantum/results/braket_pragmas.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

#include "qhub/circuit/dense.h"

namespace qhub::hub {
namespace {

namespace json = boost::json;
using circuit::Complex;
using circuit::Qubit;
using circuit::ResultRequest;
using Kind = ResultRequest::Kind;
using Pauli = sim::PauliTerm::Operator;

constexpr std::size_t max_listed_qubits = 20;  // a list of 2^20 numbers makes a result of about 20 MB
constexpr std::size_t max_density_qubits = 6;  // from 4^6 expectation values
constexpr std::size_t max_pauli_terms = 1U << 14;

Error pragma_error(ErrorKind kind, ResultRequest const& pragma, std::string_view problem) {
  std::string message = fmt::format("'#pragma braket result {}': {}", pragma.text, problem);
  return {.kind = kind, .message = message, .details = {{"input", std::move(message)}}};
}

std::vector<Complex> matrix_of(ResultRequest::Factor const& factor) {
  double const r = std::numbers::sqrt2 / 2;
  Complex const i{0, 1};
  if (factor.observable == "x") return {0, 1, 1, 0};
  if (factor.observable == "y") return {0, -i, i, 0};
  if (factor.observable == "z") return {1, 0, 0, -1};
  if (factor.observable == "h") return {r, r, r, -r};
  if (factor.observable == "i") return {1, 0, 0, 1};
  return factor.matrix;
}

std::size_t dimension_of(std::vector<Complex> const& matrix) {
  std::size_t n = 1;
  while (n * n < matrix.size()) n *= 2;
  return n;
}

std::vector<Complex> square(std::vector<Complex> const& matrix) {
  return circuit::multiply(matrix, matrix, dimension_of(matrix));
}

bool is_hermitian(std::vector<Complex> const& matrix) {
  std::size_t const n = dimension_of(matrix);
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t column = 0; column < n; ++column)
      if (std::abs(matrix[row * n + column] - std::conj(matrix[column * n + row])) > 1e-8) return false;
  return true;
}

/// Pauli string number `code` on these qubits: two binary digits per qubit, the first qubit's the lowest, 0 for the
/// identity and 1, 2, 3 for X, Y, Z.
std::vector<sim::PauliTerm::Factor> pauli_string(std::size_t code, std::span<Qubit const> targets) {
  std::vector<sim::PauliTerm::Factor> factors;
  for (Qubit const qubit : targets) {
    if (std::size_t const letter = code & 3; letter != 0)
      factors.push_back({.qubit = qubit, .pauli = letter == 1 ? Pauli::x : letter == 2 ? Pauli::y : Pauli::z});
    code >>= 2;
  }
  return factors;
}

/// The only entry of a row of that Pauli string's matrix: its column and its value.
std::pair<std::size_t, Complex> pauli_entry(std::size_t code, std::size_t row, std::size_t qubits) {
  std::size_t column = row;
  Complex value = 1;
  for (std::size_t qubit = 0; qubit < qubits; ++qubit, code >>= 2) {
    bool const is_set = (row >> qubit & 1) != 0;
    std::size_t const letter = code & 3;
    if (letter == 1 || letter == 2) column ^= std::size_t{1} << qubit;
    if (letter == 2) value *= is_set ? Complex{0, 1} : Complex{0, -1};
    if (letter == 3 && is_set) value = -value;
  }
  return {column, value};
}

/// M = Σ_P tr(P M) / 2^k · P over the 4^k Pauli strings.
sim::PauliSum pauli_sum(std::vector<Complex> const& matrix, std::span<Qubit const> targets) {
  std::size_t const n = std::size_t{1} << targets.size();
  sim::PauliSum sum;
  for (std::size_t code = 0; code < n * n; ++code) {
    Complex trace = 0;
    for (std::size_t row = 0; row < n; ++row) {
      auto const [column, value] = pauli_entry(code, row, targets.size());
      trace += value * matrix[column * n + row];
    }
    double const coefficient = trace.real() / static_cast<double>(n);
    if (std::abs(coefficient) > 1e-15)
      sum.push_back({.coefficient = coefficient, .factors = pauli_string(code, targets)});
  }
  return sum;
}

json::array number(Complex const& value) {
  return {value.real(), value.imag()};
}

/// An index whose bits are in the reverse order.
std::size_t reversed(std::size_t index, std::size_t bits) {
  std::size_t result = 0;
  for (std::size_t bit = 0; bit < bits; ++bit) result |= (index >> bit & 1) << (bits - 1 - bit);
  return result;
}

json::object type_of(ResultRequest const& pragma) {
  static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::state_vector, "statevector"},
                                                                {Kind::density_matrix, "densitymatrix"},
                                                                {Kind::amplitude, "amplitude"},
                                                                {Kind::probability, "probability"},
                                                                {Kind::expectation, "expectation"},
                                                                {Kind::variance, "variance"},
                                                                {Kind::sample, "sample"}};
  json::object type{{"type", std::ranges::find(names, pragma.kind, &std::pair<Kind, std::string_view>::first)->second}};
  if (!pragma.states.empty()) type["states"] = json::value_from(pragma.states);
  json::array targets(pragma.targets.begin(), pragma.targets.end());
  json::array observables;
  for (ResultRequest::Factor const& factor : pragma.observable) {
    if (factor.observable == "hermitian") {
      std::size_t const n = dimension_of(factor.matrix);
      json::array rows;
      for (std::size_t row = 0; row < n; ++row) {
        json::array entries;
        for (std::size_t column = 0; column < n; ++column) entries.push_back(number(factor.matrix[row * n + column]));
        rows.push_back(std::move(entries));
      }
      observables.push_back(std::move(rows));
      targets.insert(targets.end(), factor.targets.rbegin(), factor.targets.rend());  // as the pragma has them
    } else {
      observables.push_back(json::string(factor.observable));
      targets.insert(targets.end(), factor.targets.begin(), factor.targets.end());
    }
  }
  if (!observables.empty()) type["observable"] = std::move(observables);
  if (!targets.empty()) type["targets"] = std::move(targets);
  return type;
}

/// Appends the rotation after which measuring the targets measures the observable; returns its eigenvalues by the
/// measured value. Eigenvalues of a matrix ascend.
std::vector<double> rotate_to_eigenbasis(ResultRequest::Factor const& factor, circuit::Circuit& circuit) {
  if (factor.observable != "hermitian") {
    Qubit const qubit = factor.targets.front();
    if (factor.observable == "x") circuit.h(qubit);
    if (factor.observable == "y") circuit.sdg(qubit).h(qubit);
    if (factor.observable == "h") circuit.ry(-std::numbers::pi / 4, qubit);
    if (factor.observable == "i") return {1, 1};
    return {1, -1};
  }
  std::size_t const n = dimension_of(factor.matrix);
  circuit::Eigensystem const system = circuit::diagonalize_unitary(factor.matrix, n);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) { return system.values[i].real(); });
  std::vector<double> eigenvalues(n);
  std::vector<Complex> rotation(n * n);
  for (std::size_t row = 0; row < n; ++row) {
    eigenvalues[row] = system.values[order[row]].real();
    for (std::size_t column = 0; column < n; ++column)
      rotation[row * n + column] = std::conj(system.vectors[column * n + order[row]]);
  }
  // It was checked that targets exist; a matrix of eigenvectors is unitary.
  (void)circuit.append({.kind = circuit::InstructionKind::unitary, .targets = factor.targets, .matrix = rotation});
  return eigenvalues;
}

}  // namespace

Result<BraketPragmas> BraketPragmas::plan(circuit::Circuit& circuit, std::uint64_t shots) {
  BraketPragmas plan(shots, circuit.qubit_count());
  for (ResultRequest const& pragma : circuit.result_requests)
    if (Result<void> const added = plan.add(pragma, circuit); !added) return added.error();
  return plan;
}

Result<void> BraketPragmas::add(ResultRequest const& pragma, circuit::Circuit& circuit) {
  bool const is_of_state =
      pragma.kind == Kind::state_vector || pragma.kind == Kind::density_matrix || pragma.kind == Kind::amplitude;
  if (is_of_state && shots_ > 0)
    return pragma_error(ErrorKind::unsupported, pragma, "the state can be read without shots only: set shots to 0");
  if (pragma.kind == Kind::sample && shots_ == 0)
    return pragma_error(ErrorKind::unsupported, pragma, "there is nothing to sample without shots");
  Request request{.pragma = pragma, .products = {}, .targets = pragma.targets, .first_want = 0};
  if (request.targets.empty()) {
    request.targets.resize(qubits_);
    std::iota(request.targets.begin(), request.targets.end(), 0);
  }
  std::size_t const listed = pragma.kind == Kind::state_vector ? qubits_ : request.targets.size();
  bool const is_list = pragma.kind == Kind::state_vector || pragma.kind == Kind::probability;
  if (is_list && listed > max_listed_qubits)
    return pragma_error(ErrorKind::unsupported, pragma,
                        fmt::format("a result lists the states of at most {} qubits", max_listed_qubits));
  if (pragma.kind == Kind::density_matrix && listed > max_density_qubits)
    return pragma_error(ErrorKind::unsupported, pragma,
                        fmt::format("a density matrix is returned for at most {} qubits", max_density_qubits));
  for (std::string const& state : pragma.states)
    if (state.size() != qubits_ || state.find_first_not_of("01") != std::string::npos)
      return pragma_error(ErrorKind::invalid_argument, pragma,
                          fmt::format("a state is written with {} digits 0 or 1, qubit 0 first", qubits_));
  if (pragma.observable.size() == 1 && pragma.observable.front().targets.empty()) {
    for (Qubit qubit = 0; qubit < qubits_; ++qubit) {
      ResultRequest::Factor of_qubit = pragma.observable.front();
      of_qubit.targets = {qubit};
      Result<Factor> factor = read_factor(pragma, of_qubit, circuit);
      if (!factor) return std::move(factor).error();
      request.products.push_back({std::move(*factor)});
    }
  } else if (!pragma.observable.empty()) {
    Product& product = request.products.emplace_back();
    for (ResultRequest::Factor const& part : pragma.observable) {
      Result<Factor> factor = read_factor(pragma, part, circuit);
      if (!factor) return std::move(factor).error();
      product.push_back(std::move(*factor));
    }
  }
  if (shots_ == 0)
    if (Result<void> const wanted = want_exact(request); !wanted) return wanted;
  requests_.push_back(std::move(request));
  return {};
}

Result<BraketPragmas::Factor> BraketPragmas::read_factor(ResultRequest const& pragma,
                                                         ResultRequest::Factor const& factor,
                                                         circuit::Circuit& circuit) {
  Factor read{.targets = factor.targets, .matrix = matrix_of(factor), .eigenvalues = {}};
  if (dimension_of(read.matrix) != std::size_t{1} << read.targets.size())
    return pragma_error(
        ErrorKind::invalid_argument, pragma,
        fmt::format("the observable {} does not fit {} qubits", factor.observable, read.targets.size()));
  if (!is_hermitian(read.matrix))
    return pragma_error(ErrorKind::invalid_argument, pragma, "the matrix is not Hermitian");
  if (shots_ == 0) return read;
  if (factor.observable == "i") {
    read.eigenvalues = {1, 1};
    return read;
  }
  bool is_new = true;
  for (Qubit const qubit : factor.targets) {
    auto const [basis, is_first] = bases_.emplace(qubit, factor);
    is_new = is_new && is_first;
    if (basis->second.observable != factor.observable || basis->second.matrix != factor.matrix ||
        basis->second.targets != factor.targets)
      return pragma_error(ErrorKind::invalid_argument, pragma,
                          fmt::format("qubit {} is measured for another observable already", qubit));
  }
  circuit::Circuit unused(circuit.qubit_count());
  read.eigenvalues = rotate_to_eigenbasis(factor, is_new ? circuit : unused);
  return read;
}

Result<void> BraketPragmas::want_exact(Request& request) {
  switch (request.pragma.kind) {
    case Kind::state_vector:
      wants_.want_statevector = true;
      return {};
    case Kind::amplitude:
      request.first_want = wants_.want_amplitudes.size();
      for (std::string const& state : request.pragma.states) {
        sim::Outcome& outcome = wants_.want_amplitudes.emplace_back(qubits_);
        for (Qubit qubit = 0; qubit < qubits_; ++qubit) outcome.set(qubit, state[qubit] == '1');
      }
      return {};
    case Kind::probability:
      request.first_want = wants_.want_probabilities.size();
      wants_.want_probabilities.emplace_back(request.targets.rbegin(), request.targets.rend());
      return {};
    case Kind::density_matrix: {
      request.first_want = wants_.want_expectations.size();
      std::vector<Qubit> const lowest_first(request.targets.rbegin(), request.targets.rend());
      for (std::size_t code = 0; code < std::size_t{1} << 2 * lowest_first.size(); ++code)
        wants_.want_expectations.push_back({{.coefficient = 1, .factors = pauli_string(code, lowest_first)}});
      return {};
    }
    case Kind::expectation:
    case Kind::variance:
    case Kind::sample:
      break;
  }
  request.first_want = wants_.want_expectations.size();
  int const powers = request.pragma.kind == Kind::variance ? 2 : 1;
  for (Product const& product : request.products)
    for (int power = 1; power <= powers; ++power) {
      sim::PauliSum sum{{.coefficient = 1, .factors = {}}};
      for (Factor const& factor : product) {
        sim::PauliSum const part = pauli_sum(power == 1 ? factor.matrix : square(factor.matrix), factor.targets);
        sim::PauliSum both;
        for (sim::PauliTerm const& left : sum)
          for (sim::PauliTerm const& right : part) {
            sim::PauliTerm& term = both.emplace_back(left);
            term.coefficient *= right.coefficient;
            term.factors.insert(term.factors.end(), right.factors.begin(), right.factors.end());
          }
        if (both.size() > max_pauli_terms)
          return pragma_error(ErrorKind::unsupported, request.pragma,
                              fmt::format("the observable has more than {} Pauli terms", max_pauli_terms));
        sum = std::move(both);
      }
      wants_.want_expectations.push_back(std::move(sum));
    }
  return {};
}

void BraketPragmas::add_wants(sim::RunOptions& options) const {
  options.want_statevector = wants_.want_statevector;
  options.want_amplitudes = wants_.want_amplitudes;
  options.want_probabilities = wants_.want_probabilities;
  options.want_expectations = wants_.want_expectations;
}

bool BraketPragmas::is_answered_by(sim::RunResult const& result) const {
  return (!wants_.want_statevector || result.statevector) &&
         result.amplitudes.size() == wants_.want_amplitudes.size() &&
         result.probabilities.size() == wants_.want_probabilities.size() &&
         result.expectations.size() == wants_.want_expectations.size();
}

json::value BraketPragmas::exact_value(Request const& request, sim::RunResult const& result) const {
  switch (request.pragma.kind) {
    case Kind::state_vector: {
      json::array amplitudes;
      amplitudes.reserve(result.statevector->size());
      for (std::size_t i = 0; i < result.statevector->size(); ++i)
        amplitudes.push_back(number((*result.statevector)[reversed(i, qubits_)]));
      return amplitudes;
    }
    case Kind::amplitude: {
      json::object amplitudes;
      for (std::size_t i = 0; i < request.pragma.states.size(); ++i)
        amplitudes[request.pragma.states[i]] = number(result.amplitudes[request.first_want + i]);
      return amplitudes;
    }
    case Kind::probability:
      return json::value_from(result.probabilities[request.first_want]);
    case Kind::density_matrix: {
      // ρ = Σ_P ⟨P⟩ P / 2^k
      std::size_t const k = request.targets.size();
      std::size_t const n = std::size_t{1} << k;
      std::vector<Complex> matrix(n * n);
      for (std::size_t code = 0; code < n * n; ++code)
        for (std::size_t row = 0; row < n; ++row) {
          auto const [column, value] = pauli_entry(code, row, k);
          matrix[row * n + column] +=
              value * result.expectations[request.first_want + code].value / static_cast<double>(n);
        }
      json::array rows;
      for (std::size_t row = 0; row < n; ++row) {
        json::array& entries = rows.emplace_back(json::array()).as_array();
        for (std::size_t column = 0; column < n; ++column) entries.push_back(number(matrix[row * n + column]));
      }
      return rows;
    }
    default:
      break;
  }
  json::array values;
  std::size_t want = request.first_want;
  for (std::size_t i = 0; i < request.products.size(); ++i) {
    double value = result.expectations[want++].value;
    if (request.pragma.kind == Kind::variance) value = result.expectations[want++].value - value * value;
    values.push_back(value);
  }
  bool const is_one = !request.pragma.observable.front().targets.empty();
  return is_one ? values.front() : json::value(std::move(values));
}

json::array BraketPragmas::values(sim::RunResult const& result, std::map<Qubit, circuit::Clbit> const& clbits) const {
  auto const& entries = result.counts.entries;
  auto const measured = [&](sim::Outcome const& outcome, std::span<Qubit const> targets) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < targets.size(); ++i)
      if (outcome[clbits.at(targets[i])]) value |= std::size_t{1} << i;
    return value;
  };
  auto const frequencies = [&](std::span<Qubit const> highest_first) {
    std::vector<Qubit> const targets(highest_first.rbegin(), highest_first.rend());
    std::vector<double> shares(std::size_t{1} << targets.size());
    for (auto const& [outcome, shots] : entries)
      shares[measured(outcome, targets)] += static_cast<double>(shots) / static_cast<double>(shots_);
    return shares;
  };
  auto const observed = [&](Request const& request, Product const& product) -> json::value {
    std::vector<double> values;  // of each entry
    double mean = 0, mean_of_squares = 0;
    for (auto const& [outcome, shots] : entries) {
      double value = 1;
      for (Factor const& factor : product) value *= factor.eigenvalues[measured(outcome, factor.targets)];
      values.push_back(value);
      mean += value * static_cast<double>(shots) / static_cast<double>(shots_);
      mean_of_squares += value * value * static_cast<double>(shots) / static_cast<double>(shots_);
    }
    if (request.pragma.kind == Kind::expectation) return mean;
    if (request.pragma.kind == Kind::variance) return mean_of_squares - mean * mean;
    json::array samples;
    samples.reserve(result.memory.size());
    for (std::uint32_t const entry : result.memory) samples.push_back(values[entry]);
    return samples;
  };
  json::array documents;
  for (Request const& request : requests_) {
    json::value value;
    if (shots_ == 0) {
      value = exact_value(request, result);
    } else if (request.pragma.kind == Kind::probability) {
      value = json::value_from(frequencies(request.targets));
    } else if (!request.pragma.observable.front().targets.empty()) {
      value = observed(request, request.products.front());
    } else {
      json::array& of_qubits = value.emplace_array();
      for (Product const& product : request.products) of_qubits.push_back(observed(request, product));
    }
    documents.push_back(json::object{{"type", type_of(request.pragma)}, {"value", std::move(value)}});
  }
  return documents;
}

}  // namespace qhub::hub
