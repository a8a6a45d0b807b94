#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <string_view>

#include "qhub/base/result.h"

namespace qhub {

/// A moment in UTC, or the text a peer sent for one. The text survives a round trip unchanged, whatever its precision.
class Timestamp {
 public:
  using Time = std::chrono::sys_time<std::chrono::microseconds>;  ///< Of the system clock, which is UTC.

  Timestamp() = default;  ///< No text.
  /// RFC 3339 in UTC; six digits of microseconds, left out when they are zero: "2024-01-02T03:04:05Z".
  explicit Timestamp(Time time);
  /// Takes the text as it is; `time()` tells whether it can be read.
  explicit Timestamp(std::string text) : text_(std::move(text)) {}

  static Timestamp now();  ///< This moment.

  std::string const& text() const { return text_; }  ///< As it is on the wire.
  /// Reads RFC 3339 ("2024-01-02T03:04:05.123+02:00") and "2024-01-02 03:04:05", which is UTC.
  Result<Time> time() const;

  bool operator==(Timestamp const&) const = default;  ///< Whether the texts are equal.
  /// Writes the text.
  friend std::ostream& operator<<(std::ostream& out, Timestamp const& time);

 private:
  std::string text_;
};

}  // namespace qhub
