#include "qhub/sim/counts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace qhub::sim {
namespace {

Outcome outcome(std::string const& text) {
  Outcome result(static_cast<std::uint32_t>(text.size()));
  for (std::uint32_t bit = 0; bit < text.size(); ++bit) result.set(bit, text[text.size() - 1 - bit] == '1');
  return result;
}

TEST(Outcome, TextHasBitZeroRightmost) {
  Outcome one(5);
  one.set(0, true);
  one.set(3, true);
  EXPECT_EQ(to_text(one, 5), "01001");
  one.set(0, false);
  EXPECT_EQ(to_text(one, 5), "01000");
  EXPECT_EQ(to_text(Outcome(0), 0), "");
}

TEST(Outcome, OrderIsThatOfTheNumberAlsoBeyondOneWord) {
  Outcome low(130), high(130);
  low.set(63, true);
  low.set(0, true);
  high.set(129, true);
  EXPECT_LT(low, high);
  EXPECT_EQ(to_text(high, 130), "1" + std::string(129, '0'));
  EXPECT_EQ(high.words()[2], 2U);
}

TEST(CountsBuilder, AddsUpBatchesLikeAMap) {
  std::mt19937 generator(1);
  CountsBuilder builder;
  std::map<std::string, std::uint64_t> expected;
  for (int batch = 0; batch < 50; ++batch) {
    std::vector<Counts::Entry> entries;
    for (unsigned i = generator() % 40; i > 0; --i) {
      std::string text(6, '0');
      for (char& c : text) c = generator() % 2 != 0 ? '1' : '0';
      std::uint64_t const shots = 1 + generator() % 5;
      expected[text] += shots;
      entries.push_back({outcome(text), shots});
    }
    builder.add(std::move(entries));
  }
  Counts const counts = builder.build(6);
  std::map<std::string, std::uint64_t> found;
  for (auto const& entry : counts.entries) found[to_text(entry.outcome, 6)] = entry.shots;
  EXPECT_EQ(found, expected);
  EXPECT_EQ(found.size(), counts.entries.size());
  EXPECT_TRUE(std::is_sorted(counts.entries.begin(), counts.entries.end(),
                             [](auto const& a, auto const& b) { return a.outcome < b.outcome; }));
  EXPECT_EQ(counts["101010"], expected["101010"]);
  EXPECT_EQ(counts["1010"], 0U);
}

TEST(CountsBuilder, NothingAddedGivesNoEntries) {
  EXPECT_TRUE(CountsBuilder().build(3).entries.empty());
}

}  // namespace
}  // namespace qhub::sim
