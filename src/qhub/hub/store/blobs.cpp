#include "qhub/hub/store/blobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "qhub/hub/auth/token.h"
#include "qhub/hub/store/sqlite.h"

namespace qhub::hub {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(std::string_view what, fs::path const& path) {
  int const reason = errno;
  throw DatabaseError(reason == ENOSPC || reason == EDQUOT ? SQLITE_FULL : SQLITE_IOERR,
                      fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(reason)));
}

class Descriptor {
 public:
  Descriptor(fs::path const& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (number_ < 0) fail("open", path);
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

void write_durably(fs::path const& path, std::string_view bytes) {
  Descriptor const file(path, O_WRONLY | O_CREAT | O_TRUNC);
  while (!bytes.empty()) {
    ssize_t const written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.number()) != 0) fail("flush", path);
}

void flush_folder(fs::path const& path) {
  Descriptor const folder(path, O_RDONLY | O_DIRECTORY);
  if (::fsync(folder.number()) != 0) fail("flush", path);
}

void make_folder(fs::path const& path) {
  if (::mkdir(path.c_str(), 0700) == 0)
    flush_folder(path.parent_path());
  else if (errno != EEXIST)
    fail("make", path);
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (char const byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace

/// Two levels, so that no folder grows without bounds.
fs::path Blobs::path_of(std::string const& name) const {
  return folder_ / name.substr(0, 2) / name;
}

StoredText Blobs::keep(std::string const& text) const {
  if (text.size() < max_inline_bytes) return {.bytes = text};
  std::string name = hex(sha256(text));
  fs::path const path = path_of(name);
  if (::access(path.c_str(), F_OK) != 0) {
    make_folder(folder_);
    make_folder(path.parent_path());
    fs::path const unfinished = path.string() + ".unfinished";
    write_durably(unfinished, text);
    if (::rename(unfinished.c_str(), path.c_str()) != 0) fail("rename", unfinished);
    flush_folder(path.parent_path());
  }
  return {.bytes = text, .file = std::move(name)};
}

std::optional<StoredText> Blobs::keep(std::optional<std::string> const& text) const {
  if (!text) return std::nullopt;
  return keep(*text);
}

std::optional<std::string> Blobs::load(Statement const& statement, int column) const {
  auto bytes = statement.column<std::optional<std::string>>(column);
  if (!bytes || !statement.is_text(column)) return bytes;
  fs::path const path = path_of(*bytes);
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  auto const size = static_cast<std::streamoff>(file.tellg());
  std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  file.seekg(0);
  if (!file.read(text.data(), size)) fail("read", path);
  return text;
}

}  // namespace qhub::hub
