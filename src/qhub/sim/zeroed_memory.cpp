#include "qhub/sim/zeroed_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace qhub::sim {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t alignment = 64;

bool is_mapped(std::size_t bytes) {
  return bytes >= huge_page;
}

}  // namespace

std::optional<ZeroedMemory> ZeroedMemory::allocate(std::size_t bytes) {
  void* memory = nullptr;
  if (is_mapped(bytes)) {
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return std::nullopt;
    madvise(memory, bytes, MADV_HUGEPAGE);  // fewer TLB misses and page faults; only a hint, so its result is ignored
  } else {
    bytes = std::max(alignment, (bytes + alignment - 1) / alignment * alignment);
    memory = std::aligned_alloc(alignment, bytes);
    if (memory == nullptr) return std::nullopt;
    std::memset(memory, 0, bytes);
  }
  return ZeroedMemory(memory, bytes);
}

void ZeroedMemory::Unmap::operator()(void* memory) const {
  if (is_mapped(bytes)) {
    munmap(memory, bytes);
  } else {
    std::free(memory);
  }
}

}  // namespace qhub::sim
