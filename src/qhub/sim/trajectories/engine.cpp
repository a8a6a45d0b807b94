#include "qhub/sim/trajectories/engine.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "qhub/sim/shot_table.h"
#include "qhub/sim/trajectories/group.h"

namespace qhub::sim::trajectories {
namespace {

using circuit::Circuit;
using Clock = std::chrono::steady_clock;

/// Outcomes are sorted and counted for so many shots at a time.
constexpr std::uint64_t chunk_shots = std::uint64_t{1} << 18;

/// Up to so many qubits the threads work on groups of shots of their own; above, all on one state.
constexpr std::uint32_t most_qubits_per_thread = 15;
constexpr std::uint64_t group_shots = 256;

/// Sorts out how the shots of a chunk are divided.
struct Division {
  std::uint64_t shots_per_group;
  bool groups_in_parallel;

  explicit Division(std::uint32_t qubits)
      : shots_per_group(qubits <= most_qubits_per_thread ? group_shots : chunk_shots),
        groups_in_parallel(qubits <= most_qubits_per_thread) {}
};

template <class Real>
class Run {
 public:
  Run(Circuit const& circuit, RunOptions const& options, Progress const& progress, std::stop_token stop)
      : circuit_(circuit),
        options_(options),
        progress_(progress),
        team_(options.threads, std::move(stop)),
        shots_(std::max<std::uint64_t>(1, options.shots)),
        seed_(seed_or_fresh(options.seed)),
        division_(circuit.qubit_count()) {
    result_.expectations.resize(options.want_expectations.size());
    for (std::vector<circuit::Qubit> const& qubits : options.want_probabilities)
      result_.probabilities.emplace_back(std::size_t{1} << qubits.size());
    squares_.resize(options.want_expectations.size());
  }

