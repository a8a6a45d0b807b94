#pragma once

#include <filesystem>
#include <string>

#include "qhub/hub/http/message.h"
#include "qhub/hub/service/descriptor.h"

namespace qhub::hub {

/// Opens what a program may have made: nothing outside of the directory, and through no link. Empty if that fails.
/// \param flags  as open(2) has them.
[[nodiscard]] Descriptor open_below(std::filesystem::path const& directory, std::string const& name, int flags);

/// The bytes of a file below a directory, read while they are sent, or what the request wants of them: the part that `Range: bytes=…`
/// names, unless `If-Range` says that it is one of other bytes, or nothing if `If-None-Match` says that it has them
/// (RFC 9110, 13 and 14). Errors: not_found if open_below finds no regular file.
/// \param tag  the same for the same bytes only, without quotes; empty: made of when the file was written.
[[nodiscard]] Result<Response> file_response(Request const& request, std::filesystem::path const& directory,
                                             std::string const& name,
                                             std::string media_type = "application/octet-stream", std::string tag = {});

/// The same for bytes in memory.
[[nodiscard]] Response content_response(Request const& request, std::string content, std::string media_type,
                                        std::string const& tag);

}  // namespace qhub::hub
