#pragma once

#include <filesystem>
#include <string>

#include "qhub/hub/http/message.h"
#include "qhub/hub/service/descriptor.h"

namespace qhub::hub {

/// Opens what a program may have made: nothing outside of the directory, and through no link. Empty if that fails.
/// \param flags  as open(2) has them.
[[nodiscard]] Descriptor open_below(std::filesystem::path const& directory, std::string const& name, int flags);

/// The bytes of a file below a directory, read while they are sent; of the part that a header `Range: bytes=…` asks for,
/// if it asks for one (RFC 9110, 14). Errors: not_found if open_below finds no regular file.
[[nodiscard]] Result<Response> file_response(Request const& request, std::filesystem::path const& directory,
                                             std::string const& name,
                                             std::string media_type = "application/octet-stream");

}  // namespace qhub::hub
