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

struct Part {
  std::uint64_t begin, end;
};
enum class RangeKind { whole, part, unsatisfiable };

bool read_number(std::string_view text, std::uint64_t& value) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// Ranges that are malformed, of another unit, or several, are ignored, as the RFC allows.
RangeKind read_range(std::string_view header, std::uint64_t size, Part& part) {
  static constexpr std::string_view unit = "bytes=";
  std::size_t const dash = header.find('-');
  if (!header.starts_with(unit) || dash == std::string_view::npos) return RangeKind::whole;
  std::string_view const first = header.substr(unit.size(), dash - unit.size());
  std::string_view const last = header.substr(dash + 1);
  if (first.empty()) {
    std::uint64_t count = 0;
    if (!read_number(last, count)) return RangeKind::whole;
    if (count == 0 || size == 0) return RangeKind::unsatisfiable;
    part = {size - std::min(count, size), size};
    return RangeKind::part;
  }
  std::uint64_t from = 0;
  std::uint64_t to = UINT64_MAX;
  if (!read_number(first, from) || (!last.empty() && !read_number(last, to)) || to < from) return RangeKind::whole;
  if (from >= size) return RangeKind::unsatisfiable;
  part = {from, std::min(to, size - 1) + 1};
  return RangeKind::part;
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
                               std::string media_type) {
  Descriptor file = open_below(directory, name, O_RDONLY | O_NONBLOCK);
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return Error{.kind = ErrorKind::not_found,
                 .message = fmt::format("there is no file {}", name),
                 .details = {}};
  auto const size = static_cast<std::uint64_t>(status.st_size);
  Part part{0, size};
  RangeKind kind = RangeKind::whole;
  if (auto const range = request.headers.find("Range")) kind = read_range(*range, size, part);
  if (kind == RangeKind::unsatisfiable) {
    Error const error{.kind = ErrorKind::invalid_argument,
                      .message = fmt::format("Range: the file has {} bytes", size),
                      .details = {}};
    Response response = problem(416, error, "");
    response.headers.set("Content-Range", fmt::format("bytes */{}", size));
    return response;
  }
  Response response =
      bytes_response(std::make_unique<FilePart>(std::move(file), part.begin, part.end - part.begin), media_type);
  response.headers.set("Accept-Ranges", "bytes");
  if (kind == RangeKind::part) {
    response.status = 206;
    response.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", part.begin, part.end - 1, size));
  }
  return response;
}

}  // namespace qhub::hub
