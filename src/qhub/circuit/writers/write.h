#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/writers/write_options.h"

namespace qhub::circuit {

/// Languages in which circuits can be written.
enum class OutputFormat { openqasm2, openqasm3, braket, ionq, aqt, iqm };

/// "openqasm2", "openqasm3", "braket", "ionq", "aqt" and "iqm", in the order of the enumeration.
[[nodiscard]] std::span<std::string_view const> output_format_names();
[[nodiscard]] std::optional<OutputFormat> find_output_format(std::string_view name);

/// Writes circuits in a language. Those whose gates are a machine's (AQT, IQM) get the circuits rewritten in these
/// first (transpile()), on as many qubits as they have and with complete connectivity. Errors: those of the writer;
/// invalid_argument for several circuits in a language whose documents hold one.
[[nodiscard]] Result<std::string> write(std::span<Circuit const> circuits, OutputFormat format,
                                        WriteOptions const& options = {});
[[nodiscard]] inline Result<std::string> write(Circuit const& circuit, OutputFormat format,
                                               WriteOptions const& options = {}) {
  return write({&circuit, 1}, format, options);
}

}  // namespace qhub::circuit
