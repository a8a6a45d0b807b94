#pragma once

#include <functional>
#include <string_view>

namespace qhub {

/// How much a log line matters.
enum class LogLevel {
  debug,  ///< Each request with its headers, and each answer.
  info,   ///< Unused by the SDK itself.
  warn,   ///< An attempt that failed and is repeated.
  error   ///< A call that failed.
};

/// What the SDK tells about the calls it makes. Bodies and query strings are never logged, and of headers that carry
/// secrets only the name.
struct Logging {
  LogLevel level = LogLevel::info;  ///< The least important lines to get.
  /// Gets one line without a line break, from the thread that makes the call; must not throw. Unset: silence.
  std::function<void(LogLevel level, std::string_view line)> sink = nullptr;
};

}  // namespace qhub
