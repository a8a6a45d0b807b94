#include "qhub/sim/statevector/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "qhub/sim/random.h"
#include "qhub/sim/statevector/program.h"
#include "qhub/sim/statevector/sampler.h"

namespace qhub::sim::statevector {
namespace {

using circuit::Circuit;
using Clock = std::chrono::steady_clock;

/// A probability this small is rounding error of a zero: no number of shots could tell.
constexpr double negligible_probability = 1e-20;

/// Final states are sampled for so many shots at a time: bounds memory, and the time between two looks at the stop
/// token.
constexpr std::uint64_t batch_size = std::uint64_t{1} << 18;

/// More qubits or classical bits than any state or outcome could use: refused before even lists of them are made.
constexpr std::uint32_t largest_register = std::uint32_t{1} << 20;

Error cancelled() {
  return {.kind = ErrorKind::cancelled, .message = "the simulation was cancelled", .details = {}};
}

/// One course the classical outcomes have taken so far, for some of the shots.
struct Branch {
  Amplitudes state;
  std::size_t position;  ///< Next step of the program.
  std::uint64_t shots;
  Outcome bits;
  circuit::ConditionEvaluator conditions;
};

/// One run of one circuit.
class Run {
 public:
  Run(Circuit const& circuit, RunOptions const& options, Progress const& progress, std::stop_token stop)
      : circuit_(circuit),
        options_(options),
        progress_(progress),
        execution_{
            .threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency()),
            .stop = std::move(stop)},
        total_shots_(std::max<std::uint64_t>(1, options.shots)),
        seed_(seed_or_fresh(options.seed)),
        random_(seed_),
        program_(make_program(circuit, options.want_statevector, execution_.stop)) {}

