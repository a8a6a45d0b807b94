#include "qhub/circuit/ionq.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "qhub/circuit/aqt.h"
#include "qhub/circuit/iqm.h"
#include "qhub/circuit/json_fields.h"
#include "qhub/circuit/read.h"

/// Any text is read or refused by each of the JSON readers.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace qhub::circuit;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  ReadOptions const options{.max_instructions = 20'000, .max_loop_iterations = 1'000, .max_qubits = 64};
  auto const json = parse_json(text, options);
  if (!json) return json.error().message.empty() ? (__builtin_trap(), 0) : 0;
  auto const check = [](auto const& result) {
    if (!result && result.error().details.empty()) __builtin_trap();
  };
  check(convert_ionq(*json, options));
  check(convert_aqt(*json, options));
  check(convert_iqm(*json, options));
  auto const input = read_circuits(*json, std::nullopt, options);
  if (!input && input.error().message.empty()) __builtin_trap();
  return 0;
}
