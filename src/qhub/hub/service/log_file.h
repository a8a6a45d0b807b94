#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/service/descriptor.h"

/// What executions print: one entry per line, kept in a file of JSON lines, `{"message","severity","timestamp"}` each,
/// as the gateway gives them out. A reader may come at any time.
namespace qhub::hub {

using LogTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// DEBUG, INFO, NOTICE, WARNING or ERROR, if the line begins with such a word or has one between bars, as loguru's
/// lines do; CRITICAL and FATAL are ERROR. Empty if it has none.
[[nodiscard]] std::string_view severity_of(std::string_view line);

/// Takes what comes out of one of a program's streams apart into entries. Bytes that are no UTF-8 become U+FFFD.
class LogStream {
 public:
  explicit LogStream(bool is_error_stream) : is_error_stream_(is_error_stream) {}

  /// Appends the entries of the lines that are complete now to `entries`, as JSON lines.
  void take(std::string_view bytes, LogTime time, std::string& entries);
  /// The last line, if nothing ended it.
  void finish(LogTime time, std::string& entries);

 private:
  void add(std::string_view line, LogTime time, std::string& entries);

  bool const is_error_stream_;
  bool in_traceback_ = false;
  std::string unfinished_;
};

/// The file of one execution, being written.
class LogFile {
 public:
  /// Goes on behind what is there already. Errors: unavailable if it cannot be written.
  [[nodiscard]] static Result<LogFile> open(std::filesystem::path const& file, std::uint64_t max_bytes);

  /// Adds what one of the program's streams gave. Beyond the limit lines are counted instead.
  void take(LogStream& stream, std::string_view bytes);
  /// The streams have ended.
  void finish(LogStream& output, LogStream& errors);
  /// Adds a line of the hub's own; always fits.
  void note(std::string_view severity, std::string_view message);

 private:
  LogFile(Descriptor file, std::uint64_t size, std::uint64_t max_bytes)
      : file_(std::move(file)), size_(size), max_bytes_(max_bytes) {}

  void write(std::string_view entries);

  Descriptor file_;
  std::uint64_t size_;
  std::uint64_t max_bytes_;
  std::uint64_t left_out_ = 0;
};

/// The last `limit` entries of a file, each a JSON text, oldest first; none if there is no file.
[[nodiscard]] std::vector<std::string> read_log(std::filesystem::path const& file, std::size_t limit);

}  // namespace qhub::hub
