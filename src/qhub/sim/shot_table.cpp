#include "qhub/sim/shot_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace qhub::sim {
namespace {

/// Outcomes of so few bits are counted by value, without sorting.
constexpr std::uint32_t narrow = 16;

}  // namespace

ShotTable::ShotTable(std::uint32_t width, bool keep_all, std::stop_token stop)
    : width_(width), words_((std::size_t{width} + 63) / 64), keep_all_(keep_all), stop_(stop), builder_(stop) {}

std::span<std::uint64_t> ShotTable::start(std::uint64_t shots) {
  if (!keep_all_) outcomes_.clear();
  started_ = outcomes_.size();
  shots_ = shots;
  outcomes_.resize(started_ + shots * words_);
  return std::span(outcomes_).subspan(started_);
}

void ShotTable::finish() {
  std::vector<Counts::Entry> entries;
  std::span<std::uint64_t const> const outcomes = std::span(outcomes_).subspan(started_);
  if (words_ == 0) {
    if (shots_ > 0) entries.push_back({Outcome(), shots_});
  } else if (width_ <= narrow) {
    std::vector<std::uint64_t> shots(std::size_t{1} << width_);
    for (std::uint64_t const outcome : outcomes) ++shots[outcome];
    for (std::uint64_t value = 0; value < shots.size(); ++value)
      if (shots[value] != 0) entries.push_back({Outcome(std::span(&value, 1)), shots[value]});
  } else {
    // Sorted by the highest word, which decides nearly always, with the shot's number beside it.
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order(shots_);
    for (std::uint32_t shot = 0; shot < shots_; ++shot) order[shot] = {outcomes[(shot + 1) * words_ - 1], shot};
    auto const words = [&](std::uint32_t shot) { return outcomes.subspan(shot * words_, words_); };
    std::ranges::sort(order, [&](auto const& a, auto const& b) {
      if (a.first != b.first) return a.first < b.first;
      std::span<std::uint64_t const> const left = words(a.second);
      std::span<std::uint64_t const> const right = words(b.second);
      return std::lexicographical_compare(left.rbegin(), left.rend(), right.rbegin(), right.rend());
    });
    for (std::size_t i = 0; i < order.size() && !stop_.stop_requested(); ++i) {
      std::span<std::uint64_t const> const outcome = words(order[i].second);
      bool const repeated = i > 0 && std::ranges::equal(outcome, words(order[i - 1].second));
      if (repeated)
        ++entries.back().shots;
      else
        entries.push_back({Outcome(outcome), 1});
    }
  }
  builder_.add(std::move(entries));
}

Counts ShotTable::counts() {
  return builder_.build(width_);
}

std::vector<std::uint32_t> ShotTable::memory(Counts const& counts) const {
  std::vector<std::uint32_t> memory;
  if (words_ == 0) {
    if (!counts.entries.empty()) memory.assign(counts.entries[0].shots, 0);
    return memory;
  }
  std::size_t const shots = outcomes_.size() / words_;
  memory.reserve(shots);
  for (std::size_t shot = 0; shot < shots; ++shot) {
    if (shot % 65536 == 0 && stop_.stop_requested()) return memory;
    std::span<std::uint64_t const> const words = std::span(outcomes_).subspan(shot * words_, words_);
    auto const found = std::ranges::lower_bound(counts.entries, Outcome(words), {}, &Counts::Entry::outcome);
    memory.push_back(static_cast<std::uint32_t>(found - counts.entries.begin()));
  }
  return memory;
}

std::uint64_t ShotTable::bytes(std::uint32_t width, std::uint64_t shots, std::uint64_t chunk, bool keep_all) {
  double const words = (width + 63) / 64, all = static_cast<double>(shots);
  double const at_once = std::min(all, static_cast<double>(chunk));
  double const entry = sizeof(Counts::Entry) + (words > 1 ? words * 8 + 16 : 0);
  double const distinct = std::min(all, std::exp2(width));
  // While entries are merged they exist twice.
  double const total =
      (keep_all ? all : at_once) * words * 8 + at_once * (16 + entry) + distinct * 2 * entry + (keep_all ? all * 4 : 0);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  return total < 0x1p63 ? static_cast<std::uint64_t>(total) : most;
}

}  // namespace qhub::sim
