#include "qhub/hub/http/form.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace qhub::hub {
namespace {

constexpr std::size_t max_head_bytes = 16U << 10;  ///< Of one part's header fields.
constexpr std::size_t max_parts = 100;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::size_t find_ignoring_case(std::string_view text, std::string_view word) {
  auto const found = std::ranges::search(text, word, {}, lower, lower);
  return found.empty() ? std::string_view::npos : static_cast<std::size_t>(found.begin() - text.begin());
}

/// The value of `; name="value"` or `; name=value` in a header field; `%22` stands for a quotation mark (RFC 7578, 2).
std::optional<std::string> parameter(std::string_view field, std::string_view name) {
  std::size_t const at = find_ignoring_case(field, fmt::format("; {}=", name));
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = field.substr(at + name.size() + 3);
  bool const quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  std::string value(rest.substr(0, rest.find(quoted ? '"' : ';')));
  for (std::size_t mark; (mark = value.find("%22")) != std::string::npos;) value.replace(mark, 3, 1, '"');
  return value;
}

/// The value of a header field among `lines`, each ended by CRLF.
std::string_view header_field(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    std::string_view const line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(std::min(line.size() + 2, lines.size()));
    if (line.size() > name.size() && line[name.size()] == ':' && find_ignoring_case(line, name) == 0) {
      std::string_view value = line.substr(name.size() + 1);
      value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
      return value;
    }
  }
  return {};
}

Error refuse(std::string_view why) {
  return {ErrorKind::invalid_argument, fmt::format("the body is not good multipart/form-data: {}", why), {}};
}

}  // namespace

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

struct FormReader::State {
  enum class Expects { first_boundary, boundary_end, head, content, nothing };

  State(std::string boundary, std::filesystem::path where)
      : delimiter("\r\n--" + std::move(boundary)), directory(std::move(where)) {}
  ~State() { close_file(); }
  State(State const&) = delete;
  State& operator=(State const&) = delete;

  Result<bool> step();
  Result<void> begin_part(std::string_view head);
  Result<void> append(std::string_view bytes);
  Result<void> open_file();
  Result<void> write(std::string_view bytes);
  void close_file() {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
  }

  std::string const delimiter;
  std::filesystem::path const directory;
  Expects expects = Expects::first_boundary;
  std::string pending;  ///< Fed, and not yet understood.
  std::vector<FormPart> parts;
  int descriptor = -1;  ///< Of the last part's file, while it is written.
};

Result<void> FormReader::State::begin_part(std::string_view head) {
  if (parts.size() == max_parts) return refuse(fmt::format("it has more than {} parts", max_parts));
  std::string_view const disposition = header_field(head, "Content-Disposition");
  auto name = parameter(disposition, "name");
  if (!name) return refuse("a part has no Content-Disposition with a name");
  FormPart part;
  part.name = std::move(*name);
  part.file.filename = parameter(disposition, "filename").value_or("upload");
  part.file.content_type = std::string(header_field(head, "Content-Type"));
  parts.push_back(std::move(part));
  return {};
}

Result<void> FormReader::State::open_file() {
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
  std::string name = (directory / "upload.XXXXXX").string();
  descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0)
    return Error{ErrorKind::resource_exhausted,
                 fmt::format("the hub cannot store the upload: {}", std::strerror(errno)),
                 {}};
  FormPart& part = parts.back();
  part.temporary = std::make_shared<TemporaryFile>(name);
  part.file.path = std::move(name);
  std::string const content = std::exchange(part.file.content, {});
  return write(content);
}

Result<void> FormReader::State::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return Error{ErrorKind::resource_exhausted,
                   fmt::format("the hub cannot store the upload: {}", std::strerror(errno)),
                   {}};
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> FormReader::State::append(std::string_view bytes) {
  if (descriptor >= 0) return write(bytes);
  std::string& content = parts.back().file.content;
  content += bytes;
  if (content.size() > max_part_in_memory) return open_file();
  return {};
}

/// Understands a piece of `pending`; false if that takes more bytes.
Result<bool> FormReader::State::step() {
  switch (expects) {
    case Expects::first_boundary: {
      std::string_view const first = std::string_view(delimiter).substr(2);
      if (!std::string_view(pending).starts_with(std::string_view(first).substr(0, pending.size())))
        return refuse("it does not begin with its boundary");
      if (pending.size() < first.size()) return false;
      pending.erase(0, first.size());
      expects = Expects::boundary_end;
      return true;
    }
    case Expects::boundary_end:
      if (pending.size() < 2) return false;
      if (pending.starts_with("--")) {
        expects = Expects::nothing;
      } else if (pending.starts_with("\r\n")) {
        expects = Expects::head;
      } else {
        return refuse("a boundary is not followed by a line end");
      }
      pending.erase(0, 2);
      return true;
    case Expects::head: {
      std::size_t const end = pending.find("\r\n\r\n");
      if (std::min(end, pending.size()) > max_head_bytes)
        return refuse(fmt::format("the header of a part is longer than {} bytes", max_head_bytes));
      if (end == std::string::npos) return false;
      if (Result<void> begun = begin_part(std::string_view(pending).substr(0, end + 2)); !begun) return begun.error();
      pending.erase(0, end + 4);
      expects = Expects::content;
      return true;
    }
    case Expects::content: {
      std::size_t const end = pending.find(delimiter);
      // What could be the beginning of a delimiter stays.
      std::size_t const size =
          end != std::string::npos ? end : pending.size() - std::min(pending.size(), delimiter.size() - 1);
      if (Result<void> kept = append(std::string_view(pending).substr(0, size)); !kept) return kept.error();
      pending.erase(0, size);
      if (end == std::string::npos) return false;
      pending.erase(0, delimiter.size());
      close_file();
      expects = Expects::boundary_end;
      return true;
    }
    case Expects::nothing:
      pending.clear();  // An epilogue is to be ignored (RFC 2046, 5.1.1).
      return false;
  }
  return false;
}

Result<FormReader> FormReader::create(std::string_view content_type, std::filesystem::path directory) {
  auto boundary = parameter(content_type, "boundary");
  if (find_ignoring_case(content_type, "multipart/form-data") != 0 || !boundary || boundary->empty())
    return refuse("the Content-Type is another or has no boundary");
  if (boundary->size() > 70) return refuse("its boundary is longer than 70 characters");  // RFC 2046, 5.1.1
  return FormReader(std::make_unique<State>(std::move(*boundary), std::move(directory)));
}

Result<void> FormReader::feed(std::string_view bytes) {
  state_->pending += bytes;
  while (true) {
    Result<bool> const went_on = state_->step();
    if (!went_on) return went_on.error();
    if (!*went_on) return {};
  }
}

Result<std::vector<FormPart>> FormReader::finish() {
  if (state_->expects != State::Expects::nothing) return refuse("it is cut off");
  return std::move(state_->parts);
}

FormReader::FormReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
FormReader::FormReader(FormReader&&) noexcept = default;
FormReader& FormReader::operator=(FormReader&&) noexcept = default;
FormReader::~FormReader() = default;

}  // namespace qhub::hub
