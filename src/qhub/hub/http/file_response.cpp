#include "qhub/hub/http/file_response.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "qhub/hub/http/problem.h"

namespace qhub::hub {
namespace {

constexpr std::uint64_t piece_size = 256U << 10;

class FilePart : public BodySource {
 public:
  FilePart(Descriptor file, std::uint64_t offset, std::uint64_t size)
      : file_(std::move(file)), offset_(offset), size_(size), left_(size) {}

  std::optional<std::uint64_t> size() const override { return size_; }

  asio::awaitable<Result<std::string>> next() override {
    std::string piece(std::min(left_, piece_size), '\0');
    if (piece.empty()) co_return piece;
    ssize_t const read = ::pread(file_.get(), piece.data(), piece.size(), static_cast<off_t>(offset_));
    if (read <= 0)
      co_return Error{.kind = ErrorKind::internal,
                      .message = read < 0 ? std::strerror(errno) : "a file became shorter while it was sent",
                      .details = {}};
    piece.resize(static_cast<std::size_t>(read));
    offset_ += piece.size();
    left_ -= piece.size();
    co_return piece;
  }

 private:
  Descriptor const file_;
  std::uint64_t offset_;
  std::uint64_t const size_;
  std::uint64_t left_;
};

/// What a request wants of some bytes.
struct Wanted {
  unsigned status = 200;  ///< 200, 206, 304 or 416.
  std::uint64_t begin = 0, end = 0;
};

bool read_number(std::string_view text, std::uint64_t& value) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Ranges that are malformed, of another unit, or several, are ignored, as the RFC allows.
Wanted read_range(std::string_view header, std::uint64_t size) {
  static constexpr std::string_view unit = "bytes=";
  Wanted const whole{.status = 200, .begin = 0, .end = size};
  Wanted const nothing{.status = 416};
  std::size_t const dash = header.find('-');
  if (!header.starts_with(unit) || dash == std::string_view::npos) return whole;
  std::string_view const first = header.substr(unit.size(), dash - unit.size());
  std::string_view const last = header.substr(dash + 1);
  if (first.empty()) {
    std::uint64_t count = 0;
    if (!read_number(last, count)) return whole;
    if (count == 0 || size == 0) return nothing;
    return {.status = 206, .begin = size - std::min(count, size), .end = size};
  }
  std::uint64_t from = 0;
  std::uint64_t to = UINT64_MAX;
  if (!read_number(first, from) || (!last.empty() && !read_number(last, to)) || to < from) return whole;
  if (from >= size) return nothing;
  return {.status = 206, .begin = from, .end = std::min(to, size - 1) + 1};
}

/// Whether an If-None-Match names the tag, weakly or not.
bool names(std::string_view list, std::string const& quoted) {
  for (std::size_t start = 0; start <= list.size();) {
    std::size_t const end = std::min(list.find(',', start), list.size());
    std::string_view entry = list.substr(start, end - start);
    start = end + 1;
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    if (entry.starts_with("W/")) entry.remove_prefix(2);
    if (entry == quoted || entry == "*") return true;
  }
  return false;
}

Wanted wanted(Request const& request, std::uint64_t size, std::string const& quoted) {
  if (auto const known = request.headers.find("If-None-Match"); known && names(*known, quoted)) return {.status = 304};
  auto const range = request.headers.find("Range");
  auto const condition = request.headers.find("If-Range");
  if (!range || request.method != "GET" || (condition && *condition != quoted))
    return {.status = 200, .begin = 0, .end = size};
  return read_range(*range, size);
}

/// Completes an answer with what is wanted, or makes the one that has nothing of it.
Response answer_of(Wanted const& part, std::uint64_t size, std::string const& quoted, Response response) {
  if (part.status == 416) {
    Error const error{.kind = ErrorKind::invalid_argument,
                      .message = fmt::format("Range: there are {} bytes", size),
                      .details = {}};
    response = problem(416, error, "");
    response.headers.set("Content-Range", fmt::format("bytes */{}", size));
    return response;
  }
  response.status = part.status;
  response.headers.set("Accept-Ranges", "bytes");
  response.headers.set("ETag", quoted);
  if (part.status == 206)
    response.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", part.begin, part.end - 1, size));
  return response;
}

}  // namespace

Descriptor open_below(std::filesystem::path const& directory, std::string const& name, int flags) {
  Descriptor const place(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return Descriptor(static_cast<int>(::syscall(SYS_openat2, place.get(), name.c_str(), &how, sizeof how)));
}

Result<Response> file_response(Request const& request, std::filesystem::path const& directory, std::string const& name,
                               std::string media_type, std::string tag) {
  Descriptor file = open_below(directory, name, O_RDONLY | O_NONBLOCK);
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return Error{.kind = ErrorKind::not_found,
                 .message = fmt::format("there is no file {}", name),
                 .details = {}};
  auto const size = static_cast<std::uint64_t>(status.st_size);
  if (tag.empty())
    tag = fmt::format("{:x}-{:x}-{:x}-{:x}", status.st_ino, size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  std::string const quoted = fmt::format("\"{}\"", tag);
  Wanted const part = wanted(request, size, quoted);
  auto source = std::make_unique<FilePart>(std::move(file), part.begin, part.end - part.begin);
  return answer_of(part, size, quoted, bytes_response(std::move(source), std::move(media_type)));
}

Response content_response(Request const& request, std::string content, std::string media_type,
                          std::string const& tag) {
  std::string const quoted = fmt::format("\"{}\"", tag);
  Wanted const part = wanted(request, content.size(), quoted);
  std::uint64_t const size = content.size();
  if (part.status != 200) content = content.substr(part.begin, part.end - part.begin);
  return answer_of(part, size, quoted, bytes_response(std::move(content), std::move(media_type)));
}

}  // namespace qhub::hub
