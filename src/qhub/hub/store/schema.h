#pragma once

#include "qhub/base/result.h"
#include "qhub/hub/store/sqlite.h"

namespace qhub::hub {

/// Brings a database, new or of any earlier version, to the present schema in one transaction. Errors: unsupported for
/// a database of another program or of a newer hub; a damaged one throws DatabaseError.
[[nodiscard]] Result<void> migrate(Connection& connection);

}  // namespace qhub::hub
