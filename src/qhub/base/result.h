#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "qhub/base/error.h"

namespace qhub {

/// A value or the Error that prevented it. `*result` and `result->` require `result` to be true.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  ///< Success.
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  ///< Failure.

  explicit operator bool() const { return state_.index() == 0; }  ///< Whether there is a value.

  T& operator*() & { return *std::get_if<0>(&state_); }  ///< The value.
  T const& operator*() const& { return *std::get_if<0>(&state_); }  ///< The value.
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }  ///< The value.
  T* operator->() { return std::get_if<0>(&state_); }  ///< The value.
  T const* operator->() const { return std::get_if<0>(&state_); }  ///< The value.

  Error& error() & { return *std::get_if<1>(&state_); }  ///< The failure.
  Error const& error() const& { return *std::get_if<1>(&state_); }  ///< The failure.
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }  ///< The failure.

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;  ///< Success.
  Result(Error error) : failed_(true), error_(std::move(error)) {}  ///< Failure.

  explicit operator bool() const { return !failed_; }  ///< Whether it is a success.

  Error& error() & { return error_; }  ///< The failure.
  Error const& error() const& { return error_; }  ///< The failure.
  Error&& error() && { return std::move(error_); }  ///< The failure.

 private:
  bool failed_ = false;
  Error error_;
};

}  // namespace qhub
