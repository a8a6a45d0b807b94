#include "qhub/sim/sampling.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace qhub::sim {
namespace {

/// Random numbers drawn between two looks at the stop token.
constexpr std::uint64_t batch_size = std::uint64_t{1} << 16;

}  // namespace

std::vector<Counts::Entry> sample(std::span<double const> probabilities, std::span<FinalMeasurement const> measurements,
                                  Outcome const& bits, std::uint64_t shots, Random& random,
                                  std::stop_token const& stop) {
  if (measurements.empty()) return {{bits, shots}};
  std::vector<double> cumulative(probabilities.size());
  std::partial_sum(probabilities.begin(), probabilities.end(), cumulative.begin());
  // The last state that can occur takes what rounding leaves over.
  std::size_t last = probabilities.size() - 1;
  while (last > 0 && probabilities[last] == 0) --last;
  std::vector<std::uint64_t> drawn(probabilities.size());
  for (std::uint64_t shot = 0; shot < shots; ++shot) {
    if (shot % batch_size == 0 && stop.stop_requested()) return {};
    auto const found = std::ranges::upper_bound(cumulative, random.uniform() * cumulative.back());
    ++drawn[std::min(static_cast<std::size_t>(found - cumulative.begin()), last)];
  }
  std::vector<Counts::Entry> entries;
  for (std::size_t state = 0; state < drawn.size(); ++state) {
    if (drawn[state] == 0) continue;
    entries.push_back({bits, drawn[state]});
    for (auto const& [qubit, clbit] : measurements) entries.back().outcome.set(clbit, (state >> qubit & 1) != 0);
  }
  return entries;
}

std::vector<std::uint32_t> deal_out(Counts const& counts, Random& random, std::stop_token const& stop) {
  std::vector<std::uint32_t> memory;
  for (std::uint32_t e = 0; e < counts.entries.size(); ++e) {
    for (std::uint64_t s = 0; s < counts.entries[e].shots; ++s) {
      if (memory.size() % batch_size == 0 && stop.stop_requested()) return memory;
      memory.push_back(e);  // and to a random place: Fisher and Yates' shuffle, from the inside out
      std::swap(memory.back(), memory[random.below(memory.size())]);
    }
  }
  return memory;
}

}  // namespace qhub::sim
