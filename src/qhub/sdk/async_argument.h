#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "qhub/sdk/http.h"

namespace qhub {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ <= 12

/// An argument of an asynchronous call that has a name. GCC 12 destroys what an aggregate holds twice if the aggregate
/// is made within a `co_await` expression, so that is refused here instead of corrupting the heap:
///
///     co_await client.jobs().create_job({.backend_id = "azure.ionq.simulator"});  // does not compile with GCC 12
///     CreateJobRequest const request{.backend_id = "azure.ionq.simulator"};
///     co_await client.jobs().create_job(request);
///
/// With other compilers it is a plain reference.
template <class T>
class NotTemporary {
 public:
  /// The argument left out, or `{}`.
  NotTemporary() : value_(&nothing()) {}
  /// Refers to `value` while the call is made; the awaitable has what it needs of it.
  NotTemporary(T const& value) : value_(&value) {}
  template <std::same_as<T> Temporary>
  NotTemporary(Temporary&&) = delete;  ///< Give it a name.

  operator T const&() const { return *value_; }  ///< The argument.

 private:
  static T const& nothing() {
    static T const value{};
    return value;
  }

  T const* value_;
};

/// The same for a function, which may be a temporary if what it captures needs no destruction, as references do.
template <>
class NotTemporary<ByteSink> {
 public:
  /// Keeps the function.
  template <std::invocable<std::string_view> Function>
  requires(std::is_lvalue_reference_v<Function> || std::is_trivially_destructible_v<Function>)
  NotTemporary(Function&& function) : value_(std::forward<Function>(function)) {}

  operator ByteSink const&() const { return value_; }  ///< The function.

 private:
  ByteSink value_;
};

/// How asynchronous calls take requests, options and functions.
template <class T>
using AsyncArgument = NotTemporary<T>;

#else

/// How asynchronous calls take requests, options and functions.
template <class T>
using AsyncArgument = T const&;

#endif

}  // namespace qhub
