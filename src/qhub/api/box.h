#pragma once

#include <memory>
#include <utility>

namespace qhub {

/// A value kept on the heap and copied with its owner; lets a wire type hold another of its own kind.
template <class T>
class Box {
 public:
  Box() : value_(std::make_unique<T>()) {}
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Box(Box const& other) : Box(*other) {}
  Box& operator=(Box const& other) {
    *value_ = *other;
    return *this;
  }

  T& operator*() { return *value_; }
  T const& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  T const* operator->() const { return value_.get(); }

  friend bool operator==(Box const& left, Box const& right) { return *left == *right; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace qhub
