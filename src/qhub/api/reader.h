#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/api/json.h"
#include "qhub/base/error.h"
#include "qhub/base/result.h"

namespace qhub::api {

/// invalid_argument with one detail per failure; the message tells the first, which `what` introduces if it is about
/// the whole.
Error decoding_error(std::string_view what, std::vector<ErrorDetail> failures);

/// Reads a JSON document (RFC 8259) value by value, straight from its text and without a tree of it. Each function that
/// reads consumes one value.
///
/// Two things can go wrong. A mistake of syntax (invalid UTF-8 and nesting deeper than 200 are some) ends the reading:
/// every function returns false from then on. A value of another kind than expected is skipped and recorded, so that
/// one pass finds every field at fault; its path is put together only then, innermost step first, and success costs
/// nothing.
class Reader {
 public:
  enum class Kind : std::uint8_t { none, null, boolean, number, string, array, object };

  /// \param text  must outlive the reader.
  explicit Reader(std::string_view text) : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

  /// Of the next value; `none` where there is no value.
  Kind peek() {
    skip_space();
    Kind const kind = at_ == end_ ? Kind::none : kind_of(*at_);
    if (kind == Kind::none) broken(at_ == end_ ? "incomplete" : "expected a value", at_);
    return kind;
  }

  bool null();
  bool boolean(bool& out);
  /// Takes whole numbers only, "3.0" among them.
  bool integer(std::int64_t& out);
  bool number(double& out);
  bool string(std::string& out);
  /// A string. \param out  is valid until the next call of any function.
  bool text(std::string_view& out);
  bool json(Json& out);
  bool skip();

  /// \return false if the next value is no array.
  bool begin_array();
  /// \return false after the last element.
  bool next_element();
  bool begin_object();
  /// \param name    is valid until the next call of any function.
  /// \param likely  is tried first: if it is the name, one comparison finds it. Needs no escapes.
  bool next_member(std::string_view& name, std::string_view likely = {});

  /// The text of the member `name` of the object that comes next, if it has one and that is a string. Consumes nothing.
  bool look_for(std::string_view name, std::string& out);

  /// Records a failure at the value just read; returns false for the caller to pass on.
  bool fail(std::string message);
  /// Records that the next value is not what was expected, and skips it.
  bool wrong_kind(std::string_view expected);
  /// Puts a step before the path of each failure recorded since `from`.
  void prepend(std::size_t from, std::string_view step);
  void prepend_index(std::size_t from, std::size_t index);

  /// Bytes not read yet.
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  /// Of arrays and objects that are open.
  int depth() const { return depth_; }

  std::size_t failures() const { return failures_.size(); }
  /// More failures than these are not looked for.
  bool full() const { return failures_.size() >= 20; }
  bool broken() const { return mistake_ != nullptr; }

  /// Whether a value that an enumeration does not know is an error: for a server it is, to a client it may be news.
  bool known_values_only = false;

  /// A place to come back to.
  struct Mark {
    char const* at;
    bool first;
    int depth;
    std::size_t failures;
  };
  Mark mark() const { return {at_, first_, depth_, failures_.size()}; }
  void back_to(Mark const& mark);

  /// To be called after the last value. Errors: syntax with the offset; decoding_error.
  Result<void> finish(std::string_view what) &&;

 private:
  bool broken(char const* mistake, char const* at);
  void skip_space() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  static Kind kind_of(char c) {
    switch (c) {
      case '{':
        return Kind::object;
      case '[':
        return Kind::array;
      case '"':
        return Kind::string;
      case 't':
      case 'f':
        return Kind::boolean;
      case 'n':
        return Kind::null;
      default:
        return c == '-' || (c >= '0' && c <= '9') ? Kind::number : Kind::none;
    }
  }
  bool open(char bracket);
  bool next(char closing);
  bool literal(std::string_view text);
  /// The text between the quotes: in place if it has no escapes, else in `scratch_`.
  bool quoted(std::string_view& out);
  bool unescape(char const* from, std::string_view& out);
  bool hex4(char const*& at, unsigned& code);
  bool digits(std::string_view& text, bool& whole);

  char const* begin_;
  char const* at_;
  char const* end_;
  bool first_ = false;  ///< The next element or member is its container's first.
  int depth_ = 0;
  char const* mistake_ = nullptr;
  std::size_t mistake_at_ = 0;
  std::string scratch_;
  std::vector<ErrorDetail> failures_;
};

}  // namespace qhub::api
