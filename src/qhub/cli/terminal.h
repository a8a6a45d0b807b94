#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

/// What standard output and standard error are.
namespace qhub::cli {

/// Whether standard output is a terminal.
[[nodiscard]] bool output_is_terminal();

/// Width of the terminal that standard output is, else 80.
[[nodiscard]] std::size_t terminal_columns();

enum class Colour { none, bold, dim, red, green, yellow };

/// The text in this colour where standard output may have colours: not in pipes, with NO_COLOR, CLICOLOR=0 or
/// TERM=dumb.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour);

/// The colour of a status: good ends are green, bad ones red, what goes on is yellow; others have none.
[[nodiscard]] Colour colour_of_status(std::string_view status);

/// How many columns a UTF-8 text takes on a terminal: two for wide characters (UAX #11), none for combining ones.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The beginning of a text that fits, with … at its end if something is missing.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t columns);

/// One line on standard error that is written again and again; silent if that is no terminal.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine();
  StatusLine(StatusLine const&) = delete;
  StatusLine& operator=(StatusLine const&) = delete;

  /// Whether there is a terminal to show it.
  [[nodiscard]] bool is_visible() const { return terminal_; }
  void show(std::string_view text);
  /// "name  3.1 of 10.0 MB  2.4 MB/s  3 s left"; the total is 0 if it is unknown. Shown ten times a second at most.
  void show_transfer(std::string_view name, std::uint64_t bytes, std::uint64_t total);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool const terminal_;
  bool shown_ = false;
  Clock::time_point const started_ = Clock::now();
  Clock::time_point last_ = {};
};

/// "850 ms", "12.3 s", "4 min 10 s", "3 h 2 min".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

}  // namespace qhub::cli
