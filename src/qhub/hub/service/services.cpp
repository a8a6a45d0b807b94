#include "qhub/hub/service/services.h"

#include <fmt/format.h>

#include "qhub/api/codec.h"

namespace qhub::hub {
namespace {

template <class... Values>
std::optional<ServiceRow> find_row(Connection& connection, std::string_view condition, Values const&... values) {
  Statement statement = connection.query(
      fmt::format("SELECT services.id, tenant_id, name, state, context, slug, services.version, build FROM services "
                  "JOIN resources ON resources.id = services.id WHERE {}",
                  condition),
      values...);
  if (!statement.step()) return std::nullopt;
  return ServiceRow{.id = statement.column<std::string>(0),
                    .tenant_id = statement.column<std::string>(1),
                    .name = statement.column<std::string>(2),
                    .lifecycle = statement.column<std::string>(3),
                    .context = statement.column<std::string>(4),
                    .slug = statement.column<std::string>(5),
                    .version = statement.column<std::string>(6),
                    .build = statement.column<std::optional<std::int64_t>>(7)};
}

BuildRow read_build(Statement const& statement) {
  using Text = std::optional<std::string>;
  return {.number = statement.column<std::int64_t>(0),
          .service_id = statement.column<std::string>(1),
          .status = statement.column<std::string>(2),
          .step = statement.column<std::string>(3),
          .validation = statement.column<Text>(4),
          .python = statement.column<Text>(5),
          .created_at = statement.column<std::int64_t>(6),
          .finished_at = statement.column<std::optional<std::int64_t>>(7)};
}

template <class... Values>
std::vector<BuildRow> find_builds(Connection& connection, std::string_view condition, Values const&... values) {
  Statement statement = connection.query(
      fmt::format("SELECT number, service_id, status, step, validation, python, created_at, finished_at FROM "
                  "service_builds WHERE {}",
                  condition),
      values...);
  std::vector<BuildRow> builds;
  while (statement.step()) builds.push_back(read_build(statement));
  return builds;
}

std::optional<BuildRow> first(std::vector<BuildRow> builds) {
  if (builds.empty()) return std::nullopt;
  return std::move(builds.front());
}

}  // namespace

void insert_service_address(Connection& connection, std::string_view id, std::string_view context,
                            std::string_view slug, std::string_view version) {
  std::string free(slug);
  for (int number = 2; find_service_by_address(connection, context, free, version); ++number)
    free = fmt::format("{}-{}", slug, number);
  connection.execute("INSERT INTO services (id, context, slug, version) VALUES (?, ?, ?, ?)", id, context, free,
                     version);
}

std::optional<ServiceRow> find_service(Connection& connection, std::string_view id) {
  return find_row(connection, "services.id = ?", id);
}

std::optional<ServiceRow> find_service_by_address(Connection& connection, std::string_view context,
                                                  std::string_view slug, std::string_view version) {
  return find_row(connection, "context = ? AND slug = ? AND services.version = ?", context, slug, version);
}

void delete_service(Connection& connection, std::string_view id) {
  connection.execute("DELETE FROM service_builds WHERE service_id = ?", id);
  connection.execute("DELETE FROM services WHERE id = ?", id);
}

JsonObject read_definition(Connection& connection, std::string_view service_id) {
  Statement statement = connection.query(
      "SELECT json_extract(document, '$.serviceDefinitions[0]') FROM resources WHERE id = ?", service_id);
  if (!statement.step()) return {};
  Result<Json> json = api::parse(statement.column<std::string>(0));
  return json && json->is_object() ? std::move(json->get_object()) : JsonObject();
}

void insert_build(Connection& connection, BuildRow& build) {
  connection.execute("INSERT INTO service_builds (service_id, status, step, created_at) VALUES (?, ?, ?, ?)",
                     build.service_id, build.status, build.step, build.created_at);
  build.number = connection.last_row();
}

void update_build(Connection& connection, BuildRow const& build) {
  connection.execute(
      "UPDATE service_builds SET status = ?2, step = ?3, validation = ?4, python = ?5, finished_at = ?6 WHERE number = "
      "?1",
      build.number, build.status, build.step, build.validation, build.python, build.finished_at);
}

std::optional<BuildRow> find_build(Connection& connection, std::int64_t number) {
  return first(find_builds(connection, "number = ?", number));
}

std::optional<BuildRow> latest_build(Connection& connection, std::string_view service_id) {
  return first(find_builds(connection, "service_id = ? ORDER BY number DESC LIMIT 1", service_id));
}

std::vector<BuildRow> unfinished_builds(Connection& connection) {
  return find_builds(connection, "status = 'WORKING'");
}

}  // namespace qhub::hub
