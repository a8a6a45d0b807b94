#include "qhub/hub/store/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "qhub/hub/store/sqlite.h"

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view database_name = "qhubd.sqlite";

Error failure(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .details = {}};
}

/// Files of a data directory that are no data: the database, which is copied in its own way, and what a running hub
/// keeps for itself.
bool is_left_out(fs::path const& relative) {
  std::string const first = relative.begin()->string();
  return first.starts_with(database_name) || first == "qhubd.lock" || first == "uploads" ||
         relative == "blobs/unfinished";
}

/// Copies the tree below `from`, with permissions; files that vanish meanwhile are left out.
BackupSummary copy_files(fs::path const& from, fs::path const& to) {
  BackupSummary summary;
  for (auto entry = fs::recursive_directory_iterator(from, fs::directory_options::skip_permission_denied);
       entry != fs::recursive_directory_iterator(); ++entry) {
    fs::path const relative = fs::relative(entry->path(), from);
    if (is_left_out(relative)) {
      entry.disable_recursion_pending();
      continue;
    }
    fs::file_status const status = entry->symlink_status();
    if (fs::is_directory(status)) {
      fs::create_directories(to / relative);
      fs::permissions(to / relative, status.permissions());
    } else if (fs::is_symlink(status)) {
      fs::copy_symlink(entry->path(), to / relative);
    } else if (fs::is_regular_file(status)) {
      std::error_code error;
      if (!fs::copy_file(entry->path(), to / relative, error)) {
        if (error == std::errc::no_such_file_or_directory) continue;
        throw fs::filesystem_error("cannot copy", entry->path(), to / relative, error);
      }
      ++summary.files;
      summary.bytes += fs::file_size(to / relative);
    }
  }
  return summary;
}

/// Everything written to the file system of `path` is on disk afterwards.
void flush_file_system(fs::path const& path) {
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  bool const flushed = descriptor >= 0 && ::syncfs(descriptor) == 0;
  int const reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!flushed) throw std::system_error(reason, std::generic_category(), "cannot flush " + path.string());
}

/// \param is_backup  the source is a backup: nobody writes to its database, which is checked first.
Result<BackupSummary> copy_data(fs::path const& source, fs::path const& target, bool is_backup) {
  fs::path const database = source / database_name;
  if (!fs::is_regular_file(database))
    return failure(ErrorKind::not_found, fmt::format("there is no hub's database in {}", source.string()));
  if (fs::exists(target) && !(fs::is_directory(target) && fs::is_empty(target)))
    return failure(ErrorKind::conflict, fmt::format("{} exists already; name a folder that does not", target.string()));
  fs::path const unfinished = target.string() + ".unfinished";
  try {
    fs::remove_all(unfinished);
    fs::create_directories(unfinished);
    fs::permissions(unfinished, fs::perms::owner_all);
    {
      Connection connection(database, Connection::Mode::read_only);
      if (is_backup) {
        Statement check = connection.query("PRAGMA integrity_check");
        if (!check.step() || check.column<std::string>(0) != "ok")
          return failure(ErrorKind::internal, fmt::format("the database in {} is damaged", source.string()));
      }
      connection.execute("VACUUM INTO ?", (unfinished / database_name).string());
    }
    fs::permissions(unfinished / database_name, fs::perms::owner_read | fs::perms::owner_write);
    BackupSummary summary = copy_files(source, unfinished);
    ++summary.files;
    summary.bytes += fs::file_size(unfinished / database_name);
    flush_file_system(unfinished);
    fs::remove(target);  // An empty folder, or nothing.
    fs::rename(unfinished, target);
    flush_file_system(target.has_parent_path() ? target.parent_path() : ".");
    return summary;
  } catch (std::system_error const& error) {
    bool const is_full = error.code() == std::errc::no_space_on_device;
    return failure(is_full ? ErrorKind::resource_exhausted : ErrorKind::internal, error.what());
  } catch (DatabaseError const& error) {
    return failure((error.code & 0xff) == SQLITE_FULL ? ErrorKind::resource_exhausted : ErrorKind::internal,
                   error.what());
  }
}

}  // namespace

Result<BackupSummary> back_up(fs::path const& data_directory, fs::path const& target) {
  return copy_data(data_directory, target, /*is_backup=*/false);
}

Result<BackupSummary> restore(fs::path const& backup, fs::path const& data_directory) {
  return copy_data(backup, data_directory, /*is_backup=*/true);
}

}  // namespace qhub::hub
