#include "qhub/hub/service/service_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <system_error>

#include "qhub/hub/service/descriptor.h"

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;

Error failure(std::string_view what, fs::path const& path, int error) {
  return {.kind = error == ENOSPC || error == EDQUOT ? ErrorKind::unavailable : ErrorKind::internal,
          .message = fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(error)),
          .details = {}};
}

/// Waiting for the disk once takes longer than it does for a file, and less long than for many.
constexpr std::size_t most_synced_alone = 16;

class Settling {
 public:
  explicit Settling(SettleFor whom) : whom_(whom) {}

  /// \param place  of a file or directory, opened with O_PATH: whatever a program that still runs puts under its name,
  ///               this is about what was looked at.
  Result<void> settle(int place, fs::path const& path) {
    struct stat status {};
    if (::fstat(place, &status) != 0) return failure("look at", path, errno);
    bool const is_directory = S_ISDIR(status.st_mode);
    mode_t const everybody = is_directory ? 0777 : 0666;
    mode_t const mode = whom_ == SettleFor::services ? everybody : everybody & 0700;
    std::string const itself = fmt::format("/proc/self/fd/{}", place);
    if (::chown(itself.c_str(), ::geteuid(), ::getegid()) != 0 || ::chmod(itself.c_str(), mode) != 0)
      return failure("keep", path, errno);
    Descriptor opened(::open(itself.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened) return failure("open", path, errno);
    if (is_directory)
      if (Result<void> const settled = settle_entries(opened.get(), path); !settled) return settled.error();
    if (++count_ <= most_synced_alone && ::fsync(opened.get()) != 0) return failure("keep", path, errno);
    return {};
  }

  /// Waits for the disk, if that has not been done file by file.
  Result<void> finish(fs::path const& directory) const {
    if (count_ <= most_synced_alone) return {};
    Descriptor const opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened || ::syncfs(opened.get()) != 0) return failure("keep", directory, errno);
    return {};
  }

 private:
  Result<void> settle_entries(int directory, fs::path const& path) {
    struct CloseDirectory {
      void operator()(DIR* stream) const { ::closedir(stream); }
    };
    std::unique_ptr<DIR, CloseDirectory> const stream(::fdopendir(::openat(directory, ".", O_RDONLY | O_CLOEXEC)));
    if (!stream) return failure("read", path, errno);
    while (dirent const* const entry = ::readdir(stream.get())) {
      std::string_view const name = entry->d_name;
      if (name == "." || name == "..") continue;
      Descriptor const place(::openat(directory, entry->d_name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
      struct stat status {};
      if (!place || ::fstat(place.get(), &status) != 0) {
        if (errno == ENOENT) continue;  // another execution has just removed it
        return failure("look at", path / name, errno);
      }
      if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
        if (Result<void> const settled = settle(place.get(), path / name); !settled) return settled.error();
      } else if (::unlinkat(directory, entry->d_name, 0) != 0 && errno != ENOENT) {
        return failure("remove", path / name, errno);
      }
    }
    return {};
  }

  SettleFor const whom_;
  std::size_t count_ = 0;
};

}  // namespace

std::vector<std::string> list_files(fs::path const& directory) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end; entry.increment(error))
    if (entry->symlink_status(error).type() == fs::file_type::regular)
      files.push_back(entry->path().lexically_relative(directory).string());
  std::ranges::sort(files);
  return files;
}

Result<void> settle_files(fs::path const& directory, SettleFor whom) {
  Descriptor const place(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!place) return failure("keep", directory, errno);
  Settling settling(whom);
  if (Result<void> const settled = settling.settle(place.get(), directory); !settled) return settled.error();
  return settling.finish(directory);
}

bool make_durable(fs::path const& file) {
  Descriptor const descriptor(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  return descriptor && ::fsync(descriptor.get()) == 0;
}

DirectorySize measure(fs::path const& directory) {
  DirectorySize size;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end; entry.increment(error)) {
    struct stat status {};
    if (::lstat(entry->path().c_str(), &status) != 0) continue;
    size.bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
    ++size.files;
  }
  return size;
}

Result<void> make_directory_for(fs::path const& directory, uid_t uid) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return failure("make", directory, error.value());
  if (::chmod(directory.c_str(), 0755) != 0) return failure("open", directory, errno);
  if (::geteuid() == 0 && ::chown(directory.c_str(), uid, uid) != 0) return failure("hand over", directory, errno);
  return {};
}

Result<void> make_shared_directory(fs::path const& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return failure("make", directory, error.value());
  if (::chmod(directory.c_str(), 0777) != 0) return failure("open", directory, errno);
  return {};
}

Result<void> write_file(fs::path const& file, std::string_view content) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  if (!stream || ::chmod(file.c_str(), 0644) != 0) return failure("write", file, errno);
  return {};
}

Result<std::string> read_file(fs::path const& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return failure("read", file, errno);
  return content;
}

}  // namespace qhub::hub
