#pragma once

#include <string>

#include "qhub/cli/command.h"

namespace qhub::cli {

/// Checks a token with the hub at this address and keeps it in the configuration file; a former login at another hub
/// stays beside it. A failed check leaves the file as it was.
/// \param hub  empty: the current one.
void log_in(Arguments const& arguments, std::string const& hub, std::string const& token);

}  // namespace qhub::cli
