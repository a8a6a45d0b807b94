#include "qhub/cli/input_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "qhub/api/codec.h"
#include "qhub/cli/command.h"

namespace qhub::cli {

Json read_input_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw UsageError{fmt::format("cannot read {}: {}", path, std::strerror(errno))};
  if (!path.ends_with(".json")) return Json(text);
  Result<Json> json = api::parse(text);
  if (!json) throw UsageError{fmt::format("{}: {}", path, json.error().message)};
  return *std::move(json);
}

}  // namespace qhub::cli
