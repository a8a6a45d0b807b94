#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "qhub/cli/command.h"
#include "qhub/sdk/client_options.h"
#include "qhub/sdk/internal/connection.h"

/// Whom a command talks to, and as whom: a flag wins over the environment, that over the configuration file.
namespace qhub::cli {

/// A value with where it came from, for people: "KQH_PERSONAL_ACCESS_TOKEN" or a file.
struct Setting {
  std::string value;
  std::string source;
};

/// The hub that --hub or QHUB_URL names; empty: the current one.
Setting hub_setting(Arguments const& arguments);
/// Base URL of "quantum", "platform", "user" or "service". Empty: the vendor's.
Setting base_url_setting(Arguments const& arguments, std::string_view api);
/// The token for an API; the file's only if it was kept for the hub at that address. Empty if there is none.
Setting token_setting(Arguments const& arguments, std::string_view api);
/// Empty: the user's own account.
Setting organization_setting(Arguments const& arguments);

/// \throws CredentialUnavailableError, UsageError
ClientOptions client_options(Arguments const& arguments, std::string_view api);

/// What the generated clients of an API are made with.
/// \throws CredentialUnavailableError, UsageError
std::shared_ptr<sdk::Connection const> quantum_api(Arguments const& arguments);
std::shared_ptr<sdk::Connection const> platform_api(Arguments const& arguments);
std::shared_ptr<sdk::Connection const> user_api(Arguments const& arguments);

/// Of all further connections, instead of libcurl: for tests. Null: libcurl again.
void use_transport(std::shared_ptr<Transport> transport);

}  // namespace qhub::cli
