#include "qhub/sim/statevector/sampler.h"

#include <algorithm>
#include <numeric>

namespace qhub::sim::statevector {
namespace {

/// Small, so that few shots read little of a large state; large enough for its list of sums not to matter.
constexpr std::size_t largest_block = std::size_t{1} << 10;

/// So many blocks are a unit of work.
constexpr std::size_t unit = 64;

/// The part of a sorted range of draws that falls into one block.
struct Hit {
  std::size_t block;
  std::size_t first, last;
};

}  // namespace

template <class Real>
Sampler<Real>::Sampler(State<Real> const& state, unsigned written, Team& team)
    : state_(state),
      team_(team),
      size_(std::size_t{1} << written),
      block_size_(std::min(size_, largest_block)),
      starts_(size_ / block_size_ + 1, 0.0) {
  std::size_t const blocks = size_ / block_size_;
  auto const& norm = kernels<Real>().norm;
  team_.for_each((blocks + unit - 1) / unit, [&](std::size_t u, unsigned) {
    for (std::size_t b = u * unit; b < std::min(blocks, (u + 1) * unit); ++b)
      starts_[b + 1] = norm(state_.at(b * block_size_), 2 * block_size_);
  });
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
}

template <class Real>
std::uint64_t Sampler<Real>::bytes(unsigned positions) {
  return ((std::uint64_t{1} << positions) / largest_block + 2) * sizeof(double);
}

template <class Real>
std::vector<typename Sampler<Real>::Drawn> Sampler<Real>::draw(std::uint64_t count, Random& random) const {
  return count >= size_ ? divide(count, random) : draw_one_by_one(count, random);
}

/// The counts of many draws have a multinomial distribution: each amplitude in turn gets a binomial share of what the
/// ones before have left.
template <class Real>
std::vector<typename Sampler<Real>::Drawn> Sampler<Real>::divide(std::uint64_t count, Random& random) const {
  std::vector<Drawn> drawn;
  std::vector<double> rest(size_ + 1, 0.0);  // probability of all amplitudes from this one on
  for (std::size_t i = size_; i-- > 0;) rest[i] = rest[i + 1] + state_.probability(i);
  for (std::size_t i = 0; i < size_ && count > 0; ++i) {
    double const probability = rest[i] - rest[i + 1];
    if (probability <= 0) continue;
    std::uint64_t const share = rest[i + 1] > 0 ? random.binomial(count, probability / rest[i]) : count;
    if (share > 0) drawn.push_back({i, share});
    count -= share;
  }
  return drawn;
}

template <class Real>
std::vector<typename Sampler<Real>::Drawn> Sampler<Real>::draw_one_by_one(std::uint64_t count, Random& random) const {
  std::vector<double> draws(count);
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
  std::vector<Drawn> found(count);
  std::size_t const units = size_ > largest_block * unit ? hits.size() : std::min<std::size_t>(hits.size(), 1);
  team_.for_each(units, [&](std::size_t u, unsigned) {
    std::size_t const end = units == hits.size() ? u + 1 : hits.size();
    for (std::size_t h = u; h < end; ++h)
      find_in_block(hits[h].block, std::span(draws).subspan(hits[h].first, hits[h].last - hits[h].first),
                    &found[hits[h].first]);
  });
  std::vector<Drawn> drawn;
  for (Drawn const& one : found) {
    if (!drawn.empty() && drawn.back().index == one.index) {
      drawn.back().count += one.count;
    } else {
      drawn.push_back(one);
    }
  }
  return drawn;
}

/// Finds the draws that fall into one block. \param draws  ascending, in [0, probability of the block).
template <class Real>
void Sampler<Real>::find_in_block(std::size_t block, std::span<double const> draws, Drawn* drawn) const {
  std::size_t const end = (block + 1) * block_size_;
  std::size_t index = block * block_size_;
  double before = 0;  // probability of the block's states below index
  for (std::size_t i = 0; i < draws.size(); ++i) {
    while (index < end && before + state_.probability(index) <= draws[i]) before += state_.probability(index++);
    std::size_t found = index;
    // The sums here and of whole blocks are rounded differently: a draw beyond the end belongs to the last possible
    // state.
    if (found == end) do
        --found;
      while (state_.probability(found) == 0);
    drawn[i] = {found, 1};
  }
}

template class Sampler<float>;
template class Sampler<double>;

}  // namespace qhub::sim::statevector
