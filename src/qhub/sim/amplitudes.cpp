#include "qhub/sim/amplitudes.h"

namespace qhub::sim {

std::optional<Amplitudes> Amplitudes::zeros(unsigned log2_count) {
  if (log2_count >= 8 * sizeof(std::size_t) - 5) return std::nullopt;
  auto memory = ZeroedMemory::allocate(sizeof(Amplitude) << log2_count);
  if (!memory) return std::nullopt;
  return Amplitudes(std::move(*memory), log2_count);
}

}  // namespace qhub::sim
