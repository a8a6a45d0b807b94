#pragma once

#include <memory>

#include "qhub/sdk/http.h"

namespace qhub::sdk {

/// The transport over libcurl: connections are kept and used again, TLS certificates are checked, proxies come from
/// the environment as libcurl documents it, answers may be compressed.
std::shared_ptr<Transport> make_curl_transport();

}  // namespace qhub::sdk
