#include "qhub/hub/service/data_pools.h"

#include <fmt/format.h>

#include <map>
#include <system_error>

#include "qhub/hub/random_id.h"
#include "qhub/hub/service/service_files.h"

namespace qhub::hub {
namespace {

template <class... Values>
std::vector<DataPoolFileRow> find_files(Connection& connection, std::string_view condition, Values const&... values) {
  Statement statement = connection.query(
      fmt::format("SELECT id, pool_id, name, content_type, content_length, created_at FROM data_pool_files WHERE {}",
                  condition),
      values...);
  std::vector<DataPoolFileRow> rows;
  while (statement.step())
    rows.push_back({statement.column<std::string>(0), statement.column<std::string>(1),
                    statement.column<std::string>(2), statement.column<std::string>(3),
                    statement.column<std::int64_t>(4), statement.column<std::int64_t>(5)});
  return rows;
}

}  // namespace

Result<void> insert_pool_file(Connection& connection, DataPoolFileRow const& file) {
  if (!find_files(connection, "pool_id = ? AND name = ?", file.pool_id, file.name).empty())
    return Error{.kind = ErrorKind::conflict,
                 .message = fmt::format("the data pool has a file named '{}' already", file.name),
                 .details = {}};
  connection.execute(
      "INSERT INTO data_pool_files (id, pool_id, name, content_type, content_length, created_at) VALUES (?, ?, ?, ?, "
      "?, ?)",
      file.id, file.pool_id, file.name, file.content_type, file.content_length, file.created_at);
  return {};
}

std::optional<DataPoolFileRow> find_pool_file(Connection& connection, std::string_view pool_id,
                                              std::string_view file_id) {
  std::vector<DataPoolFileRow> files = find_files(connection, "pool_id = ? AND id = ?", pool_id, file_id);
  if (files.empty()) return std::nullopt;
  return std::move(files.front());
}

std::vector<DataPoolFileRow> list_pool_files(Connection& connection, std::string_view pool_id) {
  return find_files(connection, "pool_id = ? ORDER BY name", pool_id);
}

void delete_pool_file(Connection& connection, std::string_view file_id) {
  connection.execute("DELETE FROM data_pool_files WHERE id = ?", file_id);
}

void delete_pool_files(Connection& connection, std::string_view pool_id) {
  connection.execute("DELETE FROM data_pool_files WHERE pool_id = ?", pool_id);
}

void reconcile_pool(Connection& connection, std::string_view pool_id, std::filesystem::path const& directory,
                    std::int64_t now) {
  std::map<std::string, DataPoolFileRow> known;
  for (DataPoolFileRow& file : list_pool_files(connection, pool_id)) known.emplace(file.name, std::move(file));
  for (std::string const& name : list_files(directory)) {
    std::error_code error;
    auto const size = static_cast<std::int64_t>(std::filesystem::file_size(directory / name, error));
    if (error) continue;
    if (auto const node = known.extract(name); !node.empty())
      connection.execute("UPDATE data_pool_files SET content_length = ?2 WHERE id = ?1", node.mapped().id, size);
    else
      static_cast<void>(insert_pool_file(connection, {.id = random_uuid(),
                                                      .pool_id = std::string(pool_id),
                                                      .name = name,
                                                      .content_type = "application/octet-stream",
                                                      .content_length = size,
                                                      .created_at = now}));
  }
  for (auto const& [name, file] : known) delete_pool_file(connection, file.id);
}

}  // namespace qhub::hub
