#include "qhub/sim/stabilizer/rare_events.h"

#include <algorithm>

namespace qhub::sim::stabilizer {

RareEvents::RareEvents(double probability) : cumulative_(table_size) {
  double all_fail = 1;
  for (double& value : cumulative_) {
    all_fail *= 1 - probability;
    value = 1 - all_fail;
  }
  for (std::size_t g = 0; g < guide_size; ++g) {
    double const lowest = static_cast<double>(g) / guide_size;
    guide_[g] = static_cast<std::uint16_t>(std::ranges::upper_bound(cumulative_, lowest) - cumulative_.begin());
  }
}

std::uint64_t RareEvents::failures(Random& random) const {
  for (std::uint64_t passed = 0;; passed += table_size) {  // what is left after that many failures is as it was before
    double const uniform = random.uniform();
    std::size_t k = guide_[static_cast<std::size_t>(uniform * guide_size)];
    while (k < table_size && uniform >= cumulative_[k]) ++k;
    if (k < table_size) return passed + k;
  }
}

}  // namespace qhub::sim::stabilizer
