#pragma once

#include <memory>
#include <utility>

namespace qhub {

/// A value kept on the heap and copied with its owner; lets a wire type hold another of its own kind.
template <class T>
class Box {
 public:
  Box() : value_(std::make_unique<T>()) {}  ///< A value made by default.
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}  ///< This value.
  Box(Box const& other) : Box(*other) {}  ///< A copy of the value.
  Box& operator=(Box const& other) {  ///< Copies the value.
    *value_ = *other;
    return *this;
  }

  T& operator*() { return *value_; }  ///< The value.
  T const& operator*() const { return *value_; }  ///< The value.
  T* operator->() { return value_.get(); }  ///< The value.
  T const* operator->() const { return value_.get(); }  ///< The value.

  friend bool operator==(Box const& left, Box const& right) { return *left == *right; }  ///< Whether the values are equal.

 private:
  std::unique_ptr<T> value_;
};

}  // namespace qhub
