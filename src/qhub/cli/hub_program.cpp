#include "qhub/cli/hub_program.h"

#include <filesystem>

namespace qhub::cli {

std::string hub_program() {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path const beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "qhubd";
  return !error && fs::exists(beside, error) ? beside.string() : "qhubd";
}

}  // namespace qhub::cli
