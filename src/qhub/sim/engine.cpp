#include "qhub/sim/engine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <limits>

namespace qhub::sim {
namespace {

std::uint64_t physical_memory_bytes() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes == std::numeric_limits<std::uint64_t>::max()) return "more than 2^64 bytes";
  return fmt::format("{} bytes ({:.1f} GiB)", bytes, static_cast<double>(bytes) / 0x1p30);
}

}  // namespace

Result<void> admit(MemoryPrediction const& prediction, RunOptions const& options) {
  std::uint64_t const limit = options.memory_limit_bytes.value_or(physical_memory_bytes());
  if (prediction.bytes <= limit) return {};
  return Error{.kind = ErrorKind::resource_exhausted,
               .message = fmt::format("simulating {} qubits needs {}, over the limit of {}", prediction.qubits,
                                      bytes_text(prediction.bytes), bytes_text(limit)),
               .details = {}};
}

}  // namespace qhub::sim
