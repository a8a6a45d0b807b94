#include "qhub/sim/channel.h"

#include <gtest/gtest.h>

#include "qhub/sim/internal/random_circuit.h"

namespace qhub::sim {
namespace {

using circuit::Channel;
using circuit::Circuit;
using circuit::Complex;
using circuit::InstructionKind;

std::vector<double> transfer(Channel channel, std::vector<double> const& parameters) {
  unsigned const qubits = info(channel).targets;
  return pauli_transfer_matrix(circuit::kraus_operators(channel, parameters, {}, qubits), qubits);
}

TEST(PauliTransferMatrix, OfKnownChannels) {
  std::vector<double> const depolarizing = transfer(Channel::depolarizing, {0.3});
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_NEAR(depolarizing[i], i == 0 ? 1 : i % 5 == 0 ? 1 - 4 * 0.3 / 3 : 0, 1e-15) << i;
  std::vector<double> const damping = transfer(Channel::amplitude_damping, {0.2});  // order I, X, Z, Y
  EXPECT_NEAR(damping[5], std::sqrt(0.8), 1e-15);
  EXPECT_NEAR(damping[10], 0.8, 1e-15);
  EXPECT_NEAR(damping[8], 0.2, 1e-15);  // I gets a share of Z
}

TEST(PauliTransferMatrix, OfUnitariesIsOrthogonalAndMultiplies) {
  auto const a = dense::random_unitary(2, 1), b = dense::random_unitary(2, 2);
  std::vector<Complex> ab(16);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      for (std::size_t k = 0; k < 4; ++k) ab[i * 4 + j] += a[i * 4 + k] * b[k * 4 + j];
  auto const of = [](std::vector<Complex> const& u) { return pauli_transfer_matrix(Operators{u}, 2); };
  std::vector<double> const ta = of(a), tb = of(b), tab = of(ab);
  for (std::size_t i = 0; i < 16; ++i)
    for (std::size_t j = 0; j < 16; ++j) {
      double product = 0, inner = 0;
      for (std::size_t k = 0; k < 16; ++k) {
        product += ta[i * 16 + k] * tb[k * 16 + j];
        inner += ta[i * 16 + k] * ta[j * 16 + k];
      }
      EXPECT_NEAR(product, tab[i * 16 + j], 1e-13);
      EXPECT_NEAR(inner, i == j, 1e-13);
    }
}

TEST(PauliProbabilities, ComeBack) {
  std::vector<double> given(15);
  for (std::size_t i = 0; i < 15; ++i) given[i] = 0.001 * static_cast<double>(i + 1);
  auto const probabilities = pauli_probabilities(transfer(Channel::two_qubit_pauli, given), 2);
  ASSERT_TRUE(probabilities);
  // The channel's order is IX, IY, IZ, XI …, first qubit left; the strings' order I, X, Z, Y, first qubit lowest.
  constexpr std::array<std::size_t, 4> place{0, 1, 3, 2};
  for (std::size_t pair = 1; pair < 16; ++pair)
    EXPECT_NEAR((*probabilities)[place[pair / 4] + 4 * place[pair % 4]], given[pair - 1], 1e-15) << pair;
}

TEST(PauliProbabilities, PhaseDampingIsAPhaseFlip) {
  auto const probabilities = pauli_probabilities(transfer(Channel::phase_damping, {0.36}), 1);
  ASSERT_TRUE(probabilities);
  EXPECT_NEAR((*probabilities)[2], (1 - std::sqrt(1 - 0.36)) / 2, 1e-15);
  EXPECT_FALSE(pauli_probabilities(transfer(Channel::amplitude_damping, {0.1}), 1));
}

TEST(DepolarizingNoise, FollowsGatesOnOneAndTwoQubits) {
  Circuit circuit(3, 2);
  circuit.h(0).cx(0, 1).ccx(0, 1, 2).barrier().measure(0, 0);
  circuit.if_bit(0, [](Circuit& body) { body.x(2); });
  circuit.while_equal({{}, 0, 1}, 1, [](Circuit& body) { body.h(0).measure(0, 0); });
  Result<Circuit> const noisy = with_depolarizing_noise(circuit, 0.01, 0.02);
  ASSERT_TRUE(noisy) << noisy.error().message;
  std::vector<InstructionKind> kinds;
  for (auto const instruction : *noisy) kinds.push_back(instruction.kind);
  using enum InstructionKind;
  EXPECT_EQ(kinds, (std::vector{gate, noise, gate, noise, gate, barrier, measure, gate, noise, loop_begin, gate, noise,
                                measure, loop_end}));
  EXPECT_EQ((*noisy)[1].channel, Channel::depolarizing);
  EXPECT_EQ((*noisy)[1].parameters[0], 0.01);
  EXPECT_EQ((*noisy)[3].channel, Channel::two_qubit_depolarizing);
  EXPECT_EQ((*noisy)[3].parameters[0], 0.02);
  EXPECT_EQ((*noisy)[8].condition, (*noisy)[7].condition);
  EXPECT_EQ(noisy->loops()[0].condition, circuit.loops()[0].condition);
  EXPECT_EQ(noisy->loops()[0].end_condition, circuit.loops()[0].end_condition);
  EXPECT_EQ(with_depolarizing_noise(circuit, 0, 0)->size(), circuit.size());
}

}  // namespace
}  // namespace qhub::sim
