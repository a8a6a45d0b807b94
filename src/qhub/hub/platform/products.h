#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "qhub/hub/platform/usage.h"
#include "qhub/hub/quantum/backends/catalogue.h"
#include "qhub/platform/models.h"

namespace qhub::hub {

/// Under which name the price list has a backend; UNKNOWN for those that only this hub has.
[[nodiscard]] std::string_view price_type_of(std::string_view backend_id);

/// The price list: one product per backend, and the executions of services if they cost anything.
[[nodiscard]] std::vector<platform::PlatformProductDto> price_list(Catalogue const& catalogue, Prices const& prices);

/// What one job costs, in entries; none if it is free.
[[nodiscard]] std::vector<platform::CostEntry> cost_entries(Prices const& prices, std::string_view tenant_id,
                                                            std::string_view backend_id, std::int64_t shots,
                                                            std::int64_t ended_at);
/// The same for one execution of a service.
[[nodiscard]] std::vector<platform::CostEntry> execution_cost_entries(Prices const& prices, std::string_view tenant_id,
                                                                      std::int64_t seconds, std::int64_t ended_at);

}  // namespace qhub::hub
