#include "qhub/cli/transfer.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "qhub/cli/interrupt.h"
#include "qhub/cli/terminal.h"

namespace qhub::cli {
namespace {

namespace fs = std::filesystem;

/// How far this process has read a file that it has open: proc(5), /proc/PID/fdinfo.
std::uint64_t bytes_read(fs::path const& path) {
  std::error_code error;
  for (fs::directory_entry const& entry : fs::directory_iterator("/proc/self/fd", error)) {
    if (fs::read_symlink(entry.path(), error) != path) continue;
    std::ifstream info("/proc/self/fdinfo/" + entry.path().filename().string());
    std::string name;
    std::uint64_t position = 0;
    if (info >> name >> position && name == "pos:") return position;
  }
  return 0;
}

std::uint64_t bytes_written(fs::path const& path) {
  std::error_code error;
  auto const size = fs::file_size(path.string() + ".part", error);
  return error ? 0 : size;
}

}  // namespace

TransferLine::TransferLine(Direction direction, std::string path, std::uint64_t total) {
  if (isatty(STDERR_FILENO) == 0) return;
  fs::path const file = fs::absolute(path).lexically_normal();
  watcher_ = std::jthread([direction, file, total](std::stop_token const& stop) {
    StatusLine line;
    while (!sleep_unless_stopped(stop, 100))
      line.show_transfer(file.filename().string(),
                         direction == Direction::upload ? bytes_read(file) : bytes_written(file), total);
  });
}

TransferLine::~TransferLine() = default;

}  // namespace qhub::cli
