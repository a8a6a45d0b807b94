#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"

/// Where the files of services, executions and data pools lie.
namespace qhub::hub {

/// The layout below the data directory. Ids come from the database or were checked to be ids: no `/`, no `..`.
class ServiceFiles {
 public:
  explicit ServiceFiles(std::filesystem::path data_directory) : data_(std::move(data_directory)) {}

  /// The archive of the service as it was uploaded last.
  [[nodiscard]] std::filesystem::path source(std::string_view service_id) const { return service(service_id) / "source.zip"; }
  [[nodiscard]] std::filesystem::path service(std::string_view service_id) const { return data_ / "services" / service_id; }
  [[nodiscard]] std::filesystem::path build(std::string_view service_id, std::int64_t number) const {
    return service(service_id) / "builds" / std::to_string(number);
  }
  /// The unpacked source of a build.
  [[nodiscard]] std::filesystem::path code(std::string_view service_id, std::int64_t number) const {
    return build(service_id, number) / "user_code";
  }
  [[nodiscard]] std::filesystem::path build_log(std::string_view service_id, std::int64_t number) const {
    return build(service_id, number) / "log";
  }
  /// Python environments of the service, by what is installed in them.
  [[nodiscard]] std::filesystem::path environments(std::string_view service_id) const {
    return service(service_id) / "environments";
  }
  /// Directories of the executions that run now.
  [[nodiscard]] std::filesystem::path running(std::string_view service_id) const { return service(service_id) / "running"; }
  [[nodiscard]] std::filesystem::path running(std::string_view service_id, std::string_view execution_id) const {
    return running(service_id) / execution_id;
  }
  /// What is kept of an execution: `log`, `metrics` and, once it has ended, `output/`.
  [[nodiscard]] std::filesystem::path execution(std::string_view id) const {
    return data_ / "executions" / id.substr(0, 2) / id;
  }
  [[nodiscard]] std::filesystem::path output(std::string_view id) const { return execution(id) / "output"; }
  [[nodiscard]] std::filesystem::path log(std::string_view id) const { return execution(id) / "log"; }
  [[nodiscard]] std::filesystem::path metrics(std::string_view id) const { return execution(id) / "metrics"; }
  /// The files of a data pool, under their own names.
  [[nodiscard]] std::filesystem::path pool(std::string_view id) const { return data_ / "datapools" / id; }
  /// For what is being received.
  [[nodiscard]] std::filesystem::path incoming() const { return data_ / "incoming"; }

 private:
  std::filesystem::path data_;
};

/// The regular files below a directory as relative paths, sorted; none if there is no directory. Links are not followed.
[[nodiscard]] std::vector<std::string> list_files(std::filesystem::path const& directory);

/// Who may use files afterwards: the hub alone, or every program of a service that the directory is mounted into.
enum class SettleFor { hub, services };

/// What a program left behind becomes safe to keep and to hand out: whatever is no file or directory goes, and what
/// stays belongs to the hub. Everything is on disk afterwards. Other programs may be writing there meanwhile.
[[nodiscard]] Result<void> settle_files(std::filesystem::path const& directory, SettleFor whom);

/// Whether the content of a file is on disk now.
[[nodiscard]] bool make_durable(std::filesystem::path const& file);

struct DirectorySize {
  std::uint64_t bytes = 0;  ///< On disk.
  std::uint64_t files = 0;
};
[[nodiscard]] DirectorySize measure(std::filesystem::path const& directory);

/// Makes a directory for a program that runs as `uid`, if the hub is root, or as the hub.
[[nodiscard]] Result<void> make_directory_for(std::filesystem::path const& directory, uid_t uid);

/// Makes a directory in which the programs of services may write whoever they run as, if it is mounted into them.
[[nodiscard]] Result<void> make_shared_directory(std::filesystem::path const& directory);

/// Writes a whole file, readable by everybody who can reach its directory.
[[nodiscard]] Result<void> write_file(std::filesystem::path const& file, std::string_view content);
[[nodiscard]] Result<std::string> read_file(std::filesystem::path const& file);

}  // namespace qhub::hub
