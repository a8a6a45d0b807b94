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

enum class Precision : std::uint8_t {
  double_precision,  ///< 16 bytes per amplitude.
  single_precision,  ///< 8 bytes per amplitude: half the time and memory, errors of about 1e-6.
};

/// A coefficient times a product of Pauli operators; without factors, the identity.
struct PauliTerm {
  enum class Operator : std::uint8_t { x, y, z };
  struct Factor {
    circuit::Qubit qubit = 0;
    Operator pauli = Operator::z;
  };
  double coefficient = 1;
  std::vector<Factor> factors;  ///< Each qubit at most once.
};

/// An observable.
using PauliSum = std::vector<PauliTerm>;

struct RunOptions {
  std::uint64_t shots = 1024;                            ///< 0 is allowed if something of the state is wanted.
  std::optional<std::uint64_t> seed = {};                ///< Unset: a fresh one, reported in RunResult::seed.
  unsigned threads = 0;                                  ///< 0: one per processor. Results do not depend on it.
  std::optional<std::uint64_t> memory_limit_bytes = {};  ///< Unset: the machine's physical memory.
  Precision precision = Precision::double_precision;     ///< Of engines that hold amplitudes.
  bool want_memory = false;                              ///< Also the outcome of each shot.

  // Also these, of the state before the final measurements:
  bool want_statevector = false;                                     ///< All amplitudes.
  std::vector<Outcome> want_amplitudes = {};                         ///< Of these basis states; bit q is qubit q.
  std::vector<std::vector<circuit::Qubit>> want_probabilities = {};  ///< Of all outcomes of these lists of qubits.
  std::vector<PauliSum> want_expectations = {};                      ///< Of these observables.

  /// Whether anything but counts is wanted.
  [[nodiscard]] bool wants_state() const {
    return want_statevector || !want_amplitudes.empty() || !want_probabilities.empty() || !want_expectations.empty();
  }
};

/// An expectation value.
struct Estimate {
  double value = 0;
  double standard_error = 0;  ///< 0 if the engine computes it exactly.
};

/// Where the time of a run went.
struct Timing {
  std::chrono::nanoseconds plan{};      ///< From the circuit to what the engine executes.
  std::chrono::nanoseconds simulate{};  ///< Gates, noise, mid-circuit measurements, resets, and what else is wanted.
  std::chrono::nanoseconds sample{};    ///< The final measurements.
};

/// What a run was expected to take.
struct Prediction {
  double seconds = 0;
  std::uint64_t bytes = 0;  ///< An upper bound.
};

struct RunResult {
  std::string_view engine;               ///< Name of the engine that ran; auto names its choice.
  std::optional<Prediction> prediction;  ///< Of engine auto: what its choice was based on.

  Counts counts;  ///< The shots' classical bits, register after register; a bit never measured is 0.

  /// If wanted: memory[s] is the position in counts.entries of the outcome of shot s.
  std::vector<std::uint32_t> memory;

  /// If wanted: amplitude i belongs to the basis state in which qubit q has the value of bit q of i.
  std::optional<Amplitudes> statevector;

  std::vector<Amplitude> amplitudes;               ///< One for each of want_amplitudes.
  std::vector<std::vector<double>> probabilities;  ///< [i][v]: that want_probabilities[i], its first lowest, is v.
  std::vector<Estimate> expectations;              ///< One for each of want_expectations.

  std::uint64_t seed = 0;  ///< The same circuit, options and this seed give the same counts and memory again.
  std::uint64_t peak_memory_bytes = 0;  ///< Most memory held at one time in the engine's states.
  Timing timing;
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
  /// Errors: invalid_argument (nothing is asked for, or of a qubit that is not there), unsupported, resource_exhausted
  /// (before anything is allocated; the message names the qubits, the bytes needed and the limit), cancelled (within
  /// 100 ms of the request).
  [[nodiscard]] virtual Result<RunResult> run(circuit::Circuit const& circuit, RunOptions const& options,
                                              Progress const& progress, std::stop_token stop) const = 0;
};

/// What a circuit may hold beyond gates, measurements, resets and tests of classical bits.
struct EngineAbilities {
  bool noise = false;              ///< Noise channels.
  bool classical_control = false;  ///< Assignments to classical bits, scratch bits and loops.
};

/// Refuses, for every engine in the same words, what it cannot run: unsupported, naming parameters without value and
/// instructions beyond its abilities. Cost: one pass.
Result<void> require_abilities(circuit::Circuit const& circuit, EngineAbilities const& abilities,
                               std::string_view engine);

/// Refuses, for engines that make nothing but counts, whatever else is asked for: unsupported; and invalid_argument if
/// there are no shots, or too many to list each one's outcome.
Result<void> require_counts_only(RunOptions const& options, std::string_view engine);

/// The same for engines that give probabilities and expectation values too, but no amplitudes: checks their qubits
/// besides, and allows 0 shots if something of the state is wanted.
Result<void> require_means_only(circuit::Circuit const& circuit, RunOptions const& options, std::string_view engine);

/// What run() fails with after a stop request.
[[nodiscard]] Error cancelled();

/// What run() fails with if something of the state is wanted, but outcomes before the end are random.
[[nodiscard]] Error no_single_final_state();

/// What run() fails with if the system has less memory than was thought.
[[nodiscard]] Error memory_refused(std::uint64_t bytes, std::uint32_t qubits);

/// Refuses what does not fit, for every engine in the same words: resource_exhausted if `prediction` exceeds the limit.
Result<void> admit(MemoryPrediction const& prediction, RunOptions const& options);

}  // namespace qhub::sim
