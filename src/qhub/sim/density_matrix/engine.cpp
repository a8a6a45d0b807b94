#include "qhub/sim/density_matrix/engine.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "qhub/sim/classical_state.h"
#include "qhub/sim/density_matrix/program.h"
#include "qhub/sim/density_matrix/state.h"
#include "qhub/sim/random.h"
#include "qhub/sim/sampling.h"

namespace qhub::sim::density_matrix {
namespace {

using circuit::Circuit;
using circuit::Instruction;
using circuit::InstructionKind;
using Clock = std::chrono::steady_clock;

/// A probability this small is rounding error of a zero: no number of shots could tell.
constexpr double negligible_probability = 1e-13;

/// One course the classical outcomes have taken so far, for some of the shots.
template <class Real>
struct Branch {
  State<Real> state;
  std::size_t step;  ///< Next one of the program.
  std::uint64_t shots;
  ClassicalState classical;
};

template <class Real>
class Run {
 public:
  Run(Circuit const& circuit, RunOptions const& options, Progress const& progress, std::stop_token stop)
      : circuit_(circuit),
        options_(options),
        progress_(progress),
        team_(options.threads, std::move(stop)),
        total_shots_(std::max<std::uint64_t>(1, options.shots)),
        seed_(seed_or_fresh(options.seed)),
        random_(seed_) {}

  Result<RunResult> run() {
    Clock::time_point const started = Clock::now();
    program_ = make_program(circuit_, team_.stop_token());
    if constexpr (std::is_same_v<Real, float>)
      for (TileMap<double> const& map : program_.maps) maps_.push_back(to_single(map));
    if (team_.stopped()) return cancelled();
    result_.timing.plan = Clock::now() - started;

    std::optional<State<Real>> start = State<Real>::zero(circuit_.qubit_count(), team_);
    if (!start) return out_of_memory();
    branches_.push_back(
        {.state = *std::move(start), .step = 0, .shots = total_shots_, .classical = ClassicalState(circuit_)});
    while (!branches_.empty()) {
      Branch<Real> branch = std::move(branches_.back());
      branches_.pop_back();
      Clock::time_point const evolving = Clock::now();
      if (auto done = evolve(branch); !done) return std::move(done).error();
      Clock::time_point const sampling = Clock::now();
      finish(branch);
      if (team_.stopped()) return cancelled();
      result_.timing.simulate += sampling - evolving;
      result_.timing.sample += Clock::now() - sampling;
    }
    Clock::time_point const counting = Clock::now();
    result_.counts = counts_.build(circuit_.clbit_count());
    if (options_.want_memory) result_.memory = deal_out(result_.counts, random_, team_.stop_token());
    if (team_.stopped()) return cancelled();
    result_.timing.sample += Clock::now() - counting;
    result_.engine = "density_matrix";
    result_.seed = seed_;
    result_.peak_memory_bytes = peak_states_ * (sizeof(Real) << 2 * circuit_.qubit_count());
    if (progress_) progress_(1.0);
    return std::move(result_);
  }

 private:
  [[nodiscard]] Error out_of_memory() const {
    return memory_refused(sizeof(Real) << 2 * circuit_.qubit_count(), circuit_.qubit_count());
  }

  [[nodiscard]] TileMap<Real> const& map(std::size_t index) const {
    if constexpr (std::is_same_v<Real, float>)
      return maps_[index];
    else
      return program_.maps[index];
  }

  Result<void> evolve(Branch<Real>& branch) {
    while (branch.step < program_.steps.size()) {
      Step const& step = program_.steps[branch.step++];
      if (team_.stopped()) return cancelled();
      if (step.kind == Step::Kind::loop_begin) {
        if (!branch.classical.enters(static_cast<std::uint32_t>(step.index))) branch.step = step.target;
        continue;
      }
      if (step.kind == Step::Kind::loop_end) {
        branch.step = step.target;
        continue;
      }
      if (!branch.classical.holds(step.condition)) continue;
      switch (step.kind) {
        case Step::Kind::map:
          branch.state.apply(map(step.index), team_);
          break;
        case Step::Kind::wide:
          branch.state.apply_wide(circuit_[step.position], team_);
          break;
        case Step::Kind::measure:
          if (auto done = measure(circuit_[step.position], branch); !done) return done;
          break;
        case Step::Kind::assign:
          branch.classical.assign(circuit_[step.position]);
          break;
        default:
          break;
      }
      advance(branch.shots);
    }
    return team_.stopped() ? Result<void>(cancelled()) : Result<void>();
  }

  /// Divides the branch if both outcomes get shots. The outcome with fewer goes first, on a copy.
  Result<void> measure(Instruction const& measurement, Branch<Real>& branch) {
    circuit::Qubit const qubit = measurement.targets[0];
    double const one = branch.state.probability_of_one(qubit);
    bool const random = std::min(one, 1 - one) > negligible_probability;
    if (random && options_.wants_state()) return no_single_final_state();
    std::uint64_t const ones = random ? random_.binomial(branch.shots, one) : one > 0.5 ? branch.shots : 0;
    std::array const shots{branch.shots - ones, ones};
    bool const larger = shots[1] > shots[0];
    if (shots[!larger] != 0) {
      std::optional<State<Real>> copy = branch.state.copy(team_);
      if (!copy) return out_of_memory();
      Branch<Real> rest{*std::move(copy), branch.step, shots[larger], branch.classical};
      rest.state.project(qubit, larger, larger ? one : 1 - one, team_);
      rest.classical.set(measurement.clbit, larger);
      branches_.push_back(std::move(rest));
      peak_states_ = std::max(peak_states_, branches_.size() + 1);
    }
    bool const outcome = shots[!larger] != 0 ? !larger : larger;
    branch.state.project(qubit, outcome, outcome ? one : 1 - one, team_);
    branch.classical.set(measurement.clbit, outcome);
    branch.shots = shots[outcome];
    return {};
  }