  Result<RunResult> run() {
    if (stopped()) return cancelled();
    std::optional<Amplitudes> start = Amplitudes::zeros(program_.qubits);
    if (!start) return out_of_memory();
    (*start)[0] = 1;
    branches_.push_back({.state = std::move(*start),
                         .position = 0,
                         .shots = total_shots_,
                         .bits = Outcome(circuit_.clbit_count()),
                         .conditions = circuit::ConditionEvaluator(circuit_)});
    while (!branches_.empty()) {
      Branch branch = std::move(branches_.back());
      branches_.pop_back();
      if (auto done = evolve(branch); !done) return std::move(done).error();
      if (auto done = sample(branch); !done) return std::move(done).error();
      if (options_.want_statevector) {
        if (program_.global_phase != 1.0)
          scale(branch.state.span(), {}, std::array{std::size_t{0}}, std::array{program_.global_phase}, execution_);
        if (stopped()) return cancelled();
        result_.statevector = std::move(branch.state);
      }
    }
    result_.counts = counts_.build(circuit_.clbit_count());
    if (options_.want_memory)
      if (auto done = write_memory(); !done) return std::move(done).error();
    if (stopped()) return cancelled();
    result_.engine = "statevector";
    result_.seed = seed_;
    result_.peak_memory_bytes = peak_states_ * (sizeof(Amplitude) << program_.qubits);
    if (progress_) progress_(1.0);
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool stopped() const { return execution_.stop.stop_requested(); }

  [[nodiscard]] Error out_of_memory() const {
    return {.kind = ErrorKind::resource_exhausted,
            .message = fmt::format("the system refused {} bytes for a state of {} qubits",
                                   sizeof(Amplitude) << program_.qubits, program_.qubits),
            .details = {}};
  }

  /// Runs the rest of the program on one branch. May add branches, each to be continued after this one.
  Result<void> evolve(Branch& branch) {
    Clock::time_point const started = Clock::now();
    for (; branch.position < program_.steps.size(); ++branch.position) {
      Step const& step = program_.steps[branch.position];
      if (branch.conditions.holds(step.condition, [&](circuit::Clbit bit) { return branch.bits[bit]; }))
        if (auto done = perform(step, branch); !done) return done;
      if (stopped()) return cancelled();
      advance(branch.shots);
    }
    result_.timing.simulate += Clock::now() - started;
    return {};
  }

  Result<void> perform(Step const& step, Branch& branch) {
    std::span const state = branch.state.span();
    std::span const offsets = std::span(program_.offsets).subspan(step.first_offset, step.offset_count);
    auto const numbers = [&](std::size_t count) {
      return std::span(program_.numbers).subspan(step.first_number, count);
    };
    switch (step.kind) {
      case Step::Kind::scale:
        scale(state, step.where, offsets, numbers(offsets.size()), execution_);
        return {};
      case Step::Kind::exchange:
        exchange(state, step.where, offsets[0], offsets[1], execution_);
        return {};
      case Step::Kind::multiply:
        multiply(state, step.where, offsets, numbers(offsets.size() * offsets.size()), execution_);
        return {};
      case Step::Kind::measure:
      case Step::Kind::reset:
        return collapse(step, branch);
      case Step::Kind::clear_bit:
        branch.bits.set(step.clbit, false);
        return {};
      case Step::Kind::test_only:
        return {};
    }
    return {};
  }

  /// Measures a qubit, for a reset too. Divides the branch if both outcomes get shots.
  Result<void> collapse(Step const& step, Branch& branch) {
    std::uint64_t const bit = std::uint64_t{1} << step.qubit;
    std::span const state = branch.state.span();
    double const one = probability(state, {bit, bit}, execution_);
    double const zero = probability(state, {bit, 0}, execution_);
    if (stopped()) return cancelled();
    bool const random = std::min(zero, one) > negligible_probability;
    if (random && options_.want_statevector) {
      return Error{.kind = ErrorKind::unsupported,
                   .message =
                       "there is no single final state: a measurement or reset before the end of the circuit has "
                       "a random outcome",
                   .details = {}};
    }
    std::uint64_t const shots_of_one =
        random ? draw_shots(branch.shots, one / (zero + one)) : (one > zero ? branch.shots : 0);
    if (stopped()) return cancelled();
    std::uint64_t const shots_of_zero = branch.shots - shots_of_one;
    // The outcome with fewer shots, but at least one, goes first: see StatevectorEngine for why.
    bool const first = shots_of_zero == 0 || (shots_of_one != 0 && shots_of_one < shots_of_zero);
    std::array const shots{shots_of_zero, shots_of_one};
    std::array const weight{zero, one};
    if (shots_of_zero != 0 && shots_of_one != 0) {
      std::optional<Amplitudes> copy = Amplitudes::zeros(program_.qubits);
      if (!copy) return out_of_memory();
      Branch other{.state = std::move(*copy),
                   .position = branch.position + 1,
                   .shots = shots[!first],
                   .bits = branch.bits,
                   .conditions = branch.conditions};
      Subspace const half{bit, first ? 0 : bit};
      copy_scaled(state, other.state.span(), half, 1 / std::sqrt(weight[!first]), execution_);
      finish_collapse(step, other, !first);
      branches_.push_back(std::move(other));
      peak_states_ = std::max(peak_states_, branches_.size() + 1);
      branch.shots = shots[first];
    }
    copy_scaled(state, state, {bit, first ? bit : 0}, 1 / std::sqrt(weight[first]), execution_);
    copy_scaled(state, state, {bit, first ? 0 : bit}, 0.0, execution_);
    finish_collapse(step, branch, first);
    return {};
  }

  /// How many of the shots have an outcome of this probability.
  std::uint64_t draw_shots(std::uint64_t shots, double probability_of_outcome) {
    std::uint64_t drawn = 0;
    for (std::uint64_t left = shots; left > 0 && !stopped();) {
      std::uint64_t const batch = std::min(left, batch_size);
      drawn += random_.binomial(batch, probability_of_outcome);
      left -= batch;
    }
    return drawn;
  }

  void finish_collapse(Step const& step, Branch& branch, bool outcome) {
    if (step.kind == Step::Kind::measure) {
      branch.bits.set(step.clbit, outcome);
    } else if (outcome) {
      std::size_t const bit = std::size_t{1} << step.qubit;
      exchange(branch.state.span(), {bit, 0}, 0, bit, execution_);
    }
  }

  /// Makes the final measurements for all shots of a branch.
  Result<void> sample(Branch const& branch) {
    if (options_.shots == 0) return {};
    Clock::time_point const started = Clock::now();
    if (program_.final_measurements.empty()) {
      counts_.add({{branch.bits, branch.shots}});
    } else {
      Sampler const sampler(branch.state.span(), execution_);
      for (std::uint64_t left = branch.shots; left > 0;) {
        std::vector<std::uint64_t> indices(std::min(left, batch_size));
        left -= indices.size();
        sampler.draw(indices, random_);
        if (stopped()) return cancelled();
        counts_.add(entries(indices, branch.bits));
      }
    }
    result_.timing.sample += Clock::now() - started;
    return {};
  }

  /// \param indices  basis states, ascending.
  /// \param bits     classical bits from before the final measurements.
  [[nodiscard]] std::vector<Counts::Entry> entries(std::span<std::uint64_t const> indices, Outcome const& bits) const {
    std::vector<Counts::Entry> entries;
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (i > 0 && indices[i] == indices[i - 1]) {
        ++entries.back().shots;
        continue;
      }
      entries.push_back({bits, 1});
      for (auto const& [qubit, clbit] : program_.final_measurements)
        entries.back().outcome.set(clbit, (indices[i] >> qubit & 1) != 0);
    }
    return entries;
  }

