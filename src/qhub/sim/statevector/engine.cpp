#include "qhub/sim/statevector/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

#include "qhub/sim/classical_state.h"
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

/// A factor by which a state has to be multiplied is multiplied into it when it is this small.
constexpr double smallest_factor = 0x1p-20;

/// What the classical outcomes have been so far, for some of the shots.
struct Course {
  ClassicalState classical;
  std::uint64_t shots;
};

std::uint64_t shots_of(std::vector<Course> const& courses) {
  return std::accumulate(courses.begin(), courses.end(), std::uint64_t{0},
                         [](std::uint64_t sum, Course const& course) { return sum + course.shots; });
}

/// Shots that have the same state.
template <class Real>
struct Branch {
  State<Real> state;
  std::complex<double> factor;  ///< By which the state has to be multiplied.
  std::size_t next_step;        ///< Of the program.
  std::vector<Course> courses;

  [[nodiscard]] std::uint64_t shots() const { return shots_of(courses); }
};

/// One run of one circuit.
template <class Real>
class Run {
 public:
  /// \param started  when planning began.
  Run(Circuit const& circuit, RunOptions const& options, ProgramSize const& size, Clock::time_point started,
      Progress const& progress, std::stop_token stop)
      : circuit_(circuit),
        options_(options),
        progress_(progress),
        started_(started),
        team_(options.threads, std::move(stop)),
        total_shots_(std::max<std::uint64_t>(1, options.shots)),
        seed_(seed_or_fresh(options.seed)),
        random_(seed_),
        program_(make_program(circuit, options.wants_state(), size, kernels<Real>().lane_bits, 2 * sizeof(Real),
                              team_.stop_token())),
        executor_(program_.plan, program_.shape, program_.repeats, team_) {}

  Result<RunResult> run() {
    if (stopped()) return cancelled();
    std::optional<State<Real>> start = State<Real>::zero(program_.shape);
    if (!start) return out_of_memory(State<Real>::bytes(program_.shape.positions));
    result_.timing.plan = Clock::now() - started_;
    branches_.push_back({.state = std::move(*start),
                         .factor = 1,
                         .next_step = 0,
                         .courses = {{ClassicalState(circuit_), total_shots_}}});
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
    return memory_refused(bytes, program_.shape.positions);
  }

  /// Runs the rest of the program on one branch. May add branches, each to be continued after this one.
  Result<void> evolve(Branch<Real>& branch) {
    while (branch.next_step < program_.steps.size()) {
      Step const& step = program_.steps[branch.next_step];
      Result<bool> const acts = decide(step, branch);
      if (!acts) return acts.error();
      if (*acts)
        if (auto done = perform(step, branch); !done) return done;
      if (stopped()) return cancelled();
      bool const jumps = step.kind == Step::Kind::loop_begin ? !*acts : step.kind == Step::Kind::loop_end;
      branch.next_step = jumps ? step.target : branch.next_step + 1;
      advance(branch.shots(), 1);
    }
    return {};
  }

  /// Whether a step that acts on the state does so. Divides the branch if that is not the same for all of its courses.
  Result<bool> decide(Step const& step, Branch<Real>& branch) {
    bool const is_loop = step.kind == Step::Kind::loop_begin;
    if (!is_loop && (!step.condition || acts_on_bits(step))) return true;
    std::array<std::vector<Course>, 2> courses;
    for (Course& course : branch.courses) {
      bool const acts = is_loop ? course.classical.enters(step.loop) : course.classical.holds(step.condition);
      courses[acts].push_back(std::move(course));
    }
    bool const acts = goes_first(courses);
    if (!courses[!acts].empty()) {
      if (options_.wants_state()) return no_single_final_state();
      std::optional<State<Real>> copy = State<Real>::empty(program_.shape);
      if (!copy) return out_of_memory(branch.state.bytes());
      statevector::copy(branch.state, *copy, step.written, team_);
      postpone({*std::move(copy), branch.factor, branch.next_step, std::move(courses[!acts])});
    }
    branch.courses = std::move(courses[acts]);
    return acts;
  }

  static bool acts_on_bits(Step const& step) {
    return step.kind == Step::Kind::clear_bit || step.kind == Step::Kind::assign || step.kind == Step::Kind::test_only;
  }

  /// Which of two parts goes first: the one with fewer shots, but at least one. See StatevectorEngine for why.
  static bool goes_first(std::array<std::vector<Course>, 2> const& parts) {
    std::uint64_t const first = shots_of(parts[0]), second = shots_of(parts[1]);
    return first == 0 || (second != 0 && second < first);
  }

  void postpone(Branch<Real> branch) {
    branches_.push_back(std::move(branch));
    peak_states_ = std::max(peak_states_, branches_.size() + 1);
  }

