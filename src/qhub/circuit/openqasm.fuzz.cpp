#include "qhub/circuit/openqasm.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "qhub/circuit/diagnostic.h"

/// Any text is read or refused with a place that exists, within the limits.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace qhub::circuit;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  ReadOptions const options{.max_instructions = 20'000, .max_loop_iterations = 1'000, .max_qubits = 64};
  auto const circuit = read_openqasm(text, options);
  if (!circuit) {
    if (circuit.error().message.empty()) __builtin_trap();
    return 0;
  }
  std::size_t operands = 0;
  for (Instruction const instruction : *circuit) operands += instruction.targets.size();
  if (circuit->depth() > circuit->size() || operands > 64 * circuit->size()) __builtin_trap();
  return 0;
}
