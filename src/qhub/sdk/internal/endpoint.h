#pragma once

#include <string>

#include "qhub/api/operation.h"
#include "qhub/sdk/client_options.h"

namespace qhub::sdk {

/// How a client proves who is calling.
enum class Credential { api_key, bearer };

/// Where an API is and how to call it: the options of a client, checked.
struct Endpoint {
  Credential credential;
  ClientOptions options;
  std::string base_url;  ///< Without a slash at the end.
};

/// \param has_token  whether a token comes from elsewhere, so that the options need none.
/// \throws std::invalid_argument if the options lack the token or the base URL.
Endpoint make_endpoint(api::OperationTable const& table, ClientOptions options, bool has_token = false);

/// Of another API of the same server, with the same credentials.
/// \throws std::invalid_argument if the base URL does not end as that of `from` does.
Endpoint sibling_of(Endpoint const& endpoint, api::OperationTable const& from, api::OperationTable const& to);

/// The token of the options, for one attempt.
std::string token_of(Endpoint const& endpoint);

/// Whether lines of this level are wanted.
bool logs(Endpoint const& endpoint, LogLevel level);

}  // namespace qhub::sdk