  Result<void> perform(Step const& step, Branch<Real>& branch) {
    switch (step.kind) {
      case Step::Kind::evolve:
        for (std::uint32_t p = 0; p < step.pass_count && !stopped(); ++p)
          executor_.run(step.first_pass + p, branch.state, [&](double share) {
            report(branch.shots(), (static_cast<double>(p) + share) / static_cast<double>(step.pass_count));
          });
        branch.factor *= step.factor;
        if (std::abs(branch.factor) < smallest_factor) {
          scale(branch.state, program_.shape.positions, std::abs(branch.factor), team_);
          branch.factor /= std::abs(branch.factor);
        }
        return {};
      case Step::Kind::measure:
      case Step::Kind::reset:
        return collapse(step, branch);
      case Step::Kind::clear_bit:
      case Step::Kind::assign:
      case Step::Kind::test_only:
        for (Course& course : branch.courses) {
          if (!course.classical.holds(step.condition)) continue;
          if (step.kind == Step::Kind::clear_bit) course.classical.set(step.clbit, false);
          if (step.kind == Step::Kind::assign) course.classical.assign(circuit_[step.instruction]);
        }
        return {};
      case Step::Kind::loop_begin:
      case Step::Kind::loop_end:
        return {};
    }
    return {};
  }

  /// Measures a qubit, for a reset too. Divides the branch if both outcomes get shots and leave different states.
  Result<void> collapse(Step const& step, Branch<Real>& branch) {
    auto const [zero, one] = probabilities_at(branch.state, step.written, step.position, team_);
    if (stopped()) return cancelled();
    std::array const weight{zero, one};
    bool const likelier = one > zero, to_zero = step.retires || step.kind == Step::Kind::reset;
    auto const project_to = [&](bool outcome, State<Real>& target) {
      project(
          branch.state, target, step.written,
          {.position = step.position, .outcome = outcome, .to_zero = to_zero, .factor = 1 / std::sqrt(weight[outcome])},
          team_);
    };
    bool const random = std::min(zero, one) > negligible_probability<Real> * (zero + one);
    if (!random && one == 0) {
      if (step.kind == Step::Kind::measure)
        for (Course& course : branch.courses) course.classical.set(step.clbit, false);
      return {};
    }
    branch.factor /= std::abs(branch.factor);
    if (random && to_zero && is_separable(branch.state, step.written, step.position, team_)) {
      // What is left does not depend on the outcome.
      project_to(likelier, branch.state);
      if (step.kind == Step::Kind::reset) return {};
      auto courses = draw_outcomes(branch.courses, one / (zero + one), step);
      branch.courses = std::move(courses[0]);
      std::ranges::move(courses[1], std::back_inserter(branch.courses));
      return {};
    }
    if (stopped()) return cancelled();
    if (random && options_.wants_state()) return no_single_final_state();
    auto courses = draw_outcomes(branch.courses, random ? one / (zero + one) : one > zero ? 1 : 0, step);
    if (stopped()) return cancelled();
    bool const first = goes_first(courses);
    if (!courses[!first].empty()) {
      std::optional<State<Real>> copy = State<Real>::empty(program_.shape);
      if (!copy) return out_of_memory(branch.state.bytes());
      project_to(!first, *copy);
      postpone({*std::move(copy), branch.factor, branch.next_step + 1, std::move(courses[!first])});
    }
    project_to(first, branch.state);
    branch.courses = std::move(courses[first]);
    return {};
  }

