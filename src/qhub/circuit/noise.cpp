#include "qhub/circuit/noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace qhub::circuit {
namespace {

constexpr std::array<ChannelInfo, channel_count> table = {{
    // name, targets, parameters; in the order of the enumeration
    {"bit_flip", 1, 1},
    {"phase_flip", 1, 1},
    {"depolarizing", 1, 1},
    {"amplitude_damping", 1, 1},
    {"generalized_amplitude_damping", 1, 2},
    {"phase_damping", 1, 1},
    {"pauli_channel", 1, 3},
    {"two_qubit_depolarizing", 2, 1},
    {"two_qubit_dephasing", 2, 1},
    {"two_qubit_pauli_channel", 2, 15},
    {"kraus", 0, 0},
}};

constexpr double tolerance = 1e-6;

Error refuse(std::string message) {
  return {ErrorKind::invalid_argument, std::move(message), {}};
}

using Matrix2 = std::array<Complex, 4>;
constexpr Complex i{0, 1};
constexpr std::array<Matrix2, 4> paulis = {{{1, 0, 0, 1}, {0, 1, 1, 0}, {0, -i, i, 0}, {1, 0, 0, -1}}};

class Operators {
 public:
  void add(double weight, std::initializer_list<Complex> entries) {
    if (weight > 0) list.emplace_back(entries), scale(weight);
  }
  /// √probability times the Pauli of that number (I, X, Y, Z).
  void add_pauli(double probability, std::size_t pauli) {
    if (probability > 0) list.emplace_back(paulis[pauli].begin(), paulis[pauli].end()), scale(std::sqrt(probability));
  }
  /// The first target is the lowest bit of an index.
  void add_paulis(double probability, std::size_t first, std::size_t second) {
    if (!(probability > 0)) return;
    list.emplace_back(16);
    for (std::size_t row = 0; row < 4; ++row)
      for (std::size_t column = 0; column < 4; ++column)
        list.back()[row * 4 + column] =
            paulis[first][row % 2 * 2 + column % 2] * paulis[second][row / 2 * 2 + column / 2];
    scale(std::sqrt(probability));
  }

  std::vector<std::vector<Complex>> list;

 private:
  void scale(double weight) {
    for (Complex& entry : list.back()) entry *= weight;
  }
};

bool is_complete(std::span<Complex const> operators, std::size_t dimension) {
  for (std::size_t a = 0; a < dimension; ++a)
    for (std::size_t b = a; b < dimension; ++b) {
      Complex sum = a == b ? -1 : 0;
      for (std::size_t start = 0; start < operators.size(); start += dimension * dimension)
        for (std::size_t row = 0; row < dimension; ++row)
          sum += std::conj(operators[start + row * dimension + a]) * operators[start + row * dimension + b];
      if (!(std::abs(sum) <= tolerance)) return false;  // so written that NaN is refused
    }
  return true;
}

}  // namespace

ChannelInfo const& info(Channel channel) {
  return table[static_cast<std::size_t>(channel)];
}

Result<void> check_channel(Channel channel, std::span<double const> parameters, std::span<Complex const> operators,
                           std::size_t targets) {
  ChannelInfo const& facts = info(channel);
  bool const is_kraus = channel == Channel::kraus;
  if (is_kraus ? targets == 0 || targets > max_channel_targets : targets != facts.targets)
    return refuse(is_kraus ? fmt::format("kraus acts on 1 or 2 qubits, {} given", targets)
                           : fmt::format("{} acts on {} qubits, {} given", facts.name, facts.targets, targets));
  if (parameters.size() != facts.parameters)
    return refuse(fmt::format("{} takes {} probabilities, {} given", facts.name, facts.parameters, parameters.size()));
  for (double const probability : parameters)
    if (!(probability >= 0 && probability <= 1))
      return refuse(fmt::format("{}: {} is not a probability from 0 to 1", facts.name, probability));
  if (channel == Channel::pauli || channel == Channel::two_qubit_pauli) {
    double const sum = std::accumulate(parameters.begin(), parameters.end(), 0.0);
    if (sum > 1 + tolerance) return refuse(fmt::format("{}: the probabilities add up to {}", facts.name, sum));
  }
  if (!is_kraus) return {};
  std::size_t const dimension = std::size_t{1} << targets, entries = dimension * dimension;
  if (operators.empty() || operators.size() % entries != 0)
    return refuse(fmt::format("kraus on {} qubits needs matrices of {} entries each", targets, entries));
  if (operators.size() / entries > max_kraus_operators)
    return refuse(fmt::format("kraus takes at most {} matrices", max_kraus_operators));
  if (!is_complete(operators, dimension))
    return refuse("the Kraus operators are not complete: the sum of K†K is not the identity");
  return {};
}

