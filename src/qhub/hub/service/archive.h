#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "qhub/base/result.h"

namespace qhub::hub {

struct ArchiveLimits {
  std::uint64_t bytes = std::uint64_t{1} << 30;  ///< Of all files, unpacked.
  std::uint64_t entries = 20'000;
};

/// Unpacks a zip archive into a directory that is made for it; without one it is only read and checked.
/// Errors: invalid_argument that names the entry, for what is no zip archive, a path that is absolute or leads out of
/// the directory, a link or device, an entry twice, an encrypted one; too_large beyond a limit. Of a refused archive
/// nothing stays.
[[nodiscard]] Result<void> unpack_zip(std::filesystem::path const& archive, std::filesystem::path const& directory,
                                      ArchiveLimits const& limits = {});
[[nodiscard]] Result<void> check_zip(std::filesystem::path const& archive, ArchiveLimits const& limits = {});

}  // namespace qhub::hub
