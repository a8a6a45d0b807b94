#include "qhub/sim/statevector/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

#include "qhub/sim/random.h"
#include "qhub/sim/sampling.h"
#include "qhub/sim/statevector/executor.h"
#include "qhub/sim/statevector/observer.h"
#include "qhub/sim/statevector/program.h"
#include "qhub/sim/statevector/sampler.h"

namespace qhub::sim::statevector {
namespace {

using circuit::Circuit;
using Clock = std::chrono::steady_clock;

/// A probability this small is rounding error of a zero.
template <class Real>
constexpr double negligible_probability = sizeof(Real) == sizeof(float) ? 1e-11 : 1e-20;

/// Final states are sampled for so many shots at a time: bounds memory, and the time between two looks at the stop
/// token.
constexpr std::uint64_t batch_size = std::uint64_t{1} << 18;

/// More qubits or classical bits than any state or outcome could use: refused before even lists of them are made.
constexpr std::uint32_t largest_register = std::uint32_t{1} << 20;

Error cancelled() {
  return {.kind = ErrorKind::cancelled, .message = "the simulation was cancelled", .details = {}};
}

/// One course the classical outcomes have taken so far, for some of the shots.
template <class Real>
struct Branch {
  State<Real> state;
  unsigned written;             ///< Amplitudes from 2^written on are still 0.
  std::complex<double> factor;  ///< By which the state has to be multiplied.
  std::size_t next_step;        ///< Of the program.
  std::uint64_t shots;
  Outcome bits;
  circuit::ConditionEvaluator conditions;
};

/// One run of one circuit.
template <class Real>
class Run {
 public:
  Run(Circuit const& circuit, RunOptions const& options, Progress const& progress, std::stop_token stop)
      : circuit_(circuit),
        options_(options),
        progress_(progress),
        started_(Clock::now()),
        team_(options.threads, std::move(stop)),
        total_shots_(std::max<std::uint64_t>(1, options.shots)),
        seed_(seed_or_fresh(options.seed)),
        random_(seed_),
        program_(make_program(circuit, options.wants_state(), kernels<Real>().lane_bits, 2 * sizeof(Real),
                              team_.stop_token())),
        executor_(program_.shape, team_) {}

