#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/hub/store/sqlite.h"

/// The files of data pools, which are resources. The bytes lie in the pool's directory, under the files' own names. Every
/// function runs inside a transaction of its caller. Times are microseconds since 1970, UTC.
namespace qhub::hub {

struct DataPoolFileRow {
  std::string id;
  std::string pool_id;
  std::string name;
  std::string content_type;
  std::int64_t content_length = 0;
  std::int64_t created_at = 0;
};
/// Errors: conflict if the pool has a file of that name.
[[nodiscard]] Result<void> insert_pool_file(Connection& connection, DataPoolFileRow const& file);
[[nodiscard]] std::optional<DataPoolFileRow> find_pool_file(Connection& connection, std::string_view pool_id,
                                                            std::string_view file_id);
[[nodiscard]] std::vector<DataPoolFileRow> list_pool_files(Connection& connection, std::string_view pool_id);
void delete_pool_file(Connection& connection, std::string_view file_id);
void delete_pool_files(Connection& connection, std::string_view pool_id);

/// Brings the rows in line with the directory, after an execution could write to it.
void reconcile_pool(Connection& connection, std::string_view pool_id, std::filesystem::path const& directory,
                    std::int64_t now);

}  // namespace qhub::hub
