#include "qhub/sim/statevector/observer.h"

#include <gtest/gtest.h>

#include <numbers>
#include <random>

#include "qhub/sim/internal/dense_reference.h"
#include "qhub/sim/statevector/engine.h"

namespace qhub::sim::statevector {
namespace {

using circuit::Circuit;
using circuit::Qubit;
using Operator = PauliTerm::Operator;

/// Entangles all qubits but the last, which stays in |0⟩. Large enough for several chunks, qubits change their places.
Circuit entangling(unsigned qubits) {
  Circuit circuit(qubits, qubits);
  for (unsigned layer = 0; layer < 3; ++layer) {
    for (Qubit q = 0; q + 1 < qubits; ++q) circuit.u(0.3 + q + layer, 0.7 * q, 1.1 * layer, q);
    for (Qubit q = 0; q + 2 < qubits; ++q) circuit.cx(q, q + 1);
    circuit.swap(0, qubits - 2).rzz(0.4, 1, qubits / 2);
  }
  return circuit;
}

/// ⟨ψ|P|ψ⟩ by applying the operators to a copy.
double expectation(dense::State const& state, PauliTerm const& term) {
  dense::State image = state;
  for (auto const& [qubit, pauli] : term.factors) {
    dense::State next(image.size());
    for (std::size_t i = 0; i < image.size(); ++i) {
      bool const one = (i >> qubit & 1) != 0;
      std::size_t const flipped = i ^ std::size_t{1} << qubit;
      if (pauli == Operator::x) next[flipped] = image[i];
      if (pauli == Operator::y) next[flipped] = image[i] * circuit::Complex(0, one ? -1 : 1);
      if (pauli == Operator::z) next[i] = one ? -image[i] : image[i];
    }
    image = next;
  }
  circuit::Complex sum = 0;
  for (std::size_t i = 0; i < state.size(); ++i) sum += std::conj(state[i]) * image[i];
  return term.coefficient * sum.real();
}

class ObserverTest : public testing::TestWithParam<std::tuple<unsigned, Precision>> {
 protected:
  [[nodiscard]] unsigned qubits() const { return std::get<0>(GetParam()); }
  [[nodiscard]] double tolerance() const {
    return std::get<1>(GetParam()) == Precision::double_precision ? 1e-12 : 1e-5;
  }

  /// Runs with the options, and also asks for the state vector in double precision to compare with.
  RunResult run(RunOptions options) {
    Circuit const circuit = entangling(qubits());
    options.shots = 0;
    auto const exact = StatevectorEngine().run(circuit, {.shots = 0, .want_statevector = true}, {}, {});
    options.precision = std::get<1>(GetParam());
    auto result = StatevectorEngine().run(circuit, options, {}, {});
    if (!exact || !result) {
      ADD_FAILURE() << (exact ? result.error().message : exact.error().message);
      return {};
    }
    auto const amplitudes = exact->statevector->span();
    state_.assign(amplitudes.begin(), amplitudes.end());
    return std::move(*result);
  }

  dense::State state_;
};

TEST_P(ObserverTest, AmplitudesAreThoseOfTheStateVector) {
  RunOptions options;
  std::vector<std::size_t> indices;
  std::mt19937_64 generator(1);
  for (int k = 0; k < 50; ++k) {
    indices.push_back(generator() % (std::size_t{1} << qubits()));
    Outcome outcome(qubits());
    for (Qubit q = 0; q < qubits(); ++q) outcome.set(q, (indices.back() >> q & 1) != 0);
    options.want_amplitudes.push_back(outcome);
  }
  auto const result = run(options);
  ASSERT_EQ(result.amplitudes.size(), indices.size());
  for (std::size_t k = 0; k < indices.size(); ++k)
    EXPECT_LE(std::abs(result.amplitudes[k] - state_[indices[k]]), tolerance()) << indices[k];
}

TEST_P(ObserverTest, ProbabilitiesAreMarginals) {
  RunOptions options;
  unsigned const last = qubits() - 1;
  options.want_probabilities = {{0}, {last}, {3, 1}, {last - 1, 0, last, 2}, {}};
  std::vector<Qubit> all;
  for (Qubit q = qubits(); q-- > 0;) all.push_back(q);
  options.want_probabilities.push_back(all);
  auto const result = run(options);
  ASSERT_EQ(result.probabilities.size(), options.want_probabilities.size());
  for (std::size_t k = 0; k < result.probabilities.size(); ++k) {
    auto const& on = options.want_probabilities[k];
    std::vector<double> expected(std::size_t{1} << on.size());
    for (std::size_t i = 0; i < state_.size(); ++i) {
      std::size_t value = 0;
      for (std::size_t b = 0; b < on.size(); ++b) value |= (i >> on[b] & 1) << b;
      expected[value] += std::norm(state_[i]);
    }
    EXPECT_LE(dense::max_distance(result.probabilities[k], expected), tolerance()) << k;
  }
}

TEST_P(ObserverTest, ExpectationValuesOfPauliSumsMatchTheirDefinition) {
  std::mt19937_64 generator(2);
  RunOptions options;
  for (int k = 0; k < 30; ++k) {
    PauliSum sum;
    for (int t = 0; t < 2; ++t) {
      PauliTerm term{.coefficient = 0.3 + k, .factors = {}};
      for (Qubit q = 0; q < qubits(); ++q)
        if (generator() % 3 == 0) term.factors.push_back({q, static_cast<Operator>(generator() % 3)});
      sum.push_back(term);
    }
    options.want_expectations.push_back(sum);
  }
  options.want_expectations.push_back({{.coefficient = -2, .factors = {}}});
  auto const result = run(options);
  ASSERT_EQ(result.expectations.size(), options.want_expectations.size());
  for (std::size_t k = 0; k < result.expectations.size(); ++k) {
    double expected = 0;
    for (PauliTerm const& term : options.want_expectations[k]) expected += expectation(state_, term);
    EXPECT_NEAR(result.expectations[k].value, expected, 100 * tolerance()) << k;
    EXPECT_EQ(result.expectations[k].standard_error, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, ObserverTest,
                         testing::Combine(testing::Values(5U, 15U),
                                          testing::Values(Precision::double_precision, Precision::single_precision)));

}  // namespace
}  // namespace qhub::sim::statevector
