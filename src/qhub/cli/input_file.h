#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qhub/api/json.h"
#include "qhub/base/error.h"
#include "qhub/circuit/read.h"

namespace qhub::cli {

/// The bytes of a file; "-" is standard input. \throws UsageError if it cannot be read.
[[nodiscard]] std::string read_file(std::string const& path);

/// The JSON of a file. \throws UsageError if it cannot be read or is no JSON; it says where.
[[nodiscard]] Json read_json_file(std::string const& path);

/// A circuit file as the input of a job.
struct InputFile {
  std::string path;
  std::string text;
  Json input;  ///< Of a file named *.json its JSON, of any other one string, its text.
};
/// \throws UsageError if it cannot be read or is no JSON.
[[nodiscard]] InputFile read_input_file(std::string const& path);

/// \throws Failure that prints each mistake with file, line and column, the line itself and a caret.
[[nodiscard]] std::vector<circuit::JobCircuit> read_circuits(InputFile const& file,
                                                             std::optional<circuit::Format> format = std::nullopt);

/// What is wrong with a circuit file, as a compiler prints it.
[[nodiscard]] std::string describe(Error const& error, InputFile const& file);

}  // namespace qhub::cli
