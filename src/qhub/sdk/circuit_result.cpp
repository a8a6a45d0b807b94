#include "qhub/sdk/circuit_result.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace qhub {

std::int64_t Counts::operator[](std::string_view outcome) const {
  auto const found = counts_.find(outcome);
  return found == counts_.end() ? 0 : found->second;
}

std::int64_t Counts::shots() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0},
                         [](std::int64_t sum, auto const& entry) { return sum + entry.second; });
}

std::string const& Counts::most_frequent() const {
  auto const found = std::ranges::max_element(counts_, {}, [](auto const& entry) { return entry.second; });
  if (found == counts_.end()) throw std::out_of_range("there are no counts");
  return found->first;
}

Counts Counts::marginal(std::span<circuit::Clbit const> bits) const {
  std::map<std::string, std::int64_t, std::less<>> sums;
  for (auto const& [outcome, count] : counts_) {
    std::string part(bits.size(), '0');
    for (std::size_t i = 0; i < bits.size(); ++i) {
      if (bits[i] >= outcome.size()) throw std::out_of_range("the outcomes have no classical bit of that number");
      part[bits.size() - 1 - i] = outcome[outcome.size() - 1 - bits[i]];
    }
    sums[part] += count;
  }
  return Counts(std::move(sums));
}

Counts Counts::marginal(circuit::Register const& bits) const {
  std::vector<circuit::Clbit> all(bits.size);
  std::iota(all.begin(), all.end(), bits.first);
  return marginal(all);
}

}  // namespace qhub