  /// Draws the outcomes of a measure or reset step. \param one  probability of outcome 1.
  /// \return the courses with outcome 0 and with outcome 1. Unspecified after a stop request.
  std::array<std::vector<Course>, 2> draw_outcomes(std::vector<Course> const& courses, double one, Step const& step) {
    std::array<std::vector<Course>, 2> parts;
    for (Course const& course : courses) {
      std::uint64_t const ones = draw_shots(course.shots, one);
      for (bool const outcome : {false, true}) {
        std::uint64_t const shots = outcome ? ones : course.shots - ones;
        if (shots == 0) continue;
        parts[outcome].push_back({course.classical, shots});
        if (step.kind == Step::Kind::measure) parts[outcome].back().classical.set(step.clbit, outcome);
      }
    }
    return parts;
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
    Observer<Real> const observer(branch.state, program_.written, branch.factor, program_.positions, team_);
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
    std::optional<Sampler<Real>> sampler;
    if (!program_.sampled.empty()) sampler.emplace(branch.state, program_.written, team_);
    std::vector<Counts::Entry> entries;
    for (Course const& course : branch.courses) {
      Outcome const bits = course.classical.outcome();
      if (!sampler) entries.push_back({bits, course.shots});
      for (std::uint64_t left = sampler ? course.shots : 0; left > 0;) {
        std::uint64_t const batch = std::min(left, batch_size);
        left -= batch;
        for (auto const& [index, count] : sampler->draw(batch, random_)) {
          entries.push_back({bits, count});
          for (auto const& [position, clbit] : program_.sampled)
            entries.back().outcome.set(clbit, position != Placement::none && (index >> position & 1) != 0);
        }
        if (stopped()) return cancelled();
        if (entries.size() >= batch_size) counts_.add(std::exchange(entries, {}));
      }
    }
    counts_.add(std::move(entries));
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
    double const done = done_ + share(shots) * steps;
    if (done < reported_ + 1.0 / 256 || done >= 1) return;  // loops make more steps than the program has
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

/// Whether the engine can run this circuit, however much memory that takes.
Result<void> check(Circuit const& circuit, RunOptions const& options) {
  if (auto able = require_abilities(circuit, {.classical_control = true}, "statevector"); !able) return able;
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
  return check_wishes(circuit, options);
}

MemoryPrediction predict(Circuit const& circuit, RunOptions const& options, ProgramSize const& program) {
  MemoryPrediction prediction{.qubits = program.qubits, .bytes = std::numeric_limits<std::uint64_t>::max()};
  if (program.qubits >= 58) return prediction;  // 16 * 2^58 bytes and a little more is beyond 2^62

  bool const single = options.precision == Precision::single_precision;
  std::size_t const amplitude_size = single ? 2 * sizeof(float) : 2 * sizeof(double);
  unsigned const lane_bits = single ? kernels<float>().lane_bits : kernels<double>().lane_bits;
  Shape const shape = make_shape(program.qubits, program.widest_gate, lane_bits, amplitude_size);
  auto const halvings = static_cast<unsigned>(std::bit_width(std::max<std::uint64_t>(1, options.shots)) - 1);
  std::uint64_t const copies =
      program.collapses < 6 ? std::min<std::uint64_t>((1U << program.collapses) - 1, halvings) : halvings;
  std::uint64_t const state = std::uint64_t{amplitude_size} << shape.positions;
  std::uint64_t const threads = options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  std::uint64_t const batch = std::min(options.shots, batch_size);
  // Each shot may bring an outcome of its own. Merging holds the entries twice, next to those of one batch.
  std::uint64_t const entry =
      sizeof(Counts::Entry) + (circuit.clbit_count() > 64 ? circuit.clbit_count() / 64 * 8 + 32 : 0);
  prediction.bytes = saturating_multiply(copies + 1, state);
  std::uint64_t const plans = (program.collapses != 0 ? 2 : 1) * program.bytes;  // the executor keeps its own
  prediction.bytes = saturating_add(prediction.bytes, plans + Sampler<float>::bytes(shape.positions));
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
  if (program.collapses != 0) {  // each shot may take a course of its own
    std::uint64_t const bits = circuit.clbit_count() + std::uint64_t{circuit.scratch_count()};
    std::uint64_t const course = sizeof(Course) + bits / 8 + circuit.conditions().size() + 64;
    std::uint64_t const courses =
        program.collapses < 40 ? std::min(options.shots, std::uint64_t{1} << program.collapses) : options.shots;
    prediction.bytes = saturating_add(prediction.bytes, saturating_multiply(courses, 2 * course));
  }
  for (auto const& qubits : options.want_probabilities)
    prediction.bytes = saturating_add(prediction.bytes, (std::uint64_t{16} << qubits.size()));
  if (options.want_memory) prediction.bytes = saturating_add(prediction.bytes, options.shots * sizeof(std::uint32_t));
  return prediction;
}

}  // namespace

Result<MemoryPrediction> StatevectorEngine::predict_memory(Circuit const& circuit, RunOptions const& options) const {
  if (auto able = check(circuit, options); !able) return std::move(able).error();
  return predict(circuit, options, program_size(circuit, options.wants_state()));
}

Result<RunResult> StatevectorEngine::run(Circuit const& circuit, RunOptions const& options, Progress const& progress,
                                         std::stop_token stop) const {
  Clock::time_point const started = Clock::now();
  if (auto able = check(circuit, options); !able) return std::move(able).error();
  ProgramSize const size = program_size(circuit, options.wants_state());
  if (auto admitted = admit(predict(circuit, options, size), options); !admitted) return std::move(admitted).error();
  if (options.precision == Precision::single_precision)
    return Run<float>(circuit, options, size, started, progress, std::move(stop)).run();
  return Run<double>(circuit, options, size, started, progress, std::move(stop)).run();
}

}  // namespace qhub::sim::statevector
