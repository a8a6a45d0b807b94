#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "qhub/hub/store/workloads.h"

namespace qhub::hub {

/// A job or a session in a list.
struct Place {
  bool is_job = true;
  std::int64_t number = 0;
};
struct Places {
  std::vector<Place> page;
  std::int64_t total = 0;
};

/// A page of a tenant's jobs and sessions, for searches that choose by type, status, provider, backend, origin and one
/// tag at most, and sort by the first four of these, then by created_at. Nothing for any other search.
///
/// Takes time with the square root of the number of jobs, wherever the page is: see workload_facets in schema.cpp.
[[nodiscard]] std::optional<Places> find_places(Connection& connection, WorkloadSearch const& search);

}  // namespace qhub::hub