  Result<RunResult> run() {
    if (stopped()) return cancelled();
    std::optional<State<Real>> start = State<Real>::zero(program_.shape);
    if (!start) return out_of_memory(State<Real>::bytes(program_.shape.positions));
    result_.timing.plan = Clock::now() - started_;
    branches_.push_back({.state = std::move(*start),
                         .written = program_.shape.chunk_bits,
                         .factor = 1,
                         .next_step = 0,
                         .shots = total_shots_,
                         .bits = Outcome(circuit_.clbit_count()),
                         .conditions = circuit::ConditionEvaluator(circuit_)});
    while (!branches_.empty()) {
      Branch<Real> branch = std::move(branches_.back());
      branches_.pop_back();
      Clock::time_point const evolving = Clock::now();
      if (auto done = evolve(branch); !done) return std::move(done).error();
      if (options_.wants_state())
        if (auto done = look(branch); !done) return std::move(done).error();
      result_.timing.simulate += Clock::now() - evolving;
      if (auto done = sample(branch); !done) return std::move(done).error();
    }
    Clock::time_point const counting = Clock::now();
    result_.counts = counts_.build(circuit_.clbit_count());
    if (options_.want_memory) result_.memory = deal_out(result_.counts, random_, team_.stop_token());
    result_.timing.sample += Clock::now() - counting;
    if (stopped()) return cancelled();
    result_.engine = "statevector";
    result_.seed = seed_;
    result_.peak_memory_bytes = peak_states_ * State<Real>::bytes(program_.shape.positions);
    if (result_.statevector) result_.peak_memory_bytes += result_.statevector->bytes();
    if (progress_) progress_(1.0);
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool stopped() const { return team_.stopped(); }

  [[nodiscard]] Error out_of_memory(std::uint64_t bytes) const {
    return {
        .kind = ErrorKind::resource_exhausted,
        .message = fmt::format("the system refused {} bytes for a state of {} qubits", bytes, program_.shape.positions),
        .details = {}};
  }

  /// Runs the rest of the program on one branch. May add branches, each to be continued after this one.
  Result<void> evolve(Branch<Real>& branch) {
    for (; branch.next_step < program_.steps.size(); ++branch.next_step) {
      Step const& step = program_.steps[branch.next_step];
      if (branch.conditions.holds(step.condition, [&](circuit::Clbit bit) { return branch.bits[bit]; }))
        if (auto done = perform(step, branch); !done) return done;
      if (stopped()) return cancelled();
      advance(branch.shots, 1);
    }
    return {};
  }

  Result<void> perform(Step const& step, Branch<Real>& branch) {
    switch (step.kind) {
      case Step::Kind::evolve:
        for (std::uint32_t p = 0; p < step.pass_count && !stopped(); ++p) {
          Pass const& pass = program_.plan.passes[step.first_pass + p];
          executor_.run(program_.plan, pass, branch.state, [&](double share) {
            report(branch.shots, (static_cast<double>(p) + share) / static_cast<double>(step.pass_count));
          });
          branch.written = std::max<unsigned>(branch.written, pass.positions);
        }
        branch.factor *= step.factor;
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
  Result<void> collapse(Step const& step, Branch<Real>& branch) {
    auto const [zero, one] = probabilities_at(branch.state, branch.written, step.position, team_);
    if (stopped()) return cancelled();
    bool const random = std::min(zero, one) > negligible_probability<Real> * (zero + one);
    if (random && options_.wants_state()) {
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
    auto const projection = [&](bool outcome) {
      return Projection{.position = step.position,
                        .outcome = outcome,
                        .to_zero = step.kind == Step::Kind::reset,
                        .factor = 1 / std::sqrt(weight[outcome])};
    };
    branch.factor /= std::abs(branch.factor);
    if (shots_of_zero != 0 && shots_of_one != 0) {
      std::optional<State<Real>> copy = State<Real>::empty(program_.shape);
      if (!copy) return out_of_memory(branch.state.bytes());
      Branch<Real> other{.state = std::move(*copy),
                         .written = branch.written,
                         .factor = branch.factor,
                         .next_step = branch.next_step + 1,
                         .shots = shots[!first],
                         .bits = branch.bits,
                         .conditions = branch.conditions};
      project(branch.state, other.state, branch.written, projection(!first), team_);
      if (step.kind == Step::Kind::measure) other.bits.set(step.clbit, !first);
      branches_.push_back(std::move(other));
      peak_states_ = std::max(peak_states_, branches_.size() + 1);
      branch.shots = shots[first];
    }
    project(branch.state, branch.state, branch.written, projection(first), team_);
    if (step.kind == Step::Kind::measure) branch.bits.set(step.clbit, first);
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

  /// Answers what is wanted of the state before the final measurements.
  Result<void> look(Branch<Real> const& branch) {
    Observer<Real> const observer(branch.state, branch.written, branch.factor, program_.positions, team_);
    for (Outcome const& basis_state : options_.want_amplitudes)
      result_.amplitudes.push_back(observer.amplitude(basis_state));
    for (auto const& qubits : options_.want_probabilities)
      result_.probabilities.push_back(observer.probabilities(qubits));
    for (PauliSum const& sum : options_.want_expectations)
      result_.expectations.push_back({.value = observer.expectation(sum)});
    if (options_.want_statevector) {
      result_.statevector = Amplitudes::zeros(circuit_.qubit_count());
      if (!result_.statevector) return out_of_memory(sizeof(Amplitude) << circuit_.qubit_count());
      observer.write_amplitudes(result_.statevector->span());
    }
    if (stopped()) return cancelled();
    return {};
  }

  /// Makes the final measurements for all shots of a branch.
  Result<void> sample(Branch<Real> const& branch) {
    if (options_.shots == 0) return {};
    Clock::time_point const started = Clock::now();
    if (program_.final_measurements.empty()) {
      counts_.add({{branch.bits, branch.shots}});
    } else {
      Sampler<Real> const sampler(branch.state, branch.written, team_);
      for (std::uint64_t left = branch.shots; left > 0;) {
        std::uint64_t const batch = std::min(left, batch_size);
        left -= batch;
        auto const drawn = sampler.draw(batch, random_);
        if (stopped()) return cancelled();
        std::vector<Counts::Entry> entries;
        entries.reserve(drawn.size());
        for (auto const& [index, count] : drawn) {
          entries.push_back({branch.bits, count});
          for (auto const& [position, clbit] : program_.final_measurements)
            entries.back().outcome.set(clbit, position != Placement::none && (index >> position & 1) != 0);
        }
        counts_.add(std::move(entries));
      }
    }
    result_.timing.sample += Clock::now() - started;
    return {};
  }

  /// Notes that one step is done for so many shots.
  void advance(std::uint64_t shots, double steps) {
    report(shots, steps);
    done_ += share(shots) * steps;
  }

  /// Reports that so much of the present step is done.
  void report(std::uint64_t shots, double steps) {
    if (!progress_) return;
    double const done = std::min(1.0, done_ + share(shots) * steps);
    if (done < reported_ + 1.0 / 256) return;
    reported_ = done;
    progress_(reported_);
  }

  /// Sampling comes last and counts as one step.
  [[nodiscard]] double share(std::uint64_t shots) const {
    return static_cast<double>(shots) / static_cast<double>(total_shots_) /
           static_cast<double>(program_.steps.size() + 1);
  }

  Circuit const& circuit_;
  RunOptions const& options_;
  Progress const& progress_;
  Clock::time_point const started_;
  Team team_;
  std::uint64_t const total_shots_;  ///< At least 1, so that a state vector alone has a branch to come from.
  std::uint64_t const seed_;
  Random random_;
  Program const program_;
  Executor<Real> executor_;
  std::vector<Branch<Real>> branches_;  ///< Yet to be continued, the last one first.
  CountsBuilder counts_{team_.stop_token()};
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

/// Refuses wishes that name a qubit which is not there, or one qubit twice.
Result<void> check_wishes(Circuit const& circuit, RunOptions const& options) {
  std::uint32_t const qubits = circuit.qubit_count();
  auto const refuse = [](std::string_view field, std::size_t index, std::string message) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = fmt::format("{}[{}]: {}", field, index, message),
                 .details = {{fmt::format("{}[{}]", field, index), message}}};
  };
  auto const problem = [&](std::vector<circuit::Qubit> list) -> std::string {
    std::ranges::sort(list);
    if (!list.empty() && list.back() >= qubits)
      return fmt::format("there is no qubit {}; the circuit has {}", list.back(), qubits);
    if (auto const twice = std::ranges::adjacent_find(list); twice != list.end())
      return fmt::format("qubit {} is named twice", *twice);
    return {};
  };
  for (std::size_t i = 0; i < options.want_amplitudes.size(); ++i)
    if (options.want_amplitudes[i].words().size() != Outcome(qubits).words().size())
      return refuse("amplitudes", i, fmt::format("a basis state of {} qubits is needed", qubits));
  for (std::size_t i = 0; i < options.want_probabilities.size(); ++i) {
    if (options.want_probabilities[i].size() > 32) return refuse("probabilities", i, "at most 32 qubits are possible");
    if (auto text = problem(options.want_probabilities[i]); !text.empty()) return refuse("probabilities", i, text);
  }
  for (std::size_t i = 0; i < options.want_expectations.size(); ++i) {
    for (PauliTerm const& term : options.want_expectations[i]) {
      std::vector<circuit::Qubit> list;
      for (PauliTerm::Factor const& factor : term.factors) list.push_back(factor.qubit);
      if (auto text = problem(std::move(list)); !text.empty()) return refuse("expectations", i, text);
    }
  }
  return {};
}

}  // namespace

Result<MemoryPrediction> StatevectorEngine::predict_memory(Circuit const& circuit, RunOptions const& options) const {
  if (auto able = require_abilities(circuit, {}, name()); !able) return std::move(able).error();
  if (options.shots == 0 && !options.wants_state()) {
    return Error{.kind = ErrorKind::invalid_argument,
                 .message = "nothing to compute: the number of shots is 0 and nothing of the state is wanted",
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
  if (auto sensible = check_wishes(circuit, options); !sensible) return std::move(sensible).error();
  ProgramSize const program = program_size(circuit, options.wants_state());
  MemoryPrediction prediction{.qubits = program.qubits, .bytes = std::numeric_limits<std::uint64_t>::max()};
  if (program.qubits >= 58) return prediction;  // 16 * 2^58 bytes and a little more is beyond 2^62

  bool const single = options.precision == Precision::single_precision;
  std::size_t const amplitude_size = single ? 2 * sizeof(float) : 2 * sizeof(double);
  unsigned const lane_bits = single ? kernels<float>().lane_bits : kernels<double>().lane_bits;
  Shape const shape = make_shape(program.qubits, program.widest_gate, lane_bits, amplitude_size);
  std::uint64_t const copies =
      std::min<std::uint64_t>(program.collapses, std::bit_width(std::max<std::uint64_t>(1, options.shots)) - 1);
  std::uint64_t const state = std::uint64_t{amplitude_size} << shape.positions;
  std::uint64_t const threads = options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  std::uint64_t const batch = std::min(options.shots, batch_size);
  // Each shot may bring an outcome of its own. Merging holds the entries twice, next to those of one batch.
  std::uint64_t const entry =
      sizeof(Counts::Entry) + (circuit.clbit_count() > 64 ? circuit.clbit_count() / 64 * 8 + 32 : 0);
  prediction.bytes = saturating_multiply(copies + 1, state);
  prediction.bytes = saturating_add(prediction.bytes, program.bytes + Sampler<float>::bytes(shape.positions));
  prediction.bytes = saturating_add(prediction.bytes, Executor<double>::bytes(shape, threads));
  if (options.want_statevector) {
    if (circuit.qubit_count() >= 58) return MemoryPrediction{circuit.qubit_count(), ~std::uint64_t{0}};
    prediction.qubits = circuit.qubit_count();
    prediction.bytes = saturating_add(prediction.bytes, sizeof(Amplitude) << circuit.qubit_count());
  }
  prediction.bytes = saturating_add(prediction.bytes, batch * (2 * sizeof(std::uint64_t) + 3 * entry));
  std::uint64_t distinct = options.shots;
  if (circuit.clbit_count() < 64) distinct = std::min(distinct, std::uint64_t{1} << circuit.clbit_count());
  prediction.bytes = saturating_add(prediction.bytes, saturating_multiply(distinct, 2 * entry));
  for (auto const& qubits : options.want_probabilities)
    prediction.bytes = saturating_add(prediction.bytes, (std::uint64_t{16} << qubits.size()));
  if (options.want_memory) prediction.bytes = saturating_add(prediction.bytes, options.shots * sizeof(std::uint32_t));
  return prediction;
}

Result<RunResult> StatevectorEngine::run(Circuit const& circuit, RunOptions const& options, Progress const& progress,
                                         std::stop_token stop) const {
  Result<MemoryPrediction> const prediction = predict_memory(circuit, options);
  if (!prediction) return prediction.error();
  if (auto admitted = admit(*prediction, options); !admitted) return std::move(admitted).error();
  if (options.precision == Precision::single_precision)
    return Run<float>(circuit, options, progress, std::move(stop)).run();
  return Run<double>(circuit, options, progress, std::move(stop)).run();
}

}  // namespace qhub::sim::statevector
