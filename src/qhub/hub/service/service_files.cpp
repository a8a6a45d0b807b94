#include "qhub/hub/service/service_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
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

bool synchronize(fs::path const& path, int flags) {
  Descriptor const descriptor(::open(path.c_str(), flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  return descriptor && ::fsync(descriptor.get()) == 0;
}

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

Result<void> settle_files(fs::path const& directory) {
  // Directories are made accessible before they are entered.
  if (::chmod(directory.c_str(), 0700) != 0) return failure("keep", directory, errno);
  std::error_code error;
  for (fs::directory_entry const& entry : fs::directory_iterator(directory, error)) {
    fs::path const& path = entry.path();
    fs::file_status const status = entry.symlink_status(error);
    if (error) return failure("look at", path, error.value());
    if (status.type() == fs::file_type::directory) {
      if (::lchown(path.c_str(), ::geteuid(), ::getegid()) != 0) return failure("keep", path, errno);
      if (Result<void> const settled = settle_files(path); !settled) return settled.error();
    } else if (status.type() == fs::file_type::regular) {
      bool const ours = ::lchown(path.c_str(), ::geteuid(), ::getegid()) == 0 && ::chmod(path.c_str(), 0600) == 0;
      if (!ours || !synchronize(path, 0)) return failure("keep", path, errno);
    } else if (::unlink(path.c_str()) != 0) {
      return failure("remove", path, errno);
    }
  }
  if (error) return failure("read", directory, error.value());
  if (!synchronize(directory, O_DIRECTORY)) return failure("keep", directory, errno);
  return {};
}

bool make_durable(fs::path const& file) {
  return synchronize(file, 0);
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
