#include "qhub/sim/stabilizer/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <thread>
#include <utility>

#include "qhub/sim/random.h"
#include "qhub/sim/shot_table.h"
#include "qhub/sim/stabilizer/frames.h"
#include "qhub/sim/stabilizer/shot.h"
#include "qhub/sim/stabilizer/tableau.h"

namespace qhub::sim::stabilizer {
namespace {

using circuit::Circuit;
using Clock = std::chrono::steady_clock;

/// Outcomes are sorted and counted for so many shots at a time.
constexpr std::uint64_t chunk_shots = std::uint64_t{1} << 18;

Error cancelled() {
  return {.kind = ErrorKind::cancelled, .message = "the simulation was cancelled", .details = {}};
}

unsigned threads_of(RunOptions const& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

/// Words per row of frames: as many shots at a time as keep all rows in a core's cache, from 512 to 16,384.
std::size_t words_per_row(std::uint64_t rows) {
  constexpr std::uint64_t cache_bytes = 512 << 10;
  std::uint64_t const fitting = cache_bytes / (8 * rows);
  return std::clamp<std::size_t>(std::bit_floor(std::max<std::uint64_t>(1, fitting)), 8, 256);
}

class Run {
 public:
  Run(Circuit const& circuit, RunOptions const& options, Progress const& progress, std::stop_token stop)
      : circuit_(circuit),
        options_(options),
        progress_(progress),
        stop_(std::move(stop)),
        threads_(threads_of(options)),
        seed_(seed_or_fresh(options.seed)) {}

  Result<RunResult> run(CliffordProgram const& program) {
    Clock::time_point const started = Clock::now();
    std::optional<FrameProgram> frames;
    std::optional<ShotRunner> single;
    if (program.frames_suffice()) {
      frames.emplace(program, stop_);
      words_ = words_per_row(frames->row_count());
      result_.peak_memory_bytes = Tableau::bytes(circuit_.qubit_count()) + 8 * words_ * frames->row_count() * threads_;
    } else {
      single.emplace(program, stop_);
      result_.peak_memory_bytes = Tableau::bytes(circuit_.qubit_count()) * (1 + threads_);
    }
    if (stop_.stop_requested()) return cancelled();
    result_.timing.plan = Clock::now() - started;

    ShotTable table(circuit_.clbit_count(), options_.want_memory, stop_);
    for (std::uint64_t first = 0; first < options_.shots; first += chunk_shots) {
      std::uint64_t const shots = std::min(chunk_shots, options_.shots - first);
      Clock::time_point const simulating = Clock::now();
      std::span<std::uint64_t> const outcomes = table.start(shots);
      if (frames) run_frames(*frames, first, shots, outcomes);
      else run_single(*single, first, shots, outcomes);
      if (stop_.stop_requested()) return cancelled();
      Clock::time_point const sampling = Clock::now();
      table.finish();
      if (stop_.stop_requested()) return cancelled();
      result_.timing.simulate += sampling - simulating;
      result_.timing.sample += Clock::now() - sampling;
      if (progress_ && first + shots < options_.shots)
        progress_(static_cast<double>(first + shots) / static_cast<double>(options_.shots));
    }
    Clock::time_point const counting = Clock::now();
    result_.counts = table.counts();
    if (options_.want_memory) result_.memory = table.memory(result_.counts);
    if (stop_.stop_requested()) return cancelled();
    result_.timing.sample += Clock::now() - counting;
    result_.engine = "stabilizer";
    result_.seed = seed_;
    if (progress_) progress_(1.0);
    return std::move(result_);
  }

 private:
  /// Each batch of shots has random numbers of its own, so that it does not matter which thread makes it.
  void run_frames(FrameProgram const& frames, std::uint64_t first, std::uint64_t shots,
                  std::span<std::uint64_t> outcomes) {
    std::uint64_t const batch = 64 * words_;
    auto const batches = static_cast<std::int64_t>((shots + batch - 1) / batch);
#pragma omp parallel num_threads(threads_) if (batches > 1)
    {
      std::vector<std::uint64_t> rows(frames.row_count() * words_);
#pragma omp for schedule(dynamic)
      for (std::int64_t b = 0; b < batches; ++b) {
        if (stop_.stop_requested()) continue;
        std::uint64_t const start = static_cast<std::uint64_t>(b) * batch;
        Random random(seed_, first / batch + static_cast<std::uint64_t>(b));
        frames.run(rows.data(), words_, random, stop_);
        write_outcomes(frames, rows.data(), start, std::min(batch, shots - start), outcomes);
      }
    }
  }

  /// Turns rows by classical bit into words by shot.
  void write_outcomes(FrameProgram const& frames, std::uint64_t const* rows, std::uint64_t start, std::uint64_t shots,
                      std::span<std::uint64_t> outcomes) const {
    std::uint32_t const width = circuit_.clbit_count();
    std::size_t const words_per_shot = (std::size_t{width} + 63) / 64;
    std::array<std::uint64_t, 64> block;
    for (std::size_t group = 0; group < words_per_shot; ++group) {
      std::size_t const bits = std::min<std::size_t>(64, width - 64 * group);
      for (std::size_t word = 0; 64 * word < shots; ++word) {
        for (std::size_t bit = 0; bit < 64; ++bit)
          block[bit] = bit < bits ? rows[(frames.first_clbit_row() + 64 * group + bit) * words_ + word] : 0;
        transpose_64(block);
        for (std::size_t shot = 0; shot < std::min<std::uint64_t>(64, shots - 64 * word); ++shot)
          outcomes[(start + 64 * word + shot) * words_per_shot + group] = block[shot];
      }
    }
  }

  void run_single(ShotRunner const& runner, std::uint64_t first, std::uint64_t shots,
                  std::span<std::uint64_t> outcomes) {
    std::size_t const words_per_shot = (std::size_t{circuit_.clbit_count()} + 63) / 64;
#pragma omp parallel for schedule(dynamic) num_threads(threads_) if (shots > 1)
    for (std::int64_t s = 0; s < static_cast<std::int64_t>(shots); ++s) {
      if (stop_.stop_requested()) continue;
      auto const shot = static_cast<std::uint64_t>(s);
      Random random(seed_, first + shot);
      Outcome const outcome = runner.run(random, stop_);
      std::ranges::copy(outcome.words(), outcomes.begin() + static_cast<std::ptrdiff_t>(shot * words_per_shot));
    }
  }

  Circuit const& circuit_;
  RunOptions const& options_;
  Progress const& progress_;
  std::stop_token const stop_;
  unsigned const threads_;
  std::uint64_t const seed_;
  std::size_t words_ = 0;  ///< Per row of frames.
  RunResult result_;
};

}  // namespace

Result<MemoryPrediction> StabilizerEngine::predict_memory(Circuit const& circuit, RunOptions const& options) const {
  if (auto able = require_abilities(circuit, {.noise = true, .classical_control = true}, name()); !able)
    return std::move(able).error();
  if (auto checked = require_counts_only(options, name()); !checked) return std::move(checked).error();
  if (auto program = CliffordProgram::make(circuit); !program) return std::move(program).error();
  std::uint64_t const rows = FrameProgram::row_count(circuit);
  std::uint64_t const per_thread = std::max(Tableau::bytes(circuit.qubit_count()), 8 * words_per_row(rows) * rows);
  return MemoryPrediction{.qubits = circuit.qubit_count(),
                          .bytes = Tableau::bytes(circuit.qubit_count()) + per_thread * threads_of(options) +
                                   64 * circuit.size() +
                                   ShotTable::bytes(circuit.clbit_count(), options.shots, chunk_shots, options.want_memory)};
}

Result<RunResult> StabilizerEngine::run(Circuit const& circuit, RunOptions const& options, Progress const& progress,
                                        std::stop_token stop) const {
  Clock::time_point const started = Clock::now();
  Result<MemoryPrediction> const prediction = predict_memory(circuit, options);
  if (!prediction) return prediction.error();
  if (auto admitted = admit(*prediction, options); !admitted) return std::move(admitted).error();
  Result<CliffordProgram> const program = CliffordProgram::make(circuit);
  if (!program) return program.error();
  auto const checking = Clock::now() - started;
  Result<RunResult> result = Run(circuit, options, progress, std::move(stop)).run(*program);
  if (result) result->timing.plan += checking;
  return result;
}

}  // namespace qhub::sim::stabilizer
