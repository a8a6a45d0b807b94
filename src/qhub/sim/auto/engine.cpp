#include "qhub/sim/auto/engine.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "qhub/sim/auto/cost.h"
#include "qhub/sim/engines.h"

namespace qhub::sim::automatic {
namespace {

struct Candidate {
  std::string_view name;
  double (*seconds)(CircuitSize const& size, double qubits, RunOptions const& options);
};

/// Seconds that nobody minds waiting: by so little an engine does not win over one before it in the list.
constexpr double noticeable = 0.01;

/// Those that are exact for the most qubits first.
constexpr std::array candidates{
    Candidate{"stabilizer", stabilizer_seconds},
    Candidate{"statevector", statevector_seconds},
    Candidate{"density_matrix", density_matrix_seconds},
    Candidate{"trajectories", trajectories_seconds},
};

struct Choice {
  Engine const* engine = nullptr;
  MemoryPrediction memory;
  Prediction prediction;
};

Result<Choice> choose(circuit::Circuit const& circuit, RunOptions const& options) {
  CircuitSize const size = size_of(circuit);
  std::optional<Choice> best;
  ErrorKind kind = ErrorKind::unsupported;
  std::string reasons;
  for (Candidate const& candidate : candidates) {
    Engine const* const engine = find_engine(candidate.name);
    auto const rule_out = [&](Error const& error) {
      if (error.kind == ErrorKind::resource_exhausted) kind = error.kind;
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", candidate.name, error.message);
    };
    Result<MemoryPrediction> const memory = engine->predict_memory(circuit, options);
    if (!memory && memory.error().kind == ErrorKind::invalid_argument) return memory.error();
    if (!memory) {
      rule_out(memory.error());
      continue;
    }
    if (auto admitted = admit(*memory, options); !admitted) {
      rule_out(admitted.error());
      continue;
    }
    double const seconds = candidate.seconds(size, memory->qubits, options);
    if (!best || seconds + noticeable < best->prediction.seconds)
      best = Choice{engine, *memory, {seconds, memory->bytes}};
  }
  if (best) return *best;
  return Error{.kind = kind, .message = "no engine can run this circuit: " + reasons, .details = {}};
}

}  // namespace

Result<MemoryPrediction> AutoEngine::predict_memory(circuit::Circuit const& circuit, RunOptions const& options) const {
  Result<Choice> const choice = choose(circuit, options);
  if (!choice) return choice.error();
  return choice->memory;
}

Result<RunResult> AutoEngine::run(circuit::Circuit const& circuit, RunOptions const& options, Progress const& progress,
                                  std::stop_token stop) const {
  auto const started = std::chrono::steady_clock::now();
  Result<Choice> const choice = choose(circuit, options);
  if (!choice) return choice.error();
  auto const choosing = std::chrono::steady_clock::now() - started;
  Result<RunResult> result = choice->engine->run(circuit, options, progress, std::move(stop));
  if (result) {
    result->prediction = choice->prediction;
    result->timing.plan += choosing;
  }
  return result;
}

}  // namespace qhub::sim::automatic
