#pragma once

#include "qhub/cli/command.h"

namespace qhub::cli {

/// `qhubctl run [SERVICE]`: starts a service as a job of its provider, follows its log and prints its result.
ExitCode run_service(Arguments const& arguments);

}  // namespace qhub::cli
