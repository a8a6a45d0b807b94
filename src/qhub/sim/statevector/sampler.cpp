#include "qhub/sim/statevector/sampler.h"

#include <algorithm>
#include <numeric>

namespace qhub::sim::statevector {
namespace {

/// Small, so that few shots read little of a large state; large enough for its list of sums not to matter.
constexpr std::size_t largest_block = std::size_t{1} << 12;

double probability_of(Amplitude a) {
  return a.real() * a.real() + a.imag() * a.imag();
}

/// The part of a sorted range of draws that falls into one block.
struct Hit {
  std::size_t block;
  std::size_t first, last;
};

}  // namespace

Sampler::Sampler(std::span<Amplitude const> state, Execution const& execution)
    : state_(state),
      execution_(execution),
      block_size_(std::min(state.size(), largest_block)),
      starts_(state.size() / block_size_ + 1, 0.0) {
  for_each_chunk(state.size() / block_size_, state.size() >= parallel_size, execution_, [this](std::size_t block) {
    double sum = 0;
    for (Amplitude const a : state_.subspan(block * block_size_, block_size_)) sum += probability_of(a);
    starts_[block + 1] = sum;
  });
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
}

std::uint64_t Sampler::bytes(unsigned qubits) {
  return ((std::uint64_t{1} << qubits) / largest_block + 2) * sizeof(double);
}

void Sampler::draw(std::span<std::uint64_t> indices, Random& random) const {
  std::vector<double> draws(indices.size());
  for (double& draw : draws) draw = random.uniform() * starts_.back();
  std::sort(draws.begin(), draws.end());

  std::vector<Hit> hits;
  for (std::size_t first = 0; first < draws.size();) {
    // The block that ends behind the draw. A draw rounded up to the total belongs to the last block that is not empty.
    auto const end = draws[first] < starts_.back() ? std::upper_bound(starts_.begin(), starts_.end(), draws[first])
                                                   : std::lower_bound(starts_.begin(), starts_.end(), starts_.back());
    std::size_t const block = static_cast<std::size_t>(end - starts_.begin()) - 1;
    std::size_t last = first + 1;
    while (last < draws.size() && (draws[last] < *end || *end == starts_.back())) ++last;
    for (std::size_t i = first; i < last; ++i) draws[i] -= starts_[block];
    hits.push_back({block, first, last});
    first = last;
  }
  for_each_chunk(hits.size(), state_.size() >= parallel_size, execution_, [&](std::size_t h) {
    Hit const& hit = hits[h];
    draw_in_block(hit.block, std::span(draws).subspan(hit.first, hit.last - hit.first), &indices[hit.first]);
  });
}

void Sampler::draw_in_block(std::size_t block, std::span<double const> draws, std::uint64_t* indices) const {
  std::size_t const end = (block + 1) * block_size_;
  std::size_t index = block * block_size_;
  double before = 0;  // probability of the block's states below index
  for (std::size_t i = 0; i < draws.size(); ++i) {
    while (index < end && before + probability_of(state_[index]) <= draws[i]) before += probability_of(state_[index++]);
    std::size_t found = index;
    // The sums here and of whole blocks are rounded differently: a draw beyond the end belongs to the last possible
    // state.
    if (found == end) do
        --found;
      while (probability_of(state_[found]) == 0);
    indices[i] = found;
  }
}

}  // namespace qhub::sim::statevector
