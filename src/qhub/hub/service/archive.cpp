#include "qhub/hub/service/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <unordered_map>

#include "qhub/hub/service/descriptor.h"

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_path = 1024;

struct Close {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, Close>;

Error refuse(ErrorKind kind, std::string message) {
  return {.kind = kind, .message = message, .details = {{"file", std::move(message)}}};
}

/// Why a path may not be unpacked, or nothing.
std::optional<std::string> objection(std::string_view path) {
  if (path.empty()) return "it has no name";
  if (path.size() > max_path) return "its path is too long";
  if (path.front() == '/' || path.find('\\') != std::string_view::npos) return "its path is absolute or of Windows";
  while (!path.empty()) {
    std::size_t const end = std::min(path.find('/'), path.size());
    std::string_view const part = path.substr(0, end);
    if (part == ".." || part == ".") return "its path leads out of the archive";
    if (part.empty()) return "its path has an empty part";
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return std::nullopt;
}

class Unpacking {
 public:
  Unpacking(fs::path const* directory, ArchiveLimits const& limits) : directory_(directory), limits_(limits) {}

  Result<void> run(fs::path const& file) {
    Reader const reader(archive_read_new());
    archive_read_support_format_zip_seekable(reader.get());
    if (archive_read_open_filename(reader.get(), file.c_str(), 64U << 10) != ARCHIVE_OK) return broken(reader.get());
    archive_entry* entry = nullptr;
    std::uint64_t entries = 0;
    while (true) {
      int const status = archive_read_next_header(reader.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return broken(reader.get());
      if (++entries > limits_.entries)
        return refuse(ErrorKind::too_large, fmt::format("the archive has more than {} entries", limits_.entries));
      if (Result<void> const taken = take(reader.get(), entry); !taken) return taken.error();
    }
    if (entries == 0) return refuse(ErrorKind::invalid_argument, "the archive is empty");
    return {};
  }

 private:
  static Error broken(archive* reader) {
    char const* const text = archive_error_string(reader);
    return refuse(ErrorKind::invalid_argument,
                  fmt::format("this cannot be read as a zip archive: {}", text ? text : "it is damaged"));
  }

  Result<void> take(archive* reader, archive_entry* entry) {
    char const* const raw = archive_entry_pathname_utf8(entry);
    std::string path = raw ? raw : "";
    auto const object = [&](std::string_view why) {
      return refuse(ErrorKind::invalid_argument, fmt::format("the archive's entry '{}' is refused: {}", path, why));
    };
    if (!raw) return object("its name is no UTF-8");
    auto const type = archive_entry_filetype(entry);
    bool const is_directory = type == AE_IFDIR;
    while (is_directory && path.ends_with('/')) path.pop_back();
    if (auto const why = objection(path)) return object(*why);
    if (archive_entry_is_encrypted(entry)) return object("it is encrypted");
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (!names_.emplace(path.substr(0, slash), true).first->second)
        return object(fmt::format("there is a file named '{}'", std::string_view(path).substr(0, slash)));
    auto const [known, is_first] = names_.emplace(path, is_directory);
    if (!is_first && !(is_directory && known->second)) return object("there is another of that name");
    if (is_directory) {
      std::error_code error;
      if (directory_) fs::create_directories(*directory_ / path, error);
      if (error) return object(error.message());
      return {};
    }
    if (type != AE_IFREG || archive_entry_hardlink(entry)) return object("it is a link or a device");
    Descriptor file;
    if (directory_) {
      fs::path const target = *directory_ / path;
      std::error_code error;
      fs::create_directories(target.parent_path(), error);
      // Nothing here is a link, so the path cannot lead elsewhere.
      mode_t const mode = (archive_entry_perm(entry) & 0100U) != 0 ? 0755 : 0644;
      file = Descriptor(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
      if (!file) return object(std::strerror(errno));
      ::fchmod(file.get(), mode);
    }
    // The sizes an archive states are claims; what counts is what comes out.
    std::array<char, 64U << 10> buffer;
    while (true) {
      la_ssize_t const size = archive_read_data(reader, buffer.data(), buffer.size());
      if (size == 0) return {};
      if (size < 0) return object(archive_error_string(reader) ? archive_error_string(reader) : "it is damaged");
      bytes_ += static_cast<std::uint64_t>(size);
      if (bytes_ > limits_.bytes)
        return refuse(ErrorKind::too_large, fmt::format("the archive unpacks to more than {} bytes", limits_.bytes));
      if (file && ::write(file.get(), buffer.data(), static_cast<std::size_t>(size)) != size)
        return Error{.kind = ErrorKind::unavailable,
                     .message = fmt::format("cannot unpack '{}': {}", path, std::strerror(errno)),
                     .details = {}};
    }
  }

  fs::path const* const directory_;
  ArchiveLimits const& limits_;
  std::uint64_t bytes_ = 0;
  std::unordered_map<std::string, bool> names_;  ///< Of the entries so far, and whether they are directories.
};

}  // namespace

Result<void> unpack_zip(fs::path const& archive, fs::path const& directory, ArchiveLimits const& limits) {
  std::error_code error;
  fs::remove_all(directory, error);
  fs::create_directories(directory, error);
  if (error)
    return Error{.kind = ErrorKind::unavailable,
                 .message = fmt::format("cannot make {}: {}", directory.string(), error.message()),
                 .details = {}};
  Result<void> unpacked = Unpacking(&directory, limits).run(archive);
  if (!unpacked) fs::remove_all(directory, error);
  return unpacked;
}

Result<void> check_zip(fs::path const& archive, ArchiveLimits const& limits) {
  return Unpacking(nullptr, limits).run(archive);
}

}  // namespace qhub::hub
