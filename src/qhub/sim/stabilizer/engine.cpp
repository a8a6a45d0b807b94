#include "qhub/sim/stabilizer/engine.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "qhub/sim/random.h"
#include "qhub/sim/shot_table.h"
#include "qhub/sim/stabilizer/frames.h"
#include "qhub/sim/stabilizer/shot.h"
#include "qhub/sim/stabilizer/tableau.h"
#include "qhub/sim/team.h"

namespace qhub::sim::stabilizer {
namespace {

using circuit::Circuit;
using Clock = std::chrono::steady_clock;

/// Outcomes are sorted and counted for so many shots at a time.
constexpr std::uint64_t chunk_shots = std::uint64_t{1} << 18;

/// Words per row of frames: as many shots at a time as keep all rows in a core's cache, from 512 to 16,384, and no more
/// than are asked for.
std::size_t words_per_row(std::uint64_t rows, std::uint64_t shots) {
  constexpr std::uint64_t cache_bytes = 512 << 10, fewest = 8, most = 256;
  std::uint64_t const fitting = std::bit_floor(std::max<std::uint64_t>(1, cache_bytes / (8 * rows)));
  std::uint64_t const needed = std::bit_ceil(std::min(most, (shots + 63) / 64));
  return std::clamp(std::min(fitting, needed), fewest, most);
}

class Run {
 public:
  Run(Circuit const& circuit, RunOptions const& options, Progress const& progress, std::stop_token stop)
      : circuit_(circuit),
        options_(options),
        progress_(progress),
        team_(options.threads, std::move(stop)),
        seed_(seed_or_fresh(options.seed)) {}

  Result<RunResult> run(CliffordProgram const& program) {
    Clock::time_point const started = Clock::now();
    std::optional<FrameProgram> frames;
    std::optional<CommonStart> start;
    if (program.frames_suffice()) {
      frames.emplace(program, team_.stop_token());
      words_ = words_per_row(frames->row_count(), options_.shots);
      result_.peak_memory_bytes =
          Tableau::bytes(circuit_.qubit_count()) + 8 * words_ * frames->row_count() * team_.size();
    } else {
      start.emplace(program, team_.stop_token());
      result_.peak_memory_bytes = Tableau::bytes(circuit_.qubit_count()) * (1 + team_.size());
    }
    if (team_.stopped()) return cancelled();
    result_.timing.plan = Clock::now() - started;

    ShotTable table(circuit_.clbit_count(), options_.want_memory, team_.stop_token());
    for (std::uint64_t first = 0; first < options_.shots; first += chunk_shots) {
      std::uint64_t const shots = std::min(chunk_shots, options_.shots - first);
      Clock::time_point const simulating = Clock::now();
      std::span<std::uint64_t> const outcomes = table.start(shots);
      if (frames)
        run_frames(*frames, first, shots, outcomes);
      else
        run_single(program, *start, first, shots, outcomes);
      if (team_.stopped()) return cancelled();
      Clock::time_point const sampling = Clock::now();
      table.finish();
      if (team_.stopped()) return cancelled();
      result_.timing.simulate += sampling - simulating;
      result_.timing.sample += Clock::now() - sampling;
      if (progress_ && first + shots < options_.shots)
        progress_(static_cast<double>(first + shots) / static_cast<double>(options_.shots));
    }
    Clock::time_point const counting = Clock::now();
    result_.counts = table.counts();
    if (options_.want_memory) result_.memory = table.memory(result_.counts);
    if (team_.stopped()) return cancelled();
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
    std::vector<std::vector<std::uint64_t>> rows(team_.size());
    team_.for_each((shots + batch - 1) / batch, [&](std::size_t b, unsigned worker) {
      rows[worker].resize(frames.row_count() * words_);
      Random random(seed_, first / batch + b);
      frames.run(rows[worker].data(), words_, random, team_.stop_token());
      write_outcomes(frames, rows[worker].data(), b * batch, std::min(batch, shots - b * batch), outcomes);
    });
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

  void run_single(CliffordProgram const& program, CommonStart const& start, std::uint64_t first, std::uint64_t shots,
                  std::span<std::uint64_t> outcomes) {
    constexpr std::uint64_t batch = 64;  // shots that a thread takes at a time
    std::size_t const words = (std::size_t{circuit_.clbit_count()} + 63) / 64;
    std::vector<std::optional<ShotRunner>> runners(team_.size());
    team_.for_each((shots + batch - 1) / batch, [&](std::size_t b, unsigned worker) {
      if (!runners[worker]) runners[worker].emplace(program, start);
      for (std::uint64_t shot = b * batch; shot < std::min(shots, (b + 1) * batch) && !team_.stopped(); ++shot) {
        Random random(seed_, first + shot);
        runners[worker]->run(random, team_.stop_token(), outcomes.subspan(shot * words, words));
      }
    });
  }

  Circuit const& circuit_;
  RunOptions const& options_;
  Progress const& progress_;
  Team team_;
  std::uint64_t const seed_;
  std::size_t words_ = 0;  ///< Per row of frames.
  RunResult result_;
};

Result<void> check(Circuit const& circuit, RunOptions const& options) {
  constexpr std::string_view name = "stabilizer";
  if (auto able = require_abilities(circuit, {.noise = true, .classical_control = true}, name); !able) return able;
  return require_counts_only(options, name);
}

MemoryPrediction predict(Circuit const& circuit, RunOptions const& options) {
  std::uint64_t const rows = FrameProgram::row_count(circuit);
  std::uint64_t const tableau = Tableau::bytes(circuit.qubit_count());
  std::uint64_t const per_thread = std::max(tableau, 8 * words_per_row(rows, options.shots) * rows);
  std::uint64_t const program = 128 * circuit.size();  // at most a step, two additions and a channel's rows for each
  return {.qubits = circuit.qubit_count(),
          .bytes = tableau + per_thread * Team(options.threads).size() + program +
                   ShotTable::bytes(circuit.clbit_count(), options.shots, chunk_shots, options.want_memory)};
}

}  // namespace

Result<MemoryPrediction> StabilizerEngine::predict_memory(Circuit const& circuit, RunOptions const& options) const {
  if (auto checked = check(circuit, options); !checked) return std::move(checked).error();
  if (auto program = CliffordProgram::make(circuit); !program) return std::move(program).error();
  return predict(circuit, options);
}

Result<RunResult> StabilizerEngine::run(Circuit const& circuit, RunOptions const& options, Progress const& progress,
                                        std::stop_token stop) const {
  Clock::time_point const started = Clock::now();
  if (auto checked = check(circuit, options); !checked) return std::move(checked).error();
  Result<CliffordProgram> const program = CliffordProgram::make(circuit);
  if (!program) return program.error();
  if (auto admitted = admit(predict(circuit, options), options); !admitted) return std::move(admitted).error();
  auto const checking = Clock::now() - started;
  Result<RunResult> result = Run(circuit, options, progress, std::move(stop)).run(*program);
  if (result) result->timing.plan += checking;
  return result;
}

}  // namespace qhub::sim::stabilizer
