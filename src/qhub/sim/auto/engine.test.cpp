#include "qhub/sim/auto/engine.h"

#include <gtest/gtest.h>

#include "qhub/sim/auto/cost.h"
#include "qhub/sim/engines.h"

namespace qhub::sim::automatic {
namespace {

using circuit::Channel;
using circuit::Circuit;
using circuit::Qubit;

/// Layers of gates on all qubits, measured at the end.
Circuit layers(std::uint32_t qubits, unsigned depth, bool clifford, Channel const* noise) {
  Circuit circuit(qubits, qubits);
  for (unsigned layer = 0; layer < depth; ++layer) {
    for (Qubit q = 0; q < qubits; ++q) {
      if (clifford)
        circuit.h(q);
      else
        circuit.u(0.3, 0.1, 0.2, q);
      if (noise) circuit.noise(*noise, {0.001}, {q});
    }
    for (Qubit q = 0; q + 1 < qubits; ++q) circuit.cx(q, q + 1);
  }
  for (Qubit q = 0; q < qubits; ++q) circuit.measure(q, q);
  return circuit;
}

std::string_view chosen(Circuit const& circuit, RunOptions const& options) {
  auto const result = AutoEngine().run(circuit, options, {}, {});
  if (!result) {
    ADD_FAILURE() << result.error().message;
    return {};
  }
  EXPECT_TRUE(result->prediction);
  EXPECT_GT(result->prediction->seconds, 0);
  EXPECT_GE(result->prediction->bytes, result->peak_memory_bytes);
  return result->engine;
}

TEST(AutoEngine, TakesTheEngineThatSuits) {
  Channel const depolarizing = Channel::depolarizing, damping = Channel::amplitude_damping;
  EXPECT_EQ(chosen(layers(3, 2, true, nullptr), {.shots = 100}), "stabilizer");
  EXPECT_EQ(chosen(layers(300, 2, true, &depolarizing), {.shots = 100}), "stabilizer");
  EXPECT_EQ(chosen(layers(10, 2, false, nullptr), {.shots = 100}), "statevector");
  EXPECT_EQ(chosen(layers(5, 2, false, &depolarizing), {.shots = 100000}), "density_matrix");
  EXPECT_EQ(chosen(layers(5, 2, true, &damping), {.shots = 100000}), "density_matrix");
  EXPECT_EQ(chosen(layers(15, 1, false, &depolarizing), {.shots = 10, .memory_limit_bytes = std::uint64_t{2} << 30}),
            "trajectories");
}

TEST(AutoEngine, ARefusalGivesTheNumberThatWasTooLarge) {
  auto const result =
      AutoEngine().run(layers(40, 1, false, nullptr), {.memory_limit_bytes = std::uint64_t{1} << 30}, {}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::resource_exhausted);
  EXPECT_NE(result.error().message.find("40 qubits needs"), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().message.find("limit of 1073741824 bytes"), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().message.find("not a Clifford gate"), std::string::npos) << result.error().message;
}

TEST(AutoEngine, NothingToComputeIsTheCallersFault) {
  auto const result = AutoEngine().run(layers(2, 1, true, nullptr), {.shots = 0}, {}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::invalid_argument);
}

TEST(Engines, AreFoundByName) {
  for (std::string_view const name : engine_names()) {
    ASSERT_NE(find_engine(name), nullptr) << name;
    EXPECT_EQ(find_engine(name)->name(), name);
  }
  EXPECT_EQ(engine_names().size(), 5U);
  EXPECT_EQ(find_engine("abacus"), nullptr);
}

}  // namespace
}  // namespace qhub::sim::automatic
