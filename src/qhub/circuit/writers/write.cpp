#include "qhub/circuit/writers/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "qhub/circuit/transpile/transpile.h"
#include "qhub/circuit/writers/aqt.h"
#include "qhub/circuit/writers/ionq.h"
#include "qhub/circuit/writers/iqm.h"
#include "qhub/circuit/writers/openqasm.h"

namespace qhub::circuit {
namespace {

constexpr std::string_view names[] = {"openqasm2", "openqasm3", "braket", "ionq", "aqt", "iqm"};

Result<std::vector<Circuit>> in_gates(std::span<Circuit const> circuits, GateSet const& gates, std::string_view what) {
  std::vector<Circuit> made;
  for (Circuit const& circuit : circuits) {
    auto transpiled =
        transpile(circuit, {.name = std::string(what), .qubit_count = circuit.qubit_count(), .gates = gates});
    if (!transpiled) return transpiled.error();
    made.push_back(std::move(transpiled->circuit));
  }
  return made;
}

}  // namespace

std::span<std::string_view const> output_format_names() {
  return names;
}

std::optional<OutputFormat> find_output_format(std::string_view name) {
  auto const* const found = std::ranges::find(names, name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<OutputFormat>(found - std::begin(names));
}

Result<std::string> write(std::span<Circuit const> circuits, OutputFormat format, WriteOptions const& options) {
  bool const lists = format == OutputFormat::aqt || format == OutputFormat::iqm;
  if (circuits.empty() || (circuits.size() > 1 && !lists))
    return Error{ErrorKind::invalid_argument,
                 fmt::format("a document of format {} holds one circuit, not {}",
                             names[static_cast<std::size_t>(format)], circuits.size()),
                 {}};
  switch (format) {
    case OutputFormat::openqasm2:
      return write_openqasm2(circuits.front(), options);
    case OutputFormat::openqasm3:
      return write_openqasm3(circuits.front(), options);
    case OutputFormat::braket:
      return write_braket(circuits.front(), options);
    case OutputFormat::ionq:
      return write_ionq(circuits.front(), options);
    case OutputFormat::aqt: {
      auto const native = in_gates(circuits, aqt_gate_set(), "AQT's gate set");
      return native ? write_aqt(*native, options) : native.error();
    }
    case OutputFormat::iqm: {
      auto const native = in_gates(circuits, iqm_gate_set(), "IQM's gate set");
      return native ? write_iqm(*native, options) : native.error();
    }
  }
  return std::string();
}

}  // namespace qhub::circuit