  /// Deals the counted outcomes out to the shots. Shots are exchangeable, so all orders are equally likely.
  Result<void> write_memory() {
    std::vector<std::uint32_t>& memory = result_.memory;
    memory.reserve(options_.shots);
    for (std::uint32_t e = 0; e < result_.counts.entries.size(); ++e) {
      for (std::uint64_t s = 0; s < result_.counts.entries[e].shots; ++s) {
        if (memory.size() % batch_size == 0 && stopped()) return cancelled();
        memory.push_back(e);  // and to a random place: Fisher and Yates' shuffle, from the inside out
        std::swap(memory.back(), memory[random_.below(memory.size())]);
      }
    }
    return {};
  }

  /// Reports that one step was done for so many shots.
  void advance(std::uint64_t shots) {
    if (!progress_) return;
    // Sampling comes last and counts as one step.
    done_ +=
        static_cast<double>(shots) / static_cast<double>(total_shots_) / static_cast<double>(program_.steps.size() + 1);
    if (done_ < reported_ + 1.0 / 256) return;
    reported_ = std::min(done_, 1.0);
    progress_(reported_);
  }

  Circuit const& circuit_;
  RunOptions const& options_;
  Progress const& progress_;
  Execution const execution_;
  std::uint64_t const total_shots_;  ///< At least 1, so that a state vector alone has a branch to come from.
  std::uint64_t const seed_;
  Random random_;
  Program const program_;
  std::vector<Branch> branches_;  ///< Yet to be continued, the last one first.
  CountsBuilder counts_{execution_.stop};
  RunResult result_;
  std::size_t peak_states_ = 1;
  double done_ = 0;
  double reported_ = 0;
};

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

}  // namespace

Result<MemoryPrediction> StatevectorEngine::predict_memory(Circuit const& circuit, RunOptions const& options) const {
  if (auto able = require_abilities(circuit, {}, name()); !able) return std::move(able).error();
  if (options.shots == 0 && !options.want_statevector) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = "nothing to compute: the number of shots is 0 and the state vector is not wanted",
                 .details = {{"shots", "must be at least 1"}}};
  }
  if (options.want_memory && options.shots > std::numeric_limits<std::uint32_t>::max()) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("{} shots are too many to list each one's outcome", options.shots),
                 .details = {{"shots", "must be below 2^32"}}};
  }
  if (circuit.qubit_count() > largest_register || circuit.clbit_count() > largest_register) {
    return Error{
        .kind = ErrorKind::unsupported,
        .message = fmt::format("the circuit has {} qubits and {} classical bits; at most {} of each are possible",
                               circuit.qubit_count(), circuit.clbit_count(), largest_register),
        .details = {}};
  }
  ProgramSize const program = program_size(circuit, options.want_statevector);
  MemoryPrediction prediction{.qubits = program.qubits, .bytes = std::numeric_limits<std::uint64_t>::max()};
  if (program.qubits >= 59) return prediction;  // 16 * 2^59 bytes and a little more is beyond 2^63

  std::uint64_t const copies =
      std::min<std::uint64_t>(program.collapses, std::bit_width(std::max<std::uint64_t>(1, options.shots)) - 1);
  std::uint64_t const state = sizeof(Amplitude) << program.qubits;
  std::uint64_t const batch = std::min(options.shots, batch_size);
  // Each shot may bring an outcome of its own. Merging holds the entries twice, next to those of one batch.
  std::uint64_t const entry =
      sizeof(Counts::Entry) + (circuit.clbit_count() > 64 ? circuit.clbit_count() / 64 * 8 + 32 : 0);
  prediction.bytes = saturating_multiply(copies + 1, state);
  prediction.bytes = saturating_add(prediction.bytes, program.bytes + Sampler::bytes(program.qubits));
  prediction.bytes = saturating_add(prediction.bytes, batch * (2 * sizeof(std::uint64_t) + 3 * entry));
  std::uint64_t distinct = options.shots;
  if (circuit.clbit_count() < 64) distinct = std::min(distinct, std::uint64_t{1} << circuit.clbit_count());
  prediction.bytes = saturating_add(prediction.bytes, saturating_multiply(distinct, 2 * entry));
  if (options.want_memory) prediction.bytes = saturating_add(prediction.bytes, options.shots * sizeof(std::uint32_t));
  return prediction;
}

Result<RunResult> StatevectorEngine::run(Circuit const& circuit, RunOptions const& options, Progress const& progress,
                                         std::stop_token stop) const {
  Result<MemoryPrediction> const prediction = predict_memory(circuit, options);
  if (!prediction) return prediction.error();
  if (auto admitted = admit(*prediction, options); !admitted) return std::move(admitted).error();
  return Run(circuit, options, progress, std::move(stop)).run();
}

}  // namespace qhub::sim::statevector
