#include "qhub/cli/input_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "qhub/api/codec.h"
#include "qhub/circuit/diagnostic.h"
#include "qhub/cli/command.h"

namespace qhub::cli {

std::string read_file(std::string const& path) {
  if (path == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw UsageError{fmt::format("cannot read {}: {}", path, std::strerror(errno))};
  return text;
}

Json read_json_file(std::string const& path) {
  Result<Json> json = api::parse(read_file(path));
  if (!json) throw UsageError{fmt::format("{}: {}", path, json.error().message)};
  return *std::move(json);
}

InputFile read_input_file(std::string const& path) {
  InputFile file{path, read_file(path), {}};
  if (!path.ends_with(".json")) {
    file.input = file.text;
    return file;
  }
  Result<Json> json = api::parse(file.text);
  if (!json) throw UsageError{fmt::format("{}: {}", path, json.error().message)};
  file.input = *std::move(json);
  return file;
}

std::vector<circuit::JobCircuit> read_circuits(InputFile const& file, std::optional<circuit::Format> format) {
  circuit::ReadOptions options;
  options.source_name = file.path;
  auto read = circuit::read_circuits(file.input, format, options);
  if (!read) throw Failure{ExitCode::failure, describe(read.error(), file)};
  return std::move(read->circuits);
}

std::string describe(Error const& error, InputFile const& file) {
  // Lines and columns are those of an OpenQASM text; one inside of JSON is another text than the file's.
  std::string text = circuit::describe_errors(error, file.input.is_string() ? file.text : "");
  if (error.details.empty() || !file.input.is_string()) text.insert(0, file.path + ": ");
  return text;
}

}  // namespace qhub::cli
