#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <utility>

#include "qhub/sdk/page_range.h"

namespace qhub {

/// All entries of a paged list, fetched page by page:
///
///     auto jobs = client.jobs().search_all_jobs();
///     while (auto job = co_await jobs.next()) …
///
/// To be awaited by one coroutine at a time.
template <class T>
class AsyncPageRange {
 public:
  /// Gives the page of that number.
  using Fetch = std::function<boost::asio::awaitable<Page<T>>(std::int64_t page)>;

  /// Fetches nothing before next().
  AsyncPageRange(std::int64_t first_page, Fetch fetch) : fetch_(std::move(fetch)), next_(first_page) {
    page_.is_last = false;
  }

  /// The next entry, or nothing after the last one.
  boost::asio::awaitable<std::optional<T>> next() {
    while (index_ == page_.content.size() && !page_.is_last) {
      page_ = co_await fetch_(next_);
      ++next_;
      index_ = 0;
    }
    if (index_ == page_.content.size()) co_return std::nullopt;
    co_return std::move(page_.content[index_++]);
  }

  /// The number of the page that would be fetched next: where a later process can go on.
  std::int64_t next_page() const { return next_; }

 private:
  Fetch fetch_;
  Page<T> page_;
  std::size_t index_ = 0;
  std::int64_t next_;
};

}  // namespace qhub
