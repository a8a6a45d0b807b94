#pragma once

#include <boost/container/small_vector.hpp>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qhub::sim {

/// The values of a circuit's classical bits after one shot, packed 64 to a word; outcomes of up to 64 bits need no
/// memory beyond the object. Ordered by the number the bits form, classical bit 0 the lowest.
class Outcome {
 public:
  Outcome() = default;
  explicit Outcome(std::uint32_t width) : words_((std::size_t{width} + 63) / 64) {}
  /// \param words  laid out like words().
  explicit Outcome(std::span<std::uint64_t const> words) : words_(words.begin(), words.end()) {}

  /// \param bit  classical bit below the width given at construction.
  [[nodiscard]] bool operator[](std::uint32_t bit) const { return (words_[bit / 64] >> bit % 64 & 1) != 0; }
  void set(std::uint32_t bit, bool value) {
    std::uint64_t const mask = std::uint64_t{1} << bit % 64;
    words_[bit / 64] = value ? words_[bit / 64] | mask : words_[bit / 64] & ~mask;
  }

  /// The lowest `width` bits; `width` is at most that given at construction.
  [[nodiscard]] Outcome first(std::uint32_t width) const;

  /// Bit c of word w is classical bit 64 w + c.
  [[nodiscard]] boost::container::small_vector_base<std::uint64_t> const& words() const { return words_; }

  friend bool operator==(Outcome const&, Outcome const&) = default;
  /// Both outcomes have the same width.
  friend std::strong_ordering operator<=>(Outcome const& a, Outcome const& b);

 private:
  boost::container::small_vector<std::uint64_t, 1> words_;
};

/// '0' and '1' for each of the first `width` bits, classical bit 0 rightmost.
[[nodiscard]] std::string to_text(Outcome const& outcome, std::uint32_t width);

/// How often each outcome occurred.
struct Counts {
  struct Entry {
    Outcome outcome;
    std::uint64_t shots = 0;  ///< At least 1.

    friend bool operator==(Entry const&, Entry const&) = default;
  };

  std::uint32_t width = 0;     ///< Number of classical bits of every outcome.
  std::vector<Entry> entries;  ///< Ascending by outcome, each outcome once.

  /// How often the outcome with this text (see to_text()) occurred.
  [[nodiscard]] std::uint64_t operator[](std::string_view text) const;

  friend bool operator==(Counts const&, Counts const&) = default;
};

/// Collects Counts from many batches. Cost: O(n log n) for n entries in all. After a stop request every call returns
/// soon and the counts are incomplete.
class CountsBuilder {
 public:
  explicit CountsBuilder(std::stop_token stop = {}) : stop_(std::move(stop)) {}

  /// \param batch  any order, outcomes may repeat.
  void add(std::vector<Counts::Entry> batch);
  /// Call once.
  [[nodiscard]] Counts build(std::uint32_t width);

 private:
  void merge_last_two();

  std::stop_token stop_;
  /// Each ascending, without repeats, and more than twice as long as the next: so an entry is merged only so often.
  std::vector<std::vector<Counts::Entry>> runs_;
};

}  // namespace qhub::sim
