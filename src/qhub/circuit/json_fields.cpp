#include "qhub/circuit/json_fields.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/stream_parser.hpp>
#include <cmath>

#include "qhub/circuit/diagnostic.h"

namespace qhub::circuit {

std::string JsonField::path() const {
  if (parent_ == nullptr) return std::string(key_);
  return index_ == no_index ? fmt::format("{}.{}", parent_->path(), key_)
                            : fmt::format("{}[{}]", parent_->path(), index_);
}

Error JsonField::error(std::string_view message, ErrorKind kind) const {
  std::string const where = path();
  return {kind, fmt::format("{}: {}", where, message), {{where, std::string(message)}}};
}

Error JsonField::error(Error const& cause) const {
  return error(cause.message, cause.kind);
}

std::optional<JsonField> JsonField::find(std::string_view key) const {
  auto const* const object = value_->if_object();
  auto const* const member = object == nullptr ? nullptr : object->if_contains(key);
  if (member == nullptr || member->is_null()) return std::nullopt;
  return JsonField(*member, this, key, no_index);
}

std::optional<JsonField> JsonField::find_any(std::initializer_list<std::string_view> keys) const {
  for (std::string_view const key : keys)
    if (auto const field = find(key)) return field;
  return std::nullopt;
}

Result<JsonField> JsonField::at(std::string_view key) const {
  if (auto checked = expect_object(); !checked) return checked.error();
  if (auto const field = find(key)) return *field;
  return error(fmt::format("the member '{}' is missing", key));
}

Result<void> JsonField::expect_object() const {
  if (!value_->is_object()) return error("expected an object");
  return {};
}

Result<std::size_t> JsonField::array_size() const {
  if (!value_->is_array()) return error("expected an array");
  return value_->get_array().size();
}

JsonField JsonField::element(std::size_t index) const {
  return {value_->get_array()[index], this, {}, index};
}

Result<std::string_view> JsonField::string() const {
  if (!value_->is_string()) return error("expected a string");
  return std::string_view(value_->get_string());
}

Result<double> JsonField::number() const {
  boost::json::error_code failed;
  double const number = value_->is_number() ? value_->to_number<double>(failed) : 0;
  if (!value_->is_number() || failed || !std::isfinite(number)) return error("expected a finite number");
  return number;
}

Result<std::uint32_t> JsonField::integer(std::uint32_t most) const {
  auto const value = number();
  if (!value || *value != std::floor(*value)) return error("expected an integer");
  if (*value < 0 || *value > most) return error(fmt::format("{} is outside of 0 to {}", *value, most));
  return static_cast<std::uint32_t>(*value);
}

namespace {

template <class T, class Read>
Result<std::vector<T>> one_or_more(JsonField const& field, Read const& read) {
  std::vector<T> values;
  std::size_t const count = field.value().is_array() ? *field.array_size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    auto const value = field.value().is_array() ? read(field.element(i)) : read(field);
    if (!value) return value.error();
    values.push_back(*value);
  }
  return values;
}

}  // namespace

Result<std::vector<std::uint32_t>> JsonField::integers(std::uint32_t most) const {
  return one_or_more<std::uint32_t>(*this, [&](JsonField const& field) { return field.integer(most); });
}

Result<std::vector<double>> JsonField::numbers() const {
  return one_or_more<double>(*this, [](JsonField const& field) { return field.number(); });
}

void JsonErrors::add(JsonField const& where, Error const& error) {
  Error const placed = error.details.empty() ? where.error(error) : error;
  gave_up_ = gave_up_ || placed.kind == ErrorKind::too_large;
  if (empty()) {
    error_ = placed;
    return;
  }
  for (ErrorDetail const& detail : placed.details)
    if (error_.details.size() < Diagnostics::max_errors) error_.details.push_back(detail);
}

Result<boost::json::value> parse_json(std::string_view text, ReadOptions const& options) {
  if (text.size() > options.max_bytes)
    return Error{ErrorKind::too_large,
                 fmt::format("{} bytes of JSON, more than {} (max_bytes)", text.size(), options.max_bytes),
                 {}};
  boost::json::parse_options limits;
  limits.max_depth = options.max_nesting;
  boost::json::stream_parser parser({}, limits);
  boost::json::error_code failed;
  std::size_t const read = parser.write_some(text.data(), text.size(), failed);
  // Only blanks may follow the value.
  if (!failed && text.find_first_not_of(" \t\r\n", read) != std::string_view::npos)
    failed = boost::json::error::extra_data;
  if (!failed) parser.finish(failed);
  if (!failed) return parser.release();
  Diagnostics diagnostics("input", text);
  if (failed == boost::json::error::too_deep)
    diagnostics.add(ErrorKind::too_large, read,
                    fmt::format("JSON nested deeper than {} levels (max_nesting)", options.max_nesting));
  else
    diagnostics.add(ErrorKind::syntax, read, fmt::format("this is not JSON: {}", failed.message()));
  return diagnostics.to_error();
}

}  // namespace qhub::circuit
