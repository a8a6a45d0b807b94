#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/sim/amplitudes.h"
#include "qhub/sim/counts.h"

namespace qhub::sim {

struct RunOptions {
  std::uint64_t shots = 1024;                            ///< 0 is allowed if the state vector is wanted.
  std::optional<std::uint64_t> seed = {};                ///< Unset: a fresh one, reported in RunResult::seed.
  unsigned threads = 0;                                  ///< 0: one per processor. Results do not depend on it.
  std::optional<std::uint64_t> memory_limit_bytes = {};  ///< Unset: the machine's physical memory.
  bool want_memory = false;                              ///< Also the outcome of each shot.
  bool want_statevector = false;                         ///< Also the state before the final measurements.
};

struct RunResult {
  Counts counts;  ///< The shots' classical bits, register after register; a bit never measured is 0.

  /// If wanted: memory[s] is the position in counts.entries of the outcome of shot s.
  std::vector<std::uint32_t> memory;

  /// If wanted: amplitude i belongs to the basis state in which qubit q has the value of bit q of i.
  std::optional<Amplitudes> statevector;

  std::uint64_t seed = 0;  ///< The same circuit, options and this seed give the same counts and memory again.
  std::uint64_t peak_memory_bytes = 0;        ///< Most memory held at one time in amplitudes.
  std::chrono::nanoseconds evolution_time{};  ///< Spent on gates, mid-circuit measurements and resets.
  std::chrono::nanoseconds sampling_time{};   ///< Spent on the final measurements.
};

/// What a run would take.
struct MemoryPrediction {
  std::uint32_t qubits = 0;  ///< Number of qubits that have to be simulated.
  std::uint64_t bytes = 0;   ///< An upper bound; 2^64 - 1 if it is larger than that.
};

/// Receives the share of the work done, from 0 to 1 and never less than before, on the thread that runs the engine; the
/// last value of a successful run is 1. May be empty.
using Progress = std::function<void(double)>;

/// A way to run circuits. Engines hold no state between runs and may be used from several threads.
class Engine {
 public:
  virtual ~Engine() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;

  /// Fails like run() if the engine cannot run this circuit at all. Allocates next to nothing.
  [[nodiscard]] virtual Result<MemoryPrediction> predict_memory(circuit::Circuit const& circuit,
                                                                RunOptions const& options) const = 0;

  /// Runs the circuit `options.shots` times.
  /// Errors: invalid_argument (nothing is asked for), unsupported, resource_exhausted (before anything is allocated;
  /// the message names the qubits, the bytes needed and the limit), cancelled (within 100 ms of the request).
  [[nodiscard]] virtual Result<RunResult> run(circuit::Circuit const& circuit, RunOptions const& options,
                                              Progress const& progress, std::stop_token stop) const = 0;
};

/// Refuses what does not fit, for every engine in the same words: resource_exhausted if `prediction` exceeds the limit.
Result<void> admit(MemoryPrediction const& prediction, RunOptions const& options);

}  // namespace qhub::sim
