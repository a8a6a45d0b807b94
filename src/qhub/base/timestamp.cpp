#include "qhub/base/timestamp.h"

#include <fmt/format.h>

#include <charconv>
#include <ostream>

namespace qhub {
namespace {

/// Consumes exactly `digits` decimal digits of `text`, or returns -1.
int take_number(std::string_view& text, std::size_t digits) {
  int value = -1;
  if (text.size() < digits) return -1;
  auto const [end, status] = std::from_chars(text.data(), text.data() + digits, value);
  if (status != std::errc{} || end != text.data() + digits) return -1;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Minutes east of UTC: "Z", "+02:00", "-0530" or nothing.
bool take_offset(std::string_view& text, std::chrono::minutes& offset) {
  if (text.empty() || take(text, "Zz")) return true;
  bool const west = text.front() == '-';
  if (!take(text, "+-")) return false;
  int const hours = take_number(text, 2);
  take(text, ":");
  int const minutes = take_number(text, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  if (west) offset = -offset;
  return true;
}

}  // namespace

Timestamp::Timestamp(Time time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(time - day);
  text_ = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                      clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text_ += fmt::format(".{:06}", clock.subseconds().count());
  text_ += 'Z';
}

Timestamp Timestamp::now() {
  return Timestamp(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

Result<Timestamp::Time> Timestamp::time() const {
  Error const error{ErrorKind::invalid_argument,
                    fmt::format("'{}' is not a time; expected one like 2024-01-02T03:04:05Z", text_),
                    {}};
  std::string_view rest = text_;
  int const year = take_number(rest, 4);
  if (!take(rest, "-")) return error;
  int const month = take_number(rest, 2);
  if (!take(rest, "-")) return error;
  int const day = take_number(rest, 2);
  if (!take(rest, "Tt ")) return error;
  int const hour = take_number(rest, 2);
  if (!take(rest, ":")) return error;
  int const minute = take_number(rest, 2);
  if (!take(rest, ":")) return error;
  int const second = take_number(rest, 2);
  std::chrono::year_month_day const date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  // RFC 3339 allows second 60 for a leap second, which the system clock does not count: it is the next minute's first.
  if (year < 0 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return error;
  std::chrono::microseconds fraction{0};
  if (take(rest, ".")) {
    std::int64_t scale = 100'000;
    if (rest.empty() || rest.front() < '0' || rest.front() > '9') return error;
    for (; !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1), scale /= 10)
      fraction += std::chrono::microseconds((rest.front() - '0') * scale);
  }
  std::chrono::minutes offset{0};
  if (!take_offset(rest, offset) || !rest.empty()) return error;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + fraction - offset;
}

std::ostream& operator<<(std::ostream& out, Timestamp const& time) {
  return out << time.text_;
}

}  // namespace qhub
