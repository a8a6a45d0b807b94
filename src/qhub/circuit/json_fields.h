#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qhub/base/result.h"
#include "qhub/circuit/circuit.h"
#include "qhub/circuit/diagnostic.h"
#include "qhub/circuit/read_options.h"

namespace qhub::circuit {

/// A value somewhere in a JSON document, with its path ("input.circuit[3].targets") at hand for errors. Cheap: the path
/// is a chain of views that live on the caller's stack, and becomes text only when something is wrong. The accessors
/// fail with invalid_argument, message and detail naming the path.
class JsonField {
 public:
  JsonField(boost::json::value const& value, std::string_view root) : value_(&value), key_(root) {}

  [[nodiscard]] boost::json::value const& value() const { return *value_; }
  [[nodiscard]] std::string path() const;
  [[nodiscard]] Error error(std::string_view message, ErrorKind kind = ErrorKind::invalid_argument) const;
  /// An error of another origin, such as Circuit::append, with the path before it.
  [[nodiscard]] Error error(Error const& cause) const;

  /// A member of an object; nothing if it is absent or null.
  [[nodiscard]] std::optional<JsonField> find(std::string_view key) const;
  /// The first of several spellings of a member that is present.
  [[nodiscard]] std::optional<JsonField> find_any(std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] Result<JsonField> at(std::string_view key) const;  ///< A required member of an object.
  [[nodiscard]] Result<void> expect_object() const;

  /// The number of elements of an array.
  [[nodiscard]] Result<std::size_t> array_size() const;
  [[nodiscard]] JsonField element(std::size_t index) const;  ///< index < *array_size()

  [[nodiscard]] Result<std::string_view> string() const;
  [[nodiscard]] Result<double> number() const;  ///< Finite.
  /// An integer 0 … most, also written as 2.0.
  [[nodiscard]] Result<std::uint32_t> integer(std::uint32_t most) const;
  /// One integer, or an array of them.
  [[nodiscard]] Result<std::vector<std::uint32_t>> integers(std::uint32_t most) const;
  /// One number, or an array of them.
  [[nodiscard]] Result<std::vector<double>> numbers() const;

 private:
  JsonField(boost::json::value const& value, JsonField const* parent, std::string_view key, std::size_t index)
      : value_(&value), parent_(parent), key_(key), index_(index) {}

  static constexpr std::size_t no_index = static_cast<std::size_t>(-1);
  boost::json::value const* value_;
  JsonField const* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = no_index;
};

/// Collects the errors of a list's elements, so that all mistakes are told at once: up to Diagnostics::max_errors of
/// them. too_large ends the reading.
class JsonErrors {
 public:
  /// \param where  the element, named if the error has no path of its own.
  void add(JsonField const& where, Error const& error);
  [[nodiscard]] bool full() const { return gave_up_ || error_.details.size() >= Diagnostics::max_errors; }
  [[nodiscard]] bool empty() const { return error_.details.empty(); }
  /// Kind and message of the first, with all of them as details.
  [[nodiscard]] Error const& to_error() const { return error_; }

 private:
  Error error_;
  bool gave_up_ = false;
};

/// Parses JSON text within the limits of the options; syntax and too_large errors say where.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text, ReadOptions const& options);

}  // namespace qhub::circuit
