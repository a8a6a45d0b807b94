#pragma once

#include <cstdint>
#include <string>
#include <thread>

namespace qhub::cli {

/// While it lives, a line on standard error tells how far an upload or a download of a file is, if that is a terminal.
class TransferLine {
 public:
  enum class Direction { upload, download };

  /// \param path   the file that is read from, or written to as `path.part`.
  /// \param total  its size in bytes in the end; 0: unknown.
  TransferLine(Direction direction, std::string path, std::uint64_t total);
  ~TransferLine();
  TransferLine(TransferLine const&) = delete;
  TransferLine& operator=(TransferLine const&) = delete;

 private:
  std::jthread watcher_;
};

}  // namespace qhub::cli
