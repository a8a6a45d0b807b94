#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "qhub/cli/commands.h"
#include "qhub/cli/input_file.h"
#include "qhub/cli/output.h"
#include "qhub/cli/terminal.h"
#include "qhub/sdk/histogram.h"
#include "qhub/sim/channel.h"
#include "qhub/sim/engines.h"

namespace qhub::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

sim::Engine const& engine(std::string const& name) {
  if (sim::Engine const* const found = sim::find_engine(name)) return *found;
  throw UsageError{fmt::format("--engine takes {}, not '{}'", fmt::join(sim::engine_names(), ", "), name)};
}

sim::RunOptions run_options(Arguments const& arguments, std::optional<std::uint32_t> shots_of_file) {
  constexpr long most = 1'000'000'000'000;
  sim::RunOptions options;
  options.shots = shots_of_file.value_or(1024);
  if (auto const shots = arguments.integer("shots", 1, most)) options.shots = static_cast<std::uint64_t>(*shots);
  if (auto const seed = arguments.integer("seed", 0, std::numeric_limits<long>::max()))
    options.seed = static_cast<std::uint64_t>(*seed);
  if (auto const threads = arguments.integer("threads", 1, 1024)) options.threads = static_cast<unsigned>(*threads);
  if (auto const gigabytes = arguments.integer("memory", 1, 1'000'000))
    options.memory_limit_bytes = static_cast<std::uint64_t>(*gigabytes) << 30;
  std::string const precision = arguments.find("precision").value_or("double");
  if (precision == "single")
    options.precision = sim::Precision::single_precision;
  else if (precision != "double")
    throw UsageError{fmt::format("--precision takes single or double, not '{}'", precision)};
  return options;
}

circuit::JobCircuit read_circuit(std::string const& path) {
  std::vector<circuit::JobCircuit> circuits = read_circuits(read_input_file(path));
  if (circuits.size() != 1)
    throw UsageError{fmt::format("{} holds {} circuits; simulate takes one", path, circuits.size())};
  return std::move(circuits.front());
}

/// The largest standard error of any outcome's share of the shots.
double standard_error(sim::Counts const& counts, std::uint64_t shots) {
  double largest = 0;
  for (sim::Counts::Entry const& entry : counts.entries) {
    double const share = static_cast<double>(entry.shots) / static_cast<double>(shots);
    largest = std::max(largest, std::sqrt(share * (1 - share) / static_cast<double>(shots)));
  }
  return largest;
}

Json to_json(sim::RunResult const& result, sim::RunOptions const& options, Seconds parsing) {
  auto const seconds = [](auto duration) { return Seconds(duration).count(); };
  boost::json::object counts;
  counts.reserve(result.counts.entries.size());
  for (sim::Counts::Entry const& entry : result.counts.entries)
    counts.emplace(to_text(entry.outcome, result.counts.width), entry.shots);
  sim::Timing const& timing = result.timing;
  boost::json::object output{{"counts", std::move(counts)},
                             {"shots", options.shots},
                             {"seed", result.seed},
                             {"engine", result.engine},
                             {"peak_memory_bytes", result.peak_memory_bytes},
                             {"timing",
                              {{"parse_s", parsing.count()},
                               {"plan_s", seconds(timing.plan)},
                               {"simulate_s", seconds(timing.simulate)},
                               {"sample_s", seconds(timing.sample)},
                               {"run_s", seconds(timing.plan + timing.simulate + timing.sample)}}}};
  if (result.prediction)
    output["prediction"] = {{"seconds", result.prediction->seconds}, {"memory_bytes", result.prediction->bytes}};
  if (result.engine == "trajectories") output["standard_error"] = standard_error(result.counts, options.shots);
  return output;
}

ExitCode run(Arguments const& arguments) {
  sim::Engine const& chosen = engine(arguments.find("engine").value_or("auto"));
  double const one_qubit = arguments.probability("noise-p1").value_or(0);
  double const two_qubit = arguments.probability("noise-p2").value_or(0);
  Clock::time_point const started = Clock::now();
  circuit::JobCircuit program = read_circuit(arguments.at("FILE"));
  Seconds const parsing = Clock::now() - started;
  sim::RunOptions const options = run_options(arguments, program.shots);
  if (one_qubit > 0 || two_qubit > 0)
    program.circuit = value_or_throw(sim::with_depolarizing_noise(program.circuit, one_qubit, two_qubit));
  sim::RunResult const result = value_or_throw(chosen.run(program.circuit, options, {}, {}));
  if (wants_form(arguments)) {
    print_document(arguments, to_json(result, options, parsing), "engine");
    return ExitCode::done;
  }
  std::map<std::string, std::int64_t> counts;
  for (sim::Counts::Entry const& entry : result.counts.entries)
    counts.emplace(to_text(entry.outcome, result.counts.width), static_cast<std::int64_t>(entry.shots));
  print(histogram(counts, {.columns = terminal_columns(), .error_bars = true}));
  return ExitCode::done;
}

}  // namespace

Command const command_simulate{
    .name = "simulate",
    .summary = "Runs a circuit file on this machine, without a hub, and prints the counts.",
    .positionals = {{"FILE", "OpenQASM source, or a job input as JSON (*.json)."}},
    .options = {{"engine", "NAME", "auto (unless given), statevector, stabilizer, density_matrix or trajectories."},
                {"shots", "N", "How often to run it. 1024 unless given here or in the file."},
                {"seed", "S", "The same seed gives the same counts. Random unless given."},
                {"precision", "P", "single or double (unless given) precision of amplitudes."},
                {"threads", "T", "Processors to use. All unless given; the counts do not depend on it."},
                {"memory", "GIB", "Refuse what needs more memory than this. What the machine has unless given."},
                {"noise-p1", "P", "After every one-qubit gate: X, Y or Z, each with probability P/3."},
                {"noise-p2", "P", "After every two-qubit gate: each of the 15 pairs of Paulis with probability P/15."}},
    .remote = false,
    .prints = true,
    .examples = {"qhubctl simulate bell.qasm --shots 1000",
                 "qhubctl simulate bell.qasm --engine stabilizer --noise-p1 0.001 --noise-p2 0.01 --seed 7 --json"},
    .run = run};

}  // namespace qhub::cli
