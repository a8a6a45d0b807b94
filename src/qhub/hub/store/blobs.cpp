#include "qhub/hub/store/blobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "qhub/hub/auth/token.h"
#include "qhub/hub/random_id.h"
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
    make_folder(unfinished());
    fs::path const file = unfinished() / fast_uuid();  // Another thread may be writing the same text.
    write_durably(file, text);
    if (::rename(file.c_str(), path.c_str()) != 0) fail("rename", file);
    flush_folder(path.parent_path());
  }
  return {.bytes = text, .file = std::move(name)};
}

std::optional<StoredText> Blobs::keep(std::optional<std::string> const& text) const {
  if (!text) return std::nullopt;
  return keep(*text);
}

std::optional<FoundText> Blobs::find(Statement const& statement, int column) const {
  auto bytes = statement.column<std::optional<std::string>>(column);
  if (!bytes) return std::nullopt;
  if (!statement.is_text(column)) return FoundText{.bytes = std::move(*bytes), .file = {}};
  return FoundText{.bytes = {}, .file = path_of(*bytes)};
}

std::optional<std::string> Blobs::load(Statement const& statement, int column) const {
  std::optional<FoundText> const found = find(statement, column);
  if (!found) return std::nullopt;
  return found->load();
}

void Blobs::remove_unfinished() const {
  std::error_code ignored;
  fs::remove_all(unfinished(), ignored);
}

std::string FoundText::load() const {
  if (file.empty()) return bytes;
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  auto const size = static_cast<std::streamoff>(stream.tellg());
  std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  stream.seekg(0);
  if (!stream.read(text.data(), size)) fail("read", file);
  return text;
}

std::string FoundText::digest() const {
  return file.empty() ? hex(sha256(bytes)) : file.filename().string();
}

}  // namespace qhub::hub
