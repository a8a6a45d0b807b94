#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/json.h"
#include "qhub/base/result.h"
#include "qhub/hub/store/sqlite.h"

/// What makes a service run, beside the resource that describes it: its address and its builds. Every function runs
/// inside a transaction of its caller. Times are microseconds since 1970, UTC.
namespace qhub::hub {

/// A service with what calls of it need to know of the resource.
struct ServiceRow {
  std::string id;
  std::string tenant_id;
  std::string name;
  std::string lifecycle;  ///< CREATED, ACCESSIBLE or PUBLISHED
  std::string context;    ///< With slug and version: its address at the gateway.
  std::string slug;
  std::string version;
  std::optional<std::int64_t> build;  ///< The one that runs; nothing before the first success.
};

/// Gives a new service its address. A number is added to the slug where the address is taken.
void insert_service_address(Connection& connection, std::string_view id, std::string_view context,
                            std::string_view slug, std::string_view version);
[[nodiscard]] std::optional<ServiceRow> find_service(Connection& connection, std::string_view id);
[[nodiscard]] std::optional<ServiceRow> find_service_by_address(Connection& connection, std::string_view context,
                                                                std::string_view slug, std::string_view version);
/// Removes address and builds.
void delete_service(Connection& connection, std::string_view id);

/// The document of the service's definition: type, runtimeConfiguration, resourceConfigurations and the rest.
[[nodiscard]] JsonObject read_definition(Connection& connection, std::string_view service_id);

/// A build of a managed service.
struct BuildRow {
  std::int64_t number = 0;
  std::string service_id;
  std::string status = "WORKING";         ///< WORKING, SUCCESS or FAILURE
  std::string step = "INIT";              ///< INIT or BUILD_IMAGE
  std::optional<std::string> validation;  ///< JSON {state, summary, messages}
  std::optional<std::string> python;      ///< The interpreter that runs it; nothing for a native program.
  std::int64_t created_at = 0;
  std::optional<std::int64_t> finished_at;
};
/// Stores a new build and gives it its number.
void insert_build(Connection& connection, BuildRow& build);
void update_build(Connection& connection, BuildRow const& build);
[[nodiscard]] std::optional<BuildRow> find_build(Connection& connection, std::int64_t number);
[[nodiscard]] std::optional<BuildRow> latest_build(Connection& connection, std::string_view service_id);
/// Builds that were under way when a hub died.
[[nodiscard]] std::vector<BuildRow> unfinished_builds(Connection& connection);

}  // namespace qhub::hub
