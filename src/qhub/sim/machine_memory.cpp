#include "qhub/sim/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace qhub::sim {

std::uint64_t machine_memory_bytes() {
  static std::uint64_t const bytes = [] {
    std::uint64_t const machine =
        static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    std::uint64_t group = 0;  // the file says "max" where there is no limit
    std::ifstream("/sys/fs/cgroup/memory.max") >> group;
    return group > 0 ? std::min(machine, group) : machine;
  }();
  return bytes;
}

}  // namespace qhub::sim
