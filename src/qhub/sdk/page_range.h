#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace qhub {

/// One page of a list.
template <class T>
struct Page {
  std::vector<T> content;  ///< Its entries, possibly none.
  bool is_last = true;     ///< Whether no page follows.
};

/// All entries of a paged list, fetched page by page while you iterate; once over, in one direction. An empty page in
/// the middle does not end it. What fetching throws comes out of `begin()` and `++`.
template <class T>
class PageRange {
 public:
  /// Gives the page of that number.
  using Fetch = std::function<Page<T>(std::int64_t page)>;

  /// Fetches nothing before begin().
  PageRange(std::int64_t first_page, Fetch fetch)
      : state_(std::make_shared<State>(State{std::move(fetch), {}, 0, first_page})) {}

  /// An input iterator; its copies move on together.
  class Iterator {
   public:
    /// What standard algorithms ask for.
    using iterator_category = std::input_iterator_tag;
    using value_type = T;                    ///< Likewise.
    using difference_type = std::ptrdiff_t;  ///< Likewise.
    using pointer = T*;                      ///< Likewise.
    using reference = T&;                    ///< Likewise.

    Iterator() = default;
    /// The entry; valid until the range moves on.
    T& operator*() const { return state_->page.content[state_->index]; }
    /// Likewise.
    T* operator->() const { return &**this; }
    /// Moves on, to the next page if need be.
    Iterator& operator++() {
      ++state_->index;
      state_->settle();
      return *this;
    }
    /// Moves on.
    void operator++(int) { ++*this; }
    /// Whether the range is at its end.
    bool operator==(std::default_sentinel_t) const { return state_->index == state_->page.content.size(); }

   private:
    friend class PageRange;
    explicit Iterator(std::shared_ptr<typename PageRange::State> state) : state_(std::move(state)) {}
    std::shared_ptr<typename PageRange::State> state_;
  };

  /// Where the range stands; the first call fetches the first page.
  Iterator begin() {
    if (!state_->began) state_->page.is_last = false;
    state_->began = true;
    state_->settle();
    return Iterator(state_);
  }
  /// Behind the last entry.
  std::default_sentinel_t end() const { return {}; }

  /// The number of the page that would be fetched next: where a later process can go on.
  std::int64_t next_page() const { return state_->next; }

 private:
  struct State {
    Fetch fetch;
    Page<T> page;
    std::size_t index = 0;
    std::int64_t next = 0;
    bool began = false;

    /// Fetches until there is an entry at `index`, or no page more.
    void settle() {
      while (index == page.content.size() && !page.is_last) {
        page = fetch(next);
        ++next;
        index = 0;
      }
    }
  };
  std::shared_ptr<State> state_;
};

}  // namespace qhub
