#pragma once

#include "qhub/hub/platform/mount.h"

namespace qhub::hub {

/// Where the user API is served.
inline constexpr std::string_view user_prefix = "/user-service";

/// Routes the whole user API; returns what has to live as long as the router.
[[nodiscard]] Mounted mount_user_api(Router& router, Transactions const& transactions);

}  // namespace qhub::hub
