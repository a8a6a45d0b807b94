#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "qhub/hub/service/log_file.h"
#include "qhub/hub/service/process_usage.h"
#include "qhub/hub/service/sandbox.h"
#include "qhub/hub/service/service_files.h"

namespace qhub::hub {

struct Watch {
  RunningProgram& program;
  int output;  ///< The reading ends of the program's streams.
  int errors;
  int stop;  ///< Readable once the program is to be ended.
  LogFile& log;
  ResourceLimits const& limits;
  std::vector<std::filesystem::path> written;  ///< Directories whose growth the limit on output counts.
  std::function<void(UsageSeries const&)> on_sample = {};
};

struct WatchedEnd {
  ProgramEnd end;
  bool stopped = false;               ///< It was told to by `stop`.
  std::optional<std::string> reason;  ///< Which limit ended it, for people.
};

/// Follows a program to its end: keeps what it prints, measures it, and ends it, by SIGTERM and after the time of grace
/// by SIGKILL, when it is told to or passes a limit on time, memory or output.
[[nodiscard]] WatchedEnd watch(Watch const& what);

}  // namespace qhub::hub
