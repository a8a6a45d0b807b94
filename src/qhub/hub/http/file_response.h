#pragma once

#include <filesystem>
#include <string>

#include "qhub/hub/http/message.h"

namespace qhub::hub {

/// The bytes of a file, read while they are sent; of the part that a header `Range: bytes=…` asks for, if it asks for
/// one (RFC 9110, 14). Errors: not_found if there is no such regular file.
[[nodiscard]] Result<Response> file_response(Request const& request, std::filesystem::path const& file,
                                             std::string media_type = "application/octet-stream");

}  // namespace qhub::hub