  /// Makes the final measurements for all shots of a branch, and whatever else is wanted of its state.
  void finish(Branch<Real> const& branch) {
    std::vector<double> const probabilities = branch.state.probabilities();
    if (options_.shots != 0)
      counts_.add(sample(probabilities, program_.final_measurements, branch.classical.outcome(), branch.shots, random_,
                         team_.stop_token()));
    for (std::vector<circuit::Qubit> const& qubits : options_.want_probabilities) {
      std::vector<double>& sums = result_.probabilities.emplace_back(std::size_t{1} << qubits.size());
      for (std::size_t state = 0; state < probabilities.size(); ++state) {
        std::size_t value = 0;
        for (std::size_t t = 0; t < qubits.size(); ++t) value |= (state >> qubits[t] & 1) << t;
        sums[value] += probabilities[state];
      }
    }
    for (PauliSum const& sum : options_.want_expectations) {
      Estimate& estimate = result_.expectations.emplace_back();
      for (PauliTerm const& term : sum) {
        std::size_t string = 0;
        for (PauliTerm::Factor const& factor : term.factors) {
          bool const x = factor.pauli != PauliTerm::Operator::z, z = factor.pauli != PauliTerm::Operator::x;
          string |= (std::size_t{x} | std::size_t{z} << 1) << 2 * factor.qubit;
        }
        estimate.value += term.coefficient * branch.state.coefficient(string);
      }
    }
  }

  /// Reports that one step was done for so many shots. Loops make more steps than the program has.
  void advance(std::uint64_t shots) {
    if (!progress_) return;
    done_ +=
        static_cast<double>(shots) / static_cast<double>(total_shots_) / static_cast<double>(program_.steps.size() + 1);
    if (done_ < reported_ + 1.0 / 256 || done_ > 1) return;
    reported_ = done_;
    progress_(reported_);
  }

  Circuit const& circuit_;
  RunOptions const& options_;
  Progress const& progress_;
  Team team_;
  std::uint64_t const total_shots_;  ///< At least 1, so that what is wanted of the state has a branch to come from.
  std::uint64_t const seed_;
  Random random_;
  Program program_;
  std::vector<TileMap<Real>> maps_;     ///< In single precision only.
  std::vector<Branch<Real>> branches_;  ///< Yet to be continued, the last one first.
  CountsBuilder counts_{team_.stop_token()};
  RunResult result_;
  std::size_t peak_states_ = 1;
  double done_ = 0;
  double reported_ = 0;
};

}  // namespace

Result<MemoryPrediction> DensityMatrixEngine::predict_memory(Circuit const& circuit, RunOptions const& options) const {
  if (auto able = require_abilities(circuit, {.noise = true, .classical_control = true}, name()); !able)
    return std::move(able).error();
  if (auto checked = require_means_only(circuit, options, name()); !checked) return std::move(checked).error();

  constexpr std::uint32_t most = 29;  // 8 * 4^29 bytes are within 64 bits
  MemoryPrediction prediction{.qubits = circuit.qubit_count(), .bytes = std::numeric_limits<std::uint64_t>::max()};
  if (circuit.qubit_count() > most) return prediction;
  std::uint64_t collapses = 0, widest = 0;
  bool const repeats = !circuit.loops().empty();
  std::vector<Fate> const fates = decide_fates(circuit, true);
  for (std::size_t i = 0; i < circuit.size(); ++i) {
    Instruction const instruction = circuit[i];
    if (instruction.kind == InstructionKind::measure && fates[i] != Fate::at_end) ++collapses;
    widest = std::max<std::uint64_t>(widest, instruction.kind == InstructionKind::barrier
                                                 ? 0
                                                 : instruction.control_count() + instruction.targets.size());
  }
  auto const halvings = static_cast<std::uint64_t>(std::bit_width(std::max<std::uint64_t>(1, options.shots)) - 1);
  std::uint64_t const copies = repeats ? halvings : std::min(collapses, halvings);
  bool const is_single = options.precision == Precision::single_precision;
  double bytes = static_cast<double>(copies + 1) * std::ldexp(is_single ? 4 : 8, 2 * circuit.qubit_count());
  if (widest > max_map_qubits) bytes += Team(options.threads).size() * std::ldexp(24, 2 * static_cast<int>(widest));
  bytes += std::ldexp(24 + sizeof(Counts::Entry), circuit.qubit_count());  // probabilities, draws
  bytes += 1024.0 * static_cast<double>(circuit.size());                   // maps
  bytes += 2.0 * sizeof(Counts::Entry) * std::min(static_cast<double>(options.shots), std::exp2(circuit.clbit_count()));
  if (options.want_memory) bytes += 4.0 * static_cast<double>(options.shots);
  if (bytes < 0x1p63) prediction.bytes = static_cast<std::uint64_t>(bytes);
  return prediction;
}

Result<RunResult> DensityMatrixEngine::run(Circuit const& circuit, RunOptions const& options, Progress const& progress,
                                           std::stop_token stop) const {
  Result<MemoryPrediction> const prediction = predict_memory(circuit, options);
  if (!prediction) return prediction.error();
  if (auto admitted = admit(*prediction, options); !admitted) return std::move(admitted).error();
  if (options.precision == Precision::single_precision)
    return Run<float>(circuit, options, progress, std::move(stop)).run();
  return Run<double>(circuit, options, progress, std::move(stop)).run();
}

}  // namespace qhub::sim::density_matrix
