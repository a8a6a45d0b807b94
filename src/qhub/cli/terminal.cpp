#include "qhub/cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "qhub/cli/exit_code.h"

namespace qhub::cli {
namespace {

std::string_view environment(char const* name) {
  char const* const value = std::getenv(name);
  return value ? value : "";
}

bool has_colours() {
  return output_is_terminal() && environment("NO_COLOR").empty() && environment("CLICOLOR") != "0" &&
         environment("TERM") != "dumb";
}

/// The next code point of a UTF-8 text; bytes that are none count one each.
char32_t next_character(std::string_view& text) {
  auto const lead = static_cast<unsigned char>(text[0]);
  std::size_t const length = lead < 0x80 ? 1 : lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  std::size_t used = 1;
  for (; used < length && used < text.size(); ++used)
    point = (point << 6) | (static_cast<unsigned char>(text[used]) & 0x3F);
  text.remove_prefix(used);
  return point;
}

/// UAX #11: the blocks of wide characters, and those of combining ones.
std::size_t columns_of(char32_t point) {
  static constexpr std::pair<char32_t, char32_t> combining[] = {{0x300, 0x36F},   {0x1AB0, 0x1AFF}, {0x200B, 0x200F},
                                                                {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
  static constexpr std::pair<char32_t, char32_t> wide[] = {
      {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
      {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0x1F300, 0x1F64F}, {0x1F680, 0x1FAFF}, {0x20000, 0x3FFFD}};
  auto const within = [point](auto const& range) { return point >= range.first && point <= range.second; };
  if (std::ranges::any_of(combining, within)) return 0;
  return std::ranges::any_of(wide, within) ? 2 : 1;
}

std::string bytes_text(double bytes) {
  static constexpr std::array<std::string_view, 5> units{"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < units.size(); ++unit) bytes /= 1000;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, units[unit]);
}

}  // namespace

bool output_is_terminal() {
  return isatty(STDOUT_FILENO) == 1;
}

std::size_t terminal_columns() {
  winsize size{};
  bool const terminal = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return terminal ? size.ws_col : 80;
}

std::string coloured(std::string_view text, Colour colour) {
  static constexpr std::array<std::string_view, 6> codes{"", "1", "2", "31", "32", "33"};
  std::string_view const code = codes[static_cast<std::size_t>(colour)];
  return code.empty() || !has_colours() ? std::string(text) : fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

Colour colour_of_status(std::string_view status) {
  static constexpr std::pair<std::string_view, Colour> colours[] = {
      {"COMPLETED", Colour::green}, {"SUCCEEDED", Colour::green},  {"SUCCESS", Colour::green},
      {"ONLINE", Colour::green},    {"ok", Colour::green},         {"FAILED", Colour::red},
      {"ABORTED", Colour::red},     {"FAILURE", Colour::red},      {"OFFLINE", Colour::red},
      {"wrong", Colour::red},       {"CANCELLED", Colour::yellow}, {"CANCELLING", Colour::yellow},
      {"PENDING", Colour::yellow},  {"RUNNING", Colour::yellow},   {"WORKING", Colour::yellow},
      {"warning", Colour::yellow}};
  auto const* const found = std::ranges::find(colours, status, &std::pair<std::string_view, Colour>::first);
  return found == std::end(colours) ? Colour::none : found->second;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += columns_of(next_character(text));
  return width;
}

std::string fitted(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  std::string_view rest = text;
  std::size_t width = 0, end = 0;
  while (!rest.empty()) {
    width += columns_of(next_character(rest));
    if (width > columns - 1) break;
    end = text.size() - rest.size();
  }
  return std::string(text.substr(0, end)) + "…";
}

StatusLine::StatusLine() : terminal_(isatty(STDERR_FILENO) == 1) {}

StatusLine::~StatusLine() {
  clear();
}

void StatusLine::show(std::string_view text) {
  if (!terminal_) return;
  winsize size{};
  std::size_t const columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  std::cerr << "\r\x1b[K" << fitted(printable(text), columns - 1) << std::flush;
  shown_ = true;
}

void StatusLine::show_transfer(std::string_view name, std::uint64_t bytes, std::uint64_t total) {
  auto const now = Clock::now();
  if (!terminal_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  double const seconds = std::chrono::duration<double>(now - started_).count();
  double const rate = static_cast<double>(bytes) / std::max(seconds, 1e-3);
  std::string text = fmt::format("{}  {}", name, bytes_text(static_cast<double>(bytes)));
  if (total > 0) text += fmt::format(" of {}", bytes_text(static_cast<double>(total)));
  text += fmt::format("  {}/s", bytes_text(rate));
  if (total > bytes && rate > 0)
    text += fmt::format(
        "  {} left",
        duration_text(std::chrono::milliseconds(static_cast<long>(static_cast<double>(total - bytes) / rate * 1000))));
  show(text);
}

void StatusLine::clear() {
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
  shown_ = false;
}

std::string duration_text(std::chrono::milliseconds duration) {
  auto const milliseconds = duration.count();
  auto const seconds = milliseconds / 1000;
  if (milliseconds < 1000) return fmt::format("{} ms", milliseconds);
  if (seconds < 60) return fmt::format("{:.1f} s", static_cast<double>(milliseconds) / 1000);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

}  // namespace qhub::cli
