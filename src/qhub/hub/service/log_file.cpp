#include "qhub/hub/service/log_file.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace qhub::hub {
namespace {

/// Longer lines are split: a program that prints no newline must not fill the memory.
constexpr std::size_t max_line = 16U << 10;

/// Number of bytes of the character that begins here, or 0 if none does (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  auto const byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  unsigned char const first = byte(0);
  if (first < 0x80) return 1;
  std::size_t const length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if (first == 0xe0 && byte(1) < 0xa0) return 0;
  if (first == 0xed && byte(1) > 0x9f) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  if (first == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

std::string to_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    std::size_t const length = utf8_length(bytes);
    if (length == 0)
      text += "\xef\xbf\xbd";
    else
      text += bytes.substr(0, length);
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

std::string entry(std::string_view message, std::string_view severity, LogTime time) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(time);
  boost::json::object const object{
      {"message", message},
      {"severity", severity},
      {"timestamp", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z",
                                fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), (time - seconds).count())}};
  return boost::json::serialize(object) + '\n';
}

}  // namespace

std::string_view severity_of(std::string_view line) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> words{
      {{"DEBUG", "DEBUG"}, {"INFO", "INFO"}, {"NOTICE", "NOTICE"}, {"WARNING", "WARNING"}, {"WARN", "WARNING"},
       {"ERROR", "ERROR"}, {"CRITICAL", "ERROR"}, {"FATAL", "ERROR"}}};
  auto const match = [](std::string_view text) -> std::string_view {
    text.remove_prefix(std::min(text.find_first_not_of(" ["), text.size()));
    for (auto const& [word, severity] : words)
      if (text.starts_with(word) && (text.size() == word.size() || std::strchr(" :]|\t-", text[word.size()])))
        return severity;
    return {};
  };
  if (std::string_view const found = match(line); !found.empty()) return found;
  std::size_t const bar = line.find(" | ");
  return bar < 40 ? match(line.substr(bar + 3)) : std::string_view();
}

void LogStream::add(std::string_view line, LogTime time, std::string& entries) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string_view severity = severity_of(line);
  if (is_error_stream_) {
    // A traceback is its first line, indented ones, and one that names the exception.
    if (line.starts_with("Traceback (most recent call last)"))
      in_traceback_ = true;
    else if (in_traceback_ && !line.starts_with(' '))
      severity = "ERROR", in_traceback_ = false;
    if (in_traceback_) severity = "ERROR";
  }
  entries += entry(to_utf8(line), severity.empty() ? "INFO" : severity, time);
}

void LogStream::take(std::string_view bytes, LogTime time, std::string& entries) {
  while (!bytes.empty()) {
    std::size_t const newline = bytes.find('\n');
    std::size_t const room = max_line - unfinished_.size();
    std::size_t const size = std::min({newline, room, bytes.size()});
    unfinished_ += bytes.substr(0, size);
    bytes.remove_prefix(size);
    bool const ended = !bytes.empty() && bytes.front() == '\n';
    if (ended) bytes.remove_prefix(1);
    if (!ended && unfinished_.size() < max_line) return;
    add(unfinished_, time, entries);
    unfinished_.clear();
  }
}

void LogStream::finish(LogTime time, std::string& entries) {
  if (!unfinished_.empty()) add(unfinished_, time, entries);
  unfinished_.clear();
}

Result<LogFile> LogFile::open(std::filesystem::path const& file, std::uint64_t max_bytes) {
  Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  struct stat status {};
  if (!descriptor || ::fstat(descriptor.get(), &status) != 0)
    return Error{.kind = ErrorKind::unavailable,
                 .message = fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)),
                 .details = {}};
  return LogFile(std::move(descriptor), static_cast<std::uint64_t>(status.st_size), max_bytes);
}

void LogFile::write(std::string_view entries) {
  while (!entries.empty()) {
    std::size_t size = entries.size();
    if (size_ + size > max_bytes_) {  // as many whole lines as fit
      std::size_t const room = max_bytes_ > size_ ? max_bytes_ - size_ : 0;
      std::size_t const end = room == 0 ? std::string_view::npos : entries.rfind('\n', room - 1);
      size = left_out_ > 0 || end == std::string_view::npos ? 0 : end + 1;
    }
    if (size == 0) {
      left_out_ += static_cast<std::uint64_t>(std::ranges::count(entries, '\n'));
      return;
    }
    ssize_t const written = ::write(file_.get(), entries.data(), size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {  // a full disk: the execution goes on without the rest of its log
      left_out_ += static_cast<std::uint64_t>(std::ranges::count(entries, '\n'));
      return;
    }
    size_ += static_cast<std::uint64_t>(written);
    entries.remove_prefix(static_cast<std::size_t>(written));
  }
}

void LogFile::note(std::string_view severity, std::string_view message) {
  std::string const line = entry(message, severity, std::chrono::system_clock::now());
  if (::write(file_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size())) size_ += line.size();
}

void LogFile::take(LogStream& stream, std::string_view bytes) {
  if (left_out_ > 0) {  // cheaply: a program may print for hours
    left_out_ += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    return;
  }
  std::string entries;
  stream.take(bytes, std::chrono::system_clock::now(), entries);
  write(entries);
}

void LogFile::finish(LogStream& output, LogStream& errors) {
  std::string entries;
  for (LogStream* const stream : {&output, &errors}) stream->finish(std::chrono::system_clock::now(), entries);
  write(entries);
  if (left_out_ > 0)
    note("WARNING", fmt::format("{} more lines were printed; a log keeps its first {} bytes", left_out_, max_bytes_));
  left_out_ = 0;
}

std::vector<std::string> read_log(std::filesystem::path const& file, std::size_t limit) {
  std::ifstream stream(file, std::ios::binary);
  std::string const text{std::istreambuf_iterator<char>(stream), {}};
  std::vector<std::string> entries;
  // From the end; what follows the last newline is an entry that is just being written.
  std::size_t end = text.rfind('\n');
  while (end != std::string::npos && entries.size() < limit) {
    std::size_t const before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
    std::size_t const begin = before == std::string::npos ? 0 : before + 1;
    if (end > begin) entries.push_back(text.substr(begin, end - begin));
    end = before;
  }
  std::ranges::reverse(entries);
  return entries;
}

}  // namespace qhub::hub
