#pragma once

#include <filesystem>
#include <functional>

#include "qhub/base/result.h"
#include "qhub/hub/store/sqlite.h"

namespace qhub::hub {

/// Runs `work` in one transaction on the database of a data directory, whether or not a hub is using it just now; makes
/// the directory and the database if they are missing. What a running hub keeps in memory follows within a second.
/// Errors: those of `work`, which then leaves nothing behind, and of Store::open; unavailable if a running hub does not
/// let go of the database for ten seconds.
[[nodiscard]] Result<void> administer(std::filesystem::path const& data_directory,
                                      std::function<Result<void>(Connection&)> const& work);

}  // namespace qhub::hub
