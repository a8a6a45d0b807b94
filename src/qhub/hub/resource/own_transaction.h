#pragma once

#include "qhub/hub/resource/transaction.h"

namespace qhub::hub {

/// What the hub does on its own account, for nobody.
[[nodiscard]] inline Transaction own_transaction(Connection& connection, std::int64_t now) {
  static Principal const nobody;
  return {.database = connection, .caller = nobody, .now = now, .if_match = {}};
}

}  // namespace qhub::hub
