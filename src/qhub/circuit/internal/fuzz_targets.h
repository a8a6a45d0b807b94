#pragma once

#include <cstdlib>
#include <string_view>

#include "qhub/circuit/aqt.h"
#include "qhub/circuit/ionq.h"
#include "qhub/circuit/iqm.h"
#include "qhub/circuit/json_fields.h"
#include "qhub/circuit/openqasm.h"
#include "qhub/circuit/read.h"

/// What the fuzzers, and the tests that mutate their corpora, demand of the readers for any text: it is read or refused
/// within the limits, with a message and a place. Anything else ends the program.
namespace qhub::circuit::test {

inline ReadOptions fuzz_limits() {
  return {.max_instructions = 20'000, .max_loop_iterations = 1'000, .max_qubits = 64};
}

inline void fuzz_openqasm(std::string_view text) {
  auto const circuit = read_openqasm(text, fuzz_limits());
  if (!circuit) {
    if (circuit.error().message.empty()) std::abort();
    return;
  }
  std::size_t operands = 0;
  for (Instruction const instruction : *circuit) {
    operands += instruction.targets.size();
    for (std::size_t i = 0; i < instruction.parameters.size(); ++i) (void)instruction.parameter(i).size();
    if (instruction.value != nullptr) (void)instruction.value->evaluate([](Clbit) { return true; });
  }
  if (circuit->depth() > circuit->size() || operands > 64 * circuit->size()) std::abort();
  if (auto const inverse = circuit->inverse(); !inverse && inverse.error().message.empty()) std::abort();
}

inline void fuzz_json(std::string_view text) {
  ReadOptions const options = fuzz_limits();
  auto const json = parse_json(text, options);
  if (!json) {
    if (json.error().message.empty()) std::abort();
    return;
  }
  auto const check = [](auto const& result) {
    if (!result && result.error().details.empty()) std::abort();
  };
  check(convert_ionq(*json, options));
  check(convert_aqt(*json, options));
  check(convert_iqm(*json, options));
  auto const input = read_circuits(*json, std::nullopt, options);
  if (!input && input.error().message.empty()) std::abort();
}

}  // namespace qhub::circuit::test
