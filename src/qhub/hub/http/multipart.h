#pragma once

#include <string_view>

#include "qhub/api/file.h"
#include "qhub/base/result.h"

namespace qhub::hub {

/// The part named `name` of a multipart/form-data body (RFC 7578). Errors: invalid_argument that says what is missing.
Result<File> read_multipart_file(std::string_view content_type, std::string_view body, std::string_view name);

}  // namespace qhub::hub