  Result<RunResult> run() {
    Clock::time_point const started = Clock::now();
    program_ = make_program(circuit_, team_.stop_token());
    if (team_.stopped()) return cancelled();
    result_.timing.plan = Clock::now() - started;

    ShotTable table(circuit_.clbit_count(), options_.want_memory, team_.stop_token());
    for (std::uint64_t first = 0; first < shots_; first += chunk_shots) {
      std::uint64_t const shots = std::min(chunk_shots, shots_ - first);
      Clock::time_point const simulating = Clock::now();
      if (!run_chunk(first, shots, table.start(shots))) return out_of_memory();
      if (team_.stopped()) return cancelled();
      Clock::time_point const sampling = Clock::now();
      if (options_.shots != 0) table.finish();
      if (team_.stopped()) return cancelled();
      result_.timing.simulate += sampling - simulating;
      result_.timing.sample += Clock::now() - sampling;
    }
    Clock::time_point const counting = Clock::now();
    result_.counts = table.counts();
    if (options_.want_memory) result_.memory = table.memory(result_.counts);
    if (team_.stopped()) return cancelled();
    result_.timing.sample += Clock::now() - counting;
    finish_estimates();
    result_.engine = "trajectories";
    result_.seed = seed_;
    std::size_t const at_once =
        division_.groups_in_parallel ? std::min<std::uint64_t>(team_.size(), groups(shots_)) : 1;
    result_.peak_memory_bytes = at_once * peak_states_ * (2 * sizeof(Real) << circuit_.qubit_count());
    if (progress_) progress_(1.0);
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::uint64_t groups(std::uint64_t shots) const {
    return (shots + division_.shots_per_group - 1) / division_.shots_per_group;
  }

  [[nodiscard]] Error out_of_memory() const {
    return memory_refused(2 * sizeof(Real) << circuit_.qubit_count(), circuit_.qubit_count());
  }

  /// False if the system refuses memory.
  bool run_chunk(std::uint64_t first, std::uint64_t shots, std::span<std::uint64_t> outcomes) {
    std::size_t const words = (std::size_t{circuit_.clbit_count()} + 63) / 64;
    std::vector<Sums> sums(groups(shots));
    std::vector<std::size_t> peaks(groups(shots));
    std::atomic<bool> refused = false;
    std::atomic<std::uint64_t> done = first;
    auto const run_group = [&](std::size_t g, unsigned worker, Team& team) {
      std::uint64_t const start = g * division_.shots_per_group;
      std::uint64_t const count = std::min(division_.shots_per_group, shots - start);
      Group<Real> group(circuit_, program_, options_, seed_, first + start, static_cast<std::uint32_t>(count),
                        outcomes.subspan(start * words, count * words), team);
      if (refused || !group.run()) refused = true;
      sums[g] = group.sums();
      peaks[g] = group.peak_states();
      done += count;
      if (worker == 0 && progress_ && !team.stopped()) report(static_cast<double>(done) / static_cast<double>(shots_));
    };
    if (division_.groups_in_parallel) {
      team_.for_each(sums.size(), [&](std::size_t g, unsigned worker) {
        Team alone(1, team_.stop_token());
        run_group(g, worker, alone);
      });
    } else {
      for (std::size_t g = 0; g < sums.size(); ++g) run_group(g, 0, team_);
    }
    if (team_.stopped()) return true;
    for (Sums const& part : sums) add(part);  // in their order, so that rounding does not depend on the threads
    peak_states_ = std::max(peak_states_, *std::ranges::max_element(peaks));
    return !refused;
  }

  void report(double share) {
    if (share <= reported_ || share >= 1) return;
    reported_ = share;
    progress_(share);
  }

  void add(Sums const& part) {
    for (std::size_t e = 0; e < squares_.size(); ++e) {
      result_.expectations[e].value += part.values[e];
      squares_[e] += part.squares[e];
    }
    for (std::size_t p = 0; p < result_.probabilities.size(); ++p)
      for (std::size_t v = 0; v < result_.probabilities[p].size(); ++v)
        result_.probabilities[p][v] += part.probabilities[p][v];
  }

  /// Turns sums over the shots into means and their standard errors.
  void finish_estimates() {
    auto const n = static_cast<double>(shots_);
    for (std::size_t e = 0; e < squares_.size(); ++e) {
      Estimate& estimate = result_.expectations[e];
      estimate.value /= n;
      double const variance = std::max(0.0, squares_[e] / n - estimate.value * estimate.value);
      estimate.standard_error = n > 1 ? std::sqrt(variance / (n - 1)) : std::numeric_limits<double>::infinity();
    }
    for (std::vector<double>& probabilities : result_.probabilities)
      for (double& probability : probabilities) probability /= n;
  }

  Circuit const& circuit_;
  RunOptions const& options_;
  Progress const& progress_;
  Team team_;
  std::uint64_t const shots_;  ///< At least 1, for what is wanted of the state.
  std::uint64_t const seed_;
  Division const division_;
  Program program_;
  RunResult result_;
  std::vector<double> squares_;  ///< Sums of the squares of expectation values.
  std::size_t peak_states_ = 1;  ///< Of one group.
  double reported_ = 0;
};

}  // namespace

Result<MemoryPrediction> TrajectoriesEngine::predict_memory(Circuit const& circuit, RunOptions const& options) const {
  if (auto able = require_abilities(circuit, {.noise = true, .classical_control = true}, name()); !able)
    return std::move(able).error();
  if (auto checked = require_means_only(circuit, options, name()); !checked) return std::move(checked).error();
  constexpr std::uint32_t most = 58;  // 16 * 2^58 bytes are within 64 bits
  MemoryPrediction prediction{.qubits = circuit.qubit_count(), .bytes = std::numeric_limits<std::uint64_t>::max()};
  if (circuit.qubit_count() > most) return prediction;
  std::uint64_t choices = 0;
  for (circuit::Instruction const instruction : circuit)
    choices += instruction.kind == circuit::InstructionKind::noise ||
               instruction.kind == circuit::InstructionKind::measure ||
               instruction.kind == circuit::InstructionKind::reset;
  if (!circuit.loops().empty()) choices = std::numeric_limits<std::uint64_t>::max();
  Division const division(circuit.qubit_count());
  std::uint64_t const shots = std::max<std::uint64_t>(1, options.shots);
  std::uint64_t const together = std::min(division.shots_per_group, shots);
  // Every parting may halve the group; a channel has up to 16 ways, which part one after another.
  auto const states = static_cast<double>(1 + std::min<std::uint64_t>(choices, std::bit_width(together) - 1));
  double const groups =
      division.groups_in_parallel
          ? std::min<double>(Team(options.threads).size(),
                             std::ceil(static_cast<double>(shots) / static_cast<double>(division.shots_per_group)))
          : 1;
  double const real = options.precision == Precision::single_precision ? 4 : 8;
  double bytes = groups * states * 2 * real * std::exp2(circuit.qubit_count());
  bytes += 1500.0 * static_cast<double>(circuit.size()) + 64.0 * static_cast<double>(std::min(shots, chunk_shots));
  bytes += static_cast<double>(ShotTable::bytes(circuit.clbit_count(), shots, chunk_shots, options.want_memory));
  if (bytes < 0x1p63) prediction.bytes = static_cast<std::uint64_t>(bytes);
  return prediction;
}

Result<RunResult> TrajectoriesEngine::run(Circuit const& circuit, RunOptions const& options, Progress const& progress,
                                          std::stop_token stop) const {
  Result<MemoryPrediction> const prediction = predict_memory(circuit, options);
  if (!prediction) return prediction.error();
  if (auto admitted = admit(*prediction, options); !admitted) return std::move(admitted).error();
  if (options.precision == Precision::single_precision)
    return Run<float>(circuit, options, progress, std::move(stop)).run();
  return Run<double>(circuit, options, progress, std::move(stop)).run();
}

}  // namespace qhub::sim::trajectories
