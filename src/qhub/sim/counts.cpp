#include "qhub/sim/counts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace qhub::sim {
namespace {

/// The digits of each byte, the lowest last.
constexpr std::array<std::array<char, 8>, 256> byte_texts = [] {
  std::array<std::array<char, 8>, 256> texts{};
  for (unsigned byte = 0; byte < 256; ++byte)
    for (unsigned bit = 0; bit < 8; ++bit) texts[byte][7 - bit] = (byte >> bit & 1) != 0 ? '1' : '0';
  return texts;
}();

bool by_outcome(Counts::Entry const& a, Counts::Entry const& b) {
  return a.outcome < b.outcome;
}

/// Appends an entry, or adds its shots to the last one if that has the same outcome.
void append(std::vector<Counts::Entry>& entries, Counts::Entry entry) {
  if (!entries.empty() && entries.back().outcome == entry.outcome) {
    entries.back().shots += entry.shots;
  } else {
    entries.push_back(std::move(entry));
  }
}

}  // namespace

std::strong_ordering operator<=>(Outcome const& a, Outcome const& b) {
  for (std::size_t i = a.words_.size(); i-- > 0;)
    if (a.words_[i] != b.words_[i]) return a.words_[i] <=> b.words_[i];
  return std::strong_ordering::equal;
}

Outcome Outcome::first(std::uint32_t width) const {
  Outcome first(std::span(words_.data(), (std::size_t{width} + 63) / 64));
  if (width % 64 != 0) first.words_.back() &= (std::uint64_t{1} << width % 64) - 1;
  return first;
}

std::string to_text(Outcome const& outcome, std::uint32_t width) {
  std::string text(width, '0');
  std::uint32_t bit = 0;
  for (; bit + 8 <= width; bit += 8) {
    std::size_t const byte = outcome.words()[bit / 64] >> bit % 64 & 255;
    std::ranges::copy(byte_texts[byte], text.end() - bit - 8);
  }
  for (; bit < width; ++bit)
    if (outcome[bit]) text[width - 1 - bit] = '1';
  return text;
}

std::uint64_t Counts::operator[](std::string_view text) const {
  Outcome outcome(width);
  if (text.size() != width) return 0;
  for (std::uint32_t bit = 0; bit < width; ++bit) outcome.set(bit, text[width - 1 - bit] == '1');
  auto const found = std::lower_bound(entries.begin(), entries.end(), Entry{outcome, 0}, by_outcome);
  return found != entries.end() && found->outcome == outcome ? found->shots : 0;
}

void CountsBuilder::add(std::vector<Counts::Entry> batch) {
  if (!std::is_sorted(batch.begin(), batch.end(), by_outcome)) std::sort(batch.begin(), batch.end(), by_outcome);
  std::vector<Counts::Entry> run;
  run.reserve(batch.size());
  for (Counts::Entry& entry : batch) append(run, std::move(entry));
  runs_.push_back(std::move(run));
  while (runs_.size() > 1 && runs_[runs_.size() - 2].size() <= 2 * runs_.back().size()) merge_last_two();
}

Counts CountsBuilder::build(std::uint32_t width) {
  while (runs_.size() > 1) merge_last_two();
  Counts counts{.width = width, .entries = {}};
  if (!runs_.empty()) counts.entries = std::move(runs_.back());
  runs_.clear();
  return counts;
}

void CountsBuilder::merge_last_two() {
  std::vector<Counts::Entry> last = std::move(runs_.back());
  runs_.pop_back();
  std::vector<Counts::Entry> before = std::move(runs_.back());
  std::vector<Counts::Entry> merged;
  merged.reserve(before.size() + last.size());
  for (auto a = before.begin(), b = last.begin(); (a != before.end() || b != last.end()) && !stop_.stop_requested();) {
    bool const take_a = b == last.end() || (a != before.end() && by_outcome(*a, *b));
    append(merged, std::move(take_a ? *a++ : *b++));
  }
  runs_.back() = std::move(merged);
}

}  // namespace qhub::sim
