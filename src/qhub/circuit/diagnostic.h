#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/error.h"

namespace qhub::circuit {

/// A place in a text, both counted from 1; columns are UTF-8 characters.
struct SourcePosition {
  std::size_t line = 1;
  std::size_t column = 1;
};

/// \param offset  byte offset, at most text.size().
[[nodiscard]] SourcePosition position_at(std::string_view text, std::size_t offset);

/// The line of `text` that holds the position, indented by four blanks, and below it a caret under the position with
/// tildes to the end of the word that starts there; both lines end with a newline. Tabs stay tabs, so that the caret
/// lines up. Empty if the text has no such line.
///
///         cx q[0],q[15];
///                   ^~
[[nodiscard]] std::string draw_caret(std::string_view text, SourcePosition position);

/// The errors of a text as a compiler prints them: each detail with its place, and below it the line with a caret if
/// the place is one of this text ("name:line:column"). Ends with a newline. Without details: the message.
[[nodiscard]] std::string describe_errors(Error const& error, std::string_view text);

/// Collects the errors of one text.
class Diagnostics {
 public:
  Diagnostics(std::string_view source_name, std::string_view text) : source_name_(source_name), text_(text) {}

  /// Records an error at a byte offset of the text. Errors beyond max_errors are dropped.
  void add(ErrorKind kind, std::size_t offset, std::string message);

  [[nodiscard]] bool empty() const { return details_.empty(); }
  [[nodiscard]] bool full() const { return details_.size() >= max_errors; }
  [[nodiscard]] std::size_t count() const { return details_.size(); }

  /// The kind and text of the first error, "name:line:column: message", with all of them as details.
  [[nodiscard]] Error to_error() const;

  static constexpr std::size_t max_errors = 20;

 private:
  std::string_view source_name_;
  std::string_view text_;
  ErrorKind kind_ = ErrorKind::syntax;
  std::vector<ErrorDetail> details_;
};

}  // namespace qhub::circuit
