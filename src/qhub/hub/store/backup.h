#pragma once

#include <cstdint>
#include <filesystem>

#include "qhub/base/result.h"

namespace qhub::hub {

struct BackupSummary {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// Copies a hub's data directory to `target`, also while the hub runs: first the database, as one transaction sees it,
/// then the files it may name, which are written before the rows that name them. Complete and on disk when it returns;
/// a copy that failed is left under another name.
/// Errors, for people: not_found without a database there, conflict if `target` exists, resource_exhausted, internal.
[[nodiscard]] Result<BackupSummary> back_up(std::filesystem::path const& data_directory,
                                            std::filesystem::path const& target);

/// The reverse: makes `data_directory` from a backup whose database is whole. The backup stays as it is.
/// Errors, for people: as above.
[[nodiscard]] Result<BackupSummary> restore(std::filesystem::path const& backup,
                                            std::filesystem::path const& data_directory);

}  // namespace qhub::hub
