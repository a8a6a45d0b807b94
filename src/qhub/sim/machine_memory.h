#pragma once

#include <cstdint>

namespace qhub::sim {

/// The machine's physical memory in bytes, or, in a control group with a limit (cgroup v2), what that may use of it.
[[nodiscard]] std::uint64_t machine_memory_bytes();

}  // namespace qhub::sim
