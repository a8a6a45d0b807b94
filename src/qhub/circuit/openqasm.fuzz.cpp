#include <cstddef>
#include <cstdint>

#include "qhub/circuit/internal/fuzz_targets.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  qhub::circuit::test::fuzz_openqasm({reinterpret_cast<char const*>(data), size});
  return 0;
}
