#include "qhub/sim/amplitudes.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace qhub::sim {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

bool is_mapped(std::size_t bytes) {
  return bytes >= huge_page;
}

}  // namespace

std::optional<Amplitudes> Amplitudes::zeros(unsigned log2_count) {
  if (log2_count >= 8 * sizeof(std::size_t) - 5) return std::nullopt;
  std::size_t const count = std::size_t{1} << log2_count;
  std::size_t const bytes = count * sizeof(Amplitude);
  void* memory = nullptr;
  if (is_mapped(bytes)) {
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return std::nullopt;
    madvise(memory, bytes, MADV_HUGEPAGE);  // fewer TLB misses and page faults; only a hint, so its result is ignored
  } else {
    memory = std::aligned_alloc(64, std::max<std::size_t>(bytes, 64));
    if (memory == nullptr) return std::nullopt;
    std::fill_n(static_cast<Amplitude*>(memory), count, Amplitude{});
  }
  return Amplitudes(static_cast<Amplitude*>(memory), log2_count);
}

Amplitudes::Amplitudes(Amplitude* memory, unsigned log2_count)
    : log2_count_(log2_count), memory_(memory, Unmap{(std::size_t{1} << log2_count) * sizeof(Amplitude)}) {}

void Amplitudes::Unmap::operator()(Amplitude* memory) const {
  if (is_mapped(bytes)) {
    munmap(memory, bytes);
  } else {
    std::free(memory);
  }
}

}  // namespace qhub::sim
