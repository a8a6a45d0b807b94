#pragma once

#include <memory>
#include <string>

#include "qhub/sdk/http.h"

namespace qhub {

/// A transport that passes requests on and appends each exchange to a file, for make_replaying_transport: a line of
/// JSON with the request and the answer, or the failure. Secret headers are left out, bodies are not: look at the file
/// before you share it.
/// \param path   of the file; what it held before is replaced.
/// \param inner  sends the requests; libcurl unless set.
/// \throws std::runtime_error if the file cannot be written.
std::shared_ptr<Transport> make_recording_transport(std::string const& path, std::shared_ptr<Transport> inner = nullptr);

/// A transport that answers from a recording, without a network. A request gets the first answer not given yet that was
/// recorded for the same method, path, query and body; scheme, host and headers do not count. It does not wait, so
/// make_async() makes it fit for the asynchronous clients.
/// \throws std::runtime_error if the file is no recording. Sending throws HubError for a request it does not have.
std::shared_ptr<Transport> make_replaying_transport(std::string const& path);

}  // namespace qhub
