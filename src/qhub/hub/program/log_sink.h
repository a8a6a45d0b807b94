#pragma once

#include <string_view>

namespace qhub::hub {

/// How lines of the log look.
enum class LogFormat {
  text,  ///< 2026-01-31T12:00:00.123Z info method=GET path=/quantum/jobs status=200 …
  json,  ///< {"time":"2026-01-31T12:00:00.123Z","level":"info","message":"method=GET …"}
};

/// Sends the program's log to standard error from now on. Lines are gathered and written a few times a second, and at
/// once from the level warning on and when the program ends.
/// \param level  debug, info, warning, error or off.
void start_log(std::string_view level, LogFormat format);

}  // namespace qhub::hub
