#pragma once

#include <string>
#include <string_view>

#include "qhub/cli/command.h"
#include "qhub/sdk/client_options.h"

namespace qhub::cli {

/// Options of a client for `api` as flags, environment and configuration file give them, in this order of precedence.
/// \throws CredentialUnavailableError, UsageError
ClientOptions client_options(Arguments const& arguments, std::string_view api);

}  // namespace qhub::cli
