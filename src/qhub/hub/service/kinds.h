#pragma once

#include "qhub/hub/platform/kinds.h"

/// The kinds of resources that services are called with; services themselves are among the platform's.
namespace qhub::hub::kinds {

inline constexpr TextLimit application_limits[] = {{"name", 1, 255}};
inline constexpr Kind application{.name = "application",
                                  .name_member = "name",
                                  .unique = Kind::Unique::in_tenant,
                                  .limits = application_limits};

inline constexpr TextLimit data_pool_limits[] = {{"name", 3, 255}, {"shortDescription", 0, 60}};
inline constexpr Kind data_pool{.name = "data pool", .name_member = "name", .limits = data_pool_limits};

}  // namespace qhub::hub::kinds