// Formulas: Braket's braket.circuits.noises; Nielsen & Chuang, "Quantum Computation and Quantum Information", 8.3.
std::vector<std::vector<Complex>> kraus_operators(Channel channel, std::span<double const> parameters,
                                                  std::span<Complex const> operators, std::size_t targets) {
  Operators result;
  double const p = parameters.empty() ? 0 : parameters[0];
  switch (channel) {
    case Channel::bit_flip:
      result.add_pauli(1 - p, 0), result.add_pauli(p, 1);
      break;
    case Channel::phase_flip:
      result.add_pauli(1 - p, 0), result.add_pauli(p, 3);
      break;
    case Channel::depolarizing:
      result.add_pauli(1 - p, 0);
      for (std::size_t pauli = 1; pauli < 4; ++pauli) result.add_pauli(p / 3, pauli);
      break;
    case Channel::amplitude_damping:
      result.add(1, {1, 0, 0, std::sqrt(1 - p)});
      result.add(std::sqrt(p), {0, 1, 0, 0});
      break;
    case Channel::generalized_amplitude_damping: {
      double const to_zero = parameters[1];
      result.add(std::sqrt(to_zero), {1, 0, 0, std::sqrt(1 - p)});
      result.add(std::sqrt(to_zero * p), {0, 1, 0, 0});
      result.add(std::sqrt(1 - to_zero), {std::sqrt(1 - p), 0, 0, 1});
      result.add(std::sqrt((1 - to_zero) * p), {0, 0, 1, 0});
      break;
    }
    case Channel::phase_damping:
      result.add(1, {1, 0, 0, std::sqrt(1 - p)});
      result.add(std::sqrt(p), {0, 0, 0, 1});
      break;
    case Channel::pauli:
      result.add_pauli(1 - std::accumulate(parameters.begin(), parameters.end(), 0.0), 0);
      for (std::size_t pauli = 1; pauli < 4; ++pauli) result.add_pauli(parameters[pauli - 1], pauli);
      break;
    case Channel::two_qubit_depolarizing:
      result.add_paulis(1 - p, 0, 0);
      for (std::size_t pair = 1; pair < 16; ++pair) result.add_paulis(p / 15, pair / 4, pair % 4);
      break;
    case Channel::two_qubit_dephasing:
      result.add_paulis(1 - p, 0, 0);
      result.add_paulis(p / 3, 0, 3), result.add_paulis(p / 3, 3, 0), result.add_paulis(p / 3, 3, 3);
      break;
    case Channel::two_qubit_pauli:
      result.add_paulis(1 - std::accumulate(parameters.begin(), parameters.end(), 0.0), 0, 0);
      for (std::size_t pair = 1; pair < 16; ++pair) result.add_paulis(parameters[pair - 1], pair / 4, pair % 4);
      break;
    case Channel::kraus: {
      std::size_t const entries = std::size_t{1} << 2 * targets;
      for (; operators.size() >= entries; operators = operators.subspan(entries))
        result.list.emplace_back(operators.begin(), operators.begin() + static_cast<std::ptrdiff_t>(entries));
      break;
    }
  }
  return std::move(result.list);
}

}  // namespace qhub::circuit
