#pragma once

#include <filesystem>
#include <string_view>

#include "qhub/base/result.h"

namespace qhub::hub {

/// Writes a file that nobody else may read, whole or not at all. Errors: forbidden with the system's reason.
[[nodiscard]] Result<void> write_secret(std::filesystem::path const& file, std::string_view text);

}  // namespace qhub::hub
